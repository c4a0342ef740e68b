// Scales, ticks and axes of small plots on canvas.
import { ticks as roundNumbers, tickStep } from "d3-array";
import { numberText, raised } from "../shared/numbers.ts";
import type { Theme } from "../shared/theme.ts";

/** value -> pixel; `invert` goes back. */
export interface Scale {
  (value: number): number;
  invert(pixel: number): number;
}

/** A linear or logarithmic scale. A log scale holds what is not positive at its low end. */
export function scaleOf(
  [low, high]: readonly [number, number],
  [from, to]: readonly [number, number],
  log = false,
): Scale {
  const forth = log
    ? (value: number) => Math.log10(Math.max(value, low))
    : (value: number) => value;
  const [a, b] = [forth(low), forth(high)];
  const scale = (value: number) => from + ((forth(value) - a) / (b - a || 1)) * (to - from);
  const invert = (pixel: number) => {
    const value = a + ((pixel - from) / (to - from || 1)) * (b - a);
    return log ? 10 ** value : value;
  };
  return Object.assign(scale, { invert });
}

/** A place on an axis and what is written there. */
export type Tick = [value: number, text: string];

/**
 * About n round numbers that span low to high, and never closer together than n of them would be, unless fewer than two
 * would be left: one number tells no scale.
 */
export function ticksOf(low: number, high: number, n: number): Tick[] {
  const most = Math.max(1, n);
  let count = most;
  // d3 takes the round step that is nearest, which may be smaller: labels would come too close.
  while (tickStep(low, high, count) < ((1 - 1e-9) * (high - low)) / most) count *= 0.7;
  let found = roundNumbers(low, high, count);
  while (most >= 2 && high > low && found.length < 2 && count < 3 * most) {
    count *= 1.2;
    found = roundNumbers(low, high, count);
  }
  return found.map((value) => [value, plainText(value)]);
}

/**
 * Powers of ten within low to high, at most n of them, 1 among them where it lies there (0.01, 1, 100 rather than
 * 0.001, 0.1, 10); within less than two decades also 2 and 5 times these.
 */
export function logTicksOf(low: number, high: number, n: number): Tick[] {
  const from = Math.ceil(Math.log10(low) - 1e-9);
  const to = Math.floor(Math.log10(high) + 1e-9);
  if (to - from < 1) return finerLogTicks(low, high, n);
  const every = Math.max(1, Math.ceil((to - from + 1) / n));
  const found: Tick[] = [];
  for (let e = from; e <= to; e++) {
    if (to - from < every ? e === from || e === to : e % every === 0) found.push(powerTick(e));
  }
  return found;
}

function powerTick(e: number): Tick {
  const text = e >= -3 && e <= 4 ? String(Number((10 ** e).toPrecision(1))) : `10${raised(e)}`;
  return [10 ** e, text];
}

/** 1, 2 and 5 times powers of ten, or as many of them as are wanted. */
function finerLogTicks(low: number, high: number, n: number): Tick[] {
  const found: number[] = [];
  for (let e = Math.floor(Math.log10(low)); e <= Math.ceil(Math.log10(high)); e++) {
    for (const times of [1, 2, 5]) found.push(Number(`${times}e${e}`));
  }
  const slack = 1e-9;
  const seen = found.filter((v) => v >= low * (1 - slack) && v <= high * (1 + slack));
  const kept = seen.length > n ? seen.filter((_, i) => i % Math.ceil(seen.length / n) === 0) : seen;
  if (kept.length < 2) return ticksOf(low, high, n);
  const text = (v: number) => (v >= 1e-3 && v < 1e5 ? plainText(v) : numberText(v, 2));
  return kept.map((value) => [value, text(value)]);
}

/** About n steps from 0 to `last`: whole numbers only. */
export function stepTicksOf(last: number, n: number): Tick[] {
  const most = Math.min(n, Math.max(1, last));
  const whole = ([value]: Tick) => Number.isInteger(value) && value <= last;
  return ticksOf(0, Math.max(1, last), most).filter(whole);
}

function plainText(value: number): string {
  return String(Number(value.toPrecision(6))).replace("-", "\u2212");
}

/** The edges of a plot in pixels. */
export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface AxesOptions {
  box: Box;
  x: Scale;
  y: Scale;
  xTicks: Tick[];
  yTicks: Tick[];
  xLabel?: string;
  yLabel?: string;
  theme: Theme;
}

/** Draw grid lines, ticks, and the names of both axes. */
export function drawAxes(ctx: CanvasRenderingContext2D, options: AxesOptions): void {
  const { box, x, y, xTicks, yTicks, xLabel, yLabel, theme } = options;
  const { left, right, top, bottom } = box;
  ctx.strokeStyle = theme.grid;
  ctx.lineWidth = 1;
  ctx.beginPath();
  for (const [value] of yTicks) {
    const v = Math.round(y(value)) + 0.5;
    ctx.moveTo(left, v);
    ctx.lineTo(right, v);
  }
  ctx.stroke();
  ctx.font = `11px ${theme.font}`;
  ctx.fillStyle = theme.muted;
  ctx.textBaseline = "middle";
  ctx.textAlign = "right";
  for (const [value, text] of yTicks) ctx.fillText(text, left - 7, y(value));
  ctx.textAlign = "center";
  ctx.textBaseline = "top";
  for (const [value, text] of xTicks) ctx.fillText(text, x(value), bottom + 6);
  ctx.beginPath();
  for (const [value] of xTicks) {
    const u = Math.round(x(value)) + 0.5;
    ctx.moveTo(u, bottom);
    ctx.lineTo(u, bottom + 3);
  }
  ctx.strokeStyle = theme.muted;
  ctx.moveTo(left, bottom + 0.5);
  ctx.lineTo(right, bottom + 0.5);
  ctx.stroke();
  if (xLabel) ctx.fillText(xLabel, (left + right) / 2, bottom + 21);
  if (yLabel) drawTurned(ctx, yLabel, 9, (top + bottom) / 2);
}

/** Write a text upwards, its middle at (x, y). */
function drawTurned(ctx: CanvasRenderingContext2D, text: string, x: number, y: number): void {
  ctx.save();
  ctx.translate(x, y);
  ctx.rotate(-Math.PI / 2);
  ctx.textBaseline = "middle";
  ctx.fillText(text, 0, 0);
  ctx.restore();
}

/** Draw a line through n points, given as pixels by index; what is not finite breaks it. */
export function drawLine(
  ctx: CanvasRenderingContext2D,
  n: number,
  x: (i: number) => number,
  y: (i: number) => number,
): void {
  ctx.beginPath();
  let down = false;
  for (let i = 0; i < n; i++) {
    const v = y(i);
    if (!Number.isFinite(v)) {
      down = false;
      continue;
    }
    if (down) ctx.lineTo(x(i), v);
    else ctx.moveTo(x(i), v);
    down = true;
  }
  ctx.stroke();
}
