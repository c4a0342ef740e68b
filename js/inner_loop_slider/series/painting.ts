// How a chart of lines over steps is painted: what is still to come stands back, so that the eye reads it as "so far".
import {
  type Box,
  drawAxes,
  drawLine,
  logTicksOf,
  type Scale,
  scaleOf,
  stepTicksOf,
  type Tick,
  ticksOf,
} from "../../plot/axes.ts";
import { crossMark, shapePath } from "../../plot/shapes.ts";
import type { Theme } from "../../shared/theme.ts";
import { lineLook } from "../looks.ts";
import { domainOf, type Line, type Series } from "./series.ts";

/** Beyond so many steps, marks on each of them would hide the line. */
const MOST_MARKS = 24;

export interface SeriesPaint {
  chart: Series;
  log: boolean;
  width: number;
  height: number;
  step: number;
  theme: Theme;
}

/** Draw a chart; return the scale of its steps, by which it is dragged. */
export function drawSeries(ctx: CanvasRenderingContext2D, given: SeriesPaint): Scale {
  const { chart, log, width, height, step, theme } = given;
  const { steps, xLabel } = chart;
  ctx.clearRect(0, 0, width, height);
  const bottom = height - (xLabel ? 38 : 20);
  const box: Box = { left: 46, right: width - 8, top: 8, bottom };
  const x = scaleOf([0, Math.max(1, steps - 1)], [box.left + 4, box.right - 4]);
  const domain = domainOf(chart, log);
  const y = scaleOf(domain, [box.bottom, box.top], log);
  const xTicks = stepTicksOf(steps - 1, width / 60);
  drawAxes(ctx, { box, x, y, xTicks, yTicks: valueTicks(chart, log, domain), xLabel, theme });
  if (chart.chance) {
    const level = y(chart.chance);
    ctx.setLineDash([1, 3]);
    ctx.strokeStyle = theme.muted;
    drawLine(
      ctx,
      2,
      (i) => [box.left, box.right][i],
      () => level,
    );
    ctx.setLineDash([]);
  }
  ctx.strokeStyle = theme.fg;
  ctx.lineWidth = 1;
  drawLine(
    ctx,
    2,
    () => Math.round(x(step)) + 0.5,
    (i) => [box.top - 4, box.bottom][i],
  );
  for (const line of chart.lines) drawSteps(ctx, line, given, { x, y, top: box.top });
  return x;
}

function valueTicks({ fixed }: Series, log: boolean, [low, high]: [number, number]): Tick[] {
  if (log) return logTicksOf(low, high, 4);
  if (!fixed) return ticksOf(low, high, 3);
  return ticksOf(low, high, 2).map(([value]) => [value, `${Math.round(100 * value)}\u00a0%`]);
}

interface Scales {
  x: Scale;
  y: Scale;
  top: number;
}

function drawSteps(
  ctx: CanvasRenderingContext2D,
  line: Line,
  { chart, step, theme }: SeriesPaint,
  scales: Scales,
): void {
  const { x, y } = scales;
  const { data } = line;
  const { colour, dash, shape } = lineLook(line, chart.several, theme);
  const heightAt = (t: number) => (Number.isFinite(data[t]) ? y(data[t]) : NaN);
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.lineWidth = 2;
  ctx.setLineDash(dash);
  ctx.globalAlpha = 0.3;
  drawLine(ctx, data.length, x, heightAt);
  ctx.globalAlpha = 1;
  drawLine(ctx, Math.min(step + 1, data.length), x, heightAt);
  ctx.setLineDash([]);
  drawMarks(ctx, data, { shape, step, marked: chart.steps <= MOST_MARKS }, scales);
  if (step >= data.length || !Number.isFinite(data[step])) return;
  ctx.fillStyle = theme.bg;
  ctx.lineWidth = 2.25;
  shapePath(ctx, shape, x(step), y(data[step]), 4.5);
  ctx.fill();
  ctx.stroke();
}

/** Mark the steps of a line, and with a cross at the top those whose value can't be drawn. */
function drawMarks(
  ctx: CanvasRenderingContext2D,
  data: Float32Array,
  { shape, step, marked }: { shape: number; step: number; marked: boolean },
  { x, y, top }: Scales,
): void {
  let crossed = -Infinity; // where the last cross stands: a hundred of them in a row would be a hedge
  for (const [t, value] of data.entries()) {
    ctx.globalAlpha = t <= step ? 1 : 0.4;
    if (Number.isFinite(value)) {
      if (!marked) continue;
      shapePath(ctx, shape, x(t), y(value), shape ? 2.75 : 2.25);
      ctx.fill();
    } else if (x(t) - crossed >= 11 || t === data.length - 1) {
      crossed = x(t);
      crossMark(ctx, x(t), top + 3, 3.5);
    }
  }
  ctx.globalAlpha = 1;
}
