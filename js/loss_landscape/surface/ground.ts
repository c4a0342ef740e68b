// The lower canvas of a panel: axes, bands and contour lines. It changes with data, size and theme, and not with the step.
import { drawAxes, ticksOf } from "../../plot/axes.ts";
import { shorten } from "../../plot/canvas.ts";
import { hatch } from "../../plot/shapes.ts";
import { css, rgbOf } from "../../shared/colour.ts";
import type { Theme } from "../../shared/theme.ts";
import type { Side } from "../model.ts";
import type { State } from "../state.ts";
import type { ContourCache, Contours } from "./bands.ts";
import { rimmedText } from "./labels.ts";
import type { PanelSize, Square } from "./square.ts";

/** The contours of a loss of the shown task; null where it is not computed yet. */
export type ContoursOf = (side: Side) => Contours | null;

/** Look up contours for a state and a square. */
export function contoursIn(cache: ContourCache, state: State, square: Square): ContoursOf {
  const { arrays, config, task, theme } = state;
  const n = config.sides[task];
  return (side) => {
    const levels = config.levels[task]?.[side];
    if (!n || !levels) return null;
    const { data } = arrays[`${side}_loss.${task}`];
    return cache.get(`${side} ${task}`, { data, n, levels }, Math.round(square.side), theme);
  };
}

interface GroundPaint {
  side: Side;
  state: State;
  square: Square;
  size: PanelSize;
  contours: ContoursOf;
}

export function drawGround(ctx: CanvasRenderingContext2D, given: GroundPaint): void {
  const { side, state, square, size, contours } = given;
  const { config, theme, overlay, task } = state;
  const { box } = square;
  ctx.clearRect(0, 0, size.width, size.height);
  const count = Math.max(2, Math.min(6, size.width / 80));
  const label = (text: string) => {
    ctx.font = `11px ${theme.font}`;
    return shorten(ctx, text, square.side);
  };
  drawAxes(ctx, {
    box,
    x: square.x,
    y: square.y,
    xTicks: ticksOf(...config.range.x, count),
    yTicks: ticksOf(...config.range.y, count),
    xLabel: label(config.axes[0]),
    yLabel: label(config.axes[1]),
    theme,
  });
  const found = contours(side);
  if (!found) {
    hatch(ctx, [box.left, box.top, square.side, square.side], theme.grid);
    const middle = box.left + square.side / 2;
    const look = { colour: theme.muted, theme, size: 12 };
    rimmedText(ctx, "not computed yet", [middle, box.top + 20], look);
    return;
  }
  ctx.imageSmoothingEnabled = true;
  ctx.drawImage(found.picture, box.left, box.top, square.side, square.side);
  const pixel = square.gridPixel(config.sides[task]);
  strokeLines(ctx, found, pixel, { theme, alpha: 0.32, width: 1 });
  const over = overlay && contours("support");
  if (over) strokeLines(ctx, over, pixel, { theme, alpha: 0.8, width: 1.25, dash: [5, 3] });
}

function strokeLines(
  ctx: CanvasRenderingContext2D,
  { lines }: Contours,
  pixel: ReturnType<Square["gridPixel"]>,
  look: { theme: Theme; alpha: number; width: number; dash?: number[] },
): void {
  ctx.save();
  ctx.strokeStyle = css(rgbOf(look.theme.fg), look.alpha);
  ctx.lineWidth = look.width;
  ctx.setLineDash(look.dash ?? []);
  ctx.beginPath();
  for (const line of lines.flatMap(({ all }) => all)) {
    for (const [i, point] of line.entries()) {
      if (i) ctx.lineTo(...pixel(point));
      else ctx.moveTo(...pixel(point));
    }
  }
  ctx.stroke();
  ctx.restore();
}
