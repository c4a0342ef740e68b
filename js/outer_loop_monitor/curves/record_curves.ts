// The curves of the record: loss, gradient norm, learning rate.
import { drawLine, scaleOf } from "../../plot/axes.ts";
import { dotMark } from "../../plot/shapes.ts";
import { classColour } from "../../shared/colour.ts";
import { numberText } from "../../shared/numbers.ts";
import { type Column, isMerged, pointAt } from "../record.ts";
import { countText } from "../words.ts";
import type { ChartState, Drawing } from "./charts.ts";
import { rangeOf, rangeTicks } from "./ranges.ts";

const EMPTY = "no step yet";

/** Draw the whole faintly, and the part up to the step shown in full. */
export function drawSoFar({ ctx, box, x, shown, record }: Drawing, draw: () => void): void {
  const edge = shown >= record.newest ? box.right + 8 : x(shown);
  const parts = [
    [box.left - 4, edge, 1],
    [edge, box.right + 8, 0.28],
  ];
  for (const [from, to, alpha] of parts) {
    ctx.save();
    ctx.beginPath();
    ctx.rect(from, box.top - 5, Math.max(0, to - from), box.bottom - box.top + 6);
    ctx.clip();
    ctx.globalAlpha = alpha;
    draw();
    ctx.restore();
  }
}

/** Draw the loss: its mean, its extremes as a band, and the running mean. */
export function drawLoss(drawing: Drawing): string {
  const { ctx, record, box, x, theme, frame } = drawing;
  const range = rangeOf([record.loss_low, record.loss_high], { trim: 0.01 });
  const y = scaleOf([range.low, range.high], [box.bottom, box.top], range.log);
  frame(y, record.n ? rangeTicks(range, 4) : []);
  if (!record.n) return EMPTY;
  const within = (v: number) =>
    Number.isFinite(v) ? Math.max(box.top - 3, Math.min(box.bottom, y(v))) : NaN;
  const u = (i: number) => x(record.last[i]);
  drawSoFar(drawing, () => {
    ctx.lineJoin = "round";
    ctx.fillStyle = classColour(0, theme, 0.22);
    const low = (i: number) => within(record.loss_low[i]) || box.bottom;
    const high = (i: number) => within(record.loss_high[i]) || box.top;
    if (isMerged(record)) drawBand(ctx, record.n, u, [low, high]);
    ctx.strokeStyle = classColour(0, theme, 0.4);
    ctx.lineWidth = 1;
    drawLine(ctx, record.n, u, (i) => within(record.loss[i]));
    ctx.strokeStyle = classColour(0, theme);
    ctx.lineWidth = 2.25;
    if (record.n === 1) dotMark(ctx, u(0), within(record.loss[0]), 2.5, false);
    drawLine(ctx, record.n, u, (i) => within(record.smooth[i]));
  });
  return "";
}

/** The loss at the step shown. */
export function readLoss({ record, shown }: ChartState): string {
  const i = pointAt(record, shown);
  if (i < 0) return "";
  const [first, last] = [countText(record.first[i]), countText(record.last[i])];
  const where = first === last ? `at step ${last}` : `mean of steps ${first} to ${last}`;
  const smoothed = numberText(record.smooth[i]);
  return `smoothed ${smoothed} (${numberText(record.loss[i])} ${where})`;
}

/** Draw the gradient norm on a log scale, with its extremes as a band. */
export function drawNorm(drawing: Drawing): string {
  const { ctx, record, box, x, theme, frame } = drawing;
  const range = rangeOf([record.norm_low, record.norm_high], { log: true });
  const y = scaleOf([range.low, range.high], [box.bottom, box.top], range.log);
  frame(y, record.n ? rangeTicks(range, 3) : []);
  if (!record.n) return EMPTY;
  const u = (i: number) => x(record.last[i]);
  drawSoFar(drawing, () => {
    ctx.fillStyle = classColour(2, theme, 0.22);
    const [low, high] = [record.norm_low, record.norm_high];
    if (isMerged(record)) drawBand(ctx, record.n, u, [(i) => y(low[i]), (i) => y(high[i])]);
    ctx.strokeStyle = classColour(2, theme);
    ctx.lineWidth = 1.5;
    if (record.n === 1) dotMark(ctx, u(0), y(record.norm[0]), 2.5, false);
    drawLine(ctx, record.n, u, (i) => y(record.norm[i]));
  });
  return "";
}

/** Draw the learning rate. It holds for a step and changes at once: corners, not slopes. */
export function drawRate(drawing: Drawing): string {
  const { ctx, record, box, x, theme, frame } = drawing;
  const range = rangeOf([record.meta_lr], { zero: true });
  const y = scaleOf([range.low, range.high], [box.bottom, box.top], range.log);
  frame(y, record.n ? rangeTicks(range, 2) : []);
  if (!record.n) return EMPTY;
  drawSoFar(drawing, () => {
    ctx.strokeStyle = classColour(3, theme);
    ctx.lineWidth = 1.75;
    const step = (corner: number) => x(record.last[(corner + 1) >> 1]);
    const rate = (corner: number) => y(record.meta_lr[corner >> 1]);
    drawLine(ctx, 2 * record.n - 1, step, rate);
    if (record.n === 1) dotMark(ctx, x(record.last[0]), y(record.meta_lr[0]), 2.5, false);
  });
  return "";
}

/** A column of the record at the step shown. */
export function readColumn({ record, shown }: ChartState, name: Column): string {
  const i = pointAt(record, shown);
  return i < 0 ? "" : numberText(record[name][i]);
}

type Edge = (i: number) => number;

function drawBand(
  ctx: CanvasRenderingContext2D,
  n: number,
  u: Edge,
  [low, high]: [Edge, Edge],
): void {
  ctx.beginPath();
  for (let i = 0; i < n; i++) ctx.lineTo(u(i), high(i));
  for (let i = n - 1; i >= 0; i--) ctx.lineTo(u(i), low(i));
  ctx.closePath();
  ctx.fill();
}
