// What both charts of the arena share: a row for each player, with its name where there is room.
import { rivalLook, rivalMark } from "../contest/rivals.ts";
import { type Box, drawAxes, drawLine, type Scale, type Tick } from "../plot/axes.ts";
import { shorten } from "../plot/canvas.ts";
import type { Theme } from "../shared/theme.ts";
import type { Player } from "./players.ts";

/** Pixels of a row, above the first and below the last. */
export const ROW = 58;
export const HEAD = 8;
export const FOOT = 40;

/** The height of a chart of so many rows. */
export function heightOf(rows: number): number {
  return HEAD + rows * ROW + FOOT;
}

/** The plot of a chart that leaves `side` pixels for the names. */
export function boxOf(width: number, side: number, rows: number): Box {
  return { left: side + 8, right: width - 24, top: HEAD, bottom: heightOf(rows) - FOOT };
}

/** Draw the vertical grid and the axis below all rows. */
export function drawFrame(
  ctx: CanvasRenderingContext2D,
  {
    box,
    x,
    ticks,
    xLabel,
    theme,
  }: { box: Box; x: Scale; ticks: Tick[]; xLabel: string; theme: Theme },
): void {
  ctx.strokeStyle = theme.grid;
  ctx.lineWidth = 1;
  ctx.beginPath();
  for (const [value] of ticks) {
    const u = Math.round(x(value)) + 0.5;
    ctx.moveTo(u, box.top);
    ctx.lineTo(u, box.bottom);
  }
  ctx.stroke();
  const y: Scale = Object.assign(() => 0, { invert: () => 0 });
  drawAxes(ctx, { box, x, y, xTicks: ticks, yTicks: [], xLabel, theme });
}

/** Write a player's name with its mark at the left end of a row. */
export function drawName(
  ctx: CanvasRenderingContext2D,
  { name, rival }: Pick<Player, "name" | "rival">,
  v: number,
  side: number,
  theme: Theme,
): void {
  rivalMark(ctx, rivalLook(rival, theme), [8, v, 5]);
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ctx.fillStyle = theme.fg;
  ctx.font = `600 12px ${theme.font}`;
  ctx.fillText(shorten(ctx, name, side - 22), 20, v);
}

/** Draw a line from one pixel to another along a row. */
export function drawSpan(
  ctx: CanvasRenderingContext2D,
  [from, to]: readonly [number, number],
  v: number,
  width: number,
): void {
  ctx.lineWidth = width;
  drawLine(
    ctx,
    2,
    (i) => [from, to][i],
    () => v,
  );
}
