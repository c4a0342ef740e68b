// What is drawn over contours: paths of tasks, how far a state is off the plane, and the learner's own initialisation.
import { drawLine } from "../../plot/axes.ts";
import { dotMark, shapePath } from "../../plot/shapes.ts";
import { classColour } from "../../shared/colour.ts";
import type { Theme } from "../../shared/theme.ts";
import type { Pixel } from "../surface/square.ts";

export interface PathLook {
  /** The task's number, for colour and shape. */
  k: number;
  theme: Theme;
  /** The step up to which it is drawn in full; what follows is faint. */
  step: number;
  /** Whether its task is the one whose contours are shown. */
  main: boolean;
  /** Whether it begins at another place than the initialisation is held at. */
  stale?: boolean;
}

type Known = [x: number, y: number, t: number];

/** The states of a path that have a place. */
function knownOf(path: readonly Pixel[]): Known[] {
  return path
    .map(([x, y], t): Known => [x, y, t])
    .filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
}

function strokePath(ctx: CanvasRenderingContext2D, known: Known[]): void {
  drawLine(
    ctx,
    known.length,
    (i) => known[i][0],
    (i) => known[i][1],
  );
}

/** Draw a task's path, with a mark at each step. */
export function drawPath(
  ctx: CanvasRenderingContext2D,
  path: readonly Pixel[],
  { k, theme, step, main, stale = false }: PathLook,
): void {
  const colour = classColour(k, theme);
  const known = knownOf(path);
  const full = stale ? 0.3 : 1;
  ctx.save();
  ctx.lineJoin = "round";
  ctx.globalAlpha = full;
  ctx.strokeStyle = theme.bg;
  ctx.lineWidth = main ? 5.5 : 4;
  strokePath(ctx, known);
  ctx.strokeStyle = colour;
  ctx.lineWidth = main ? 2.75 : 1.6;
  ctx.globalAlpha = 0.4 * full;
  strokePath(ctx, known);
  ctx.globalAlpha = full;
  strokePath(
    ctx,
    known.filter(([, , t]) => t <= step),
  );
  ctx.lineWidth = 1.25;
  for (const [x, y, t] of known) {
    if (t === 0) continue;
    const here = t === Math.min(step, path.length - 1);
    ctx.fillStyle = t <= step ? colour : theme.bg;
    ctx.strokeStyle = t <= step ? theme.bg : colour;
    shapePath(ctx, k, x, y, markSize(main, here));
    ctx.fill();
    ctx.stroke();
  }
  ctx.restore();
}

function markSize(main: boolean, here: boolean): number {
  if (here) return main ? 7 : 5;
  return main ? 3.75 : 3;
}

/** Draw the path from the learner's own initialisation, when another one is looked at. */
export function drawHomePath(
  ctx: CanvasRenderingContext2D,
  path: readonly Pixel[],
  { k, theme }: Pick<PathLook, "k" | "theme">,
): void {
  const known = knownOf(path);
  ctx.save();
  ctx.lineJoin = "round";
  ctx.globalAlpha = 0.75;
  ctx.setLineDash([3, 3]);
  ctx.strokeStyle = classColour(k, theme);
  ctx.lineWidth = 1.5;
  strokePath(ctx, known);
  ctx.setLineDash([]);
  if (known.length > 1) {
    const [x, y] = known[known.length - 1];
    ctx.fillStyle = theme.bg;
    shapePath(ctx, k, x, y, 4);
    ctx.fill();
    ctx.stroke();
  }
  ctx.restore();
}

/** Draw a ring as wide as a state's distance from the plane: it is somewhere on a sphere of which this is the equator. */
export function drawOffRing(
  ctx: CanvasRenderingContext2D,
  [x, y]: Pixel,
  radius: number,
  { k, theme }: Pick<PathLook, "k" | "theme">,
): void {
  if (!(radius > 8) || !Number.isFinite(x + y)) return;
  ctx.save();
  ctx.strokeStyle = classColour(k, theme);
  ctx.lineWidth = 1.25;
  ctx.setLineDash([2, 3]);
  dotMark(ctx, x, y, radius, false);
  ctx.restore();
}

/** Draw the learner's own initialisation, when another one is looked at. */
export function drawHome(ctx: CanvasRenderingContext2D, [x, y]: Pixel, theme: Theme): void {
  ctx.lineWidth = 1.5;
  ctx.fillStyle = theme.bg;
  ctx.strokeStyle = theme.muted;
  dotMark(ctx, x, y, 4.5);
  dotMark(ctx, x, y, 4.5, false);
}
