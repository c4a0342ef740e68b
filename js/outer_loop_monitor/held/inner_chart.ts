// Loss or accuracy after each inner step, a line for every outer step adapted at.
import { drawAxes, drawLine, scaleOf, stepTicksOf, type Tick } from "../../plot/axes.ts";
import { canvasOf } from "../../plot/canvas.ts";
import { dotMark } from "../../plot/shapes.ts";
import { at, type Float32 } from "../../shared/arrays.ts";
import { classColour, css, rgbOf } from "../../shared/colour.ts";
import { h } from "../../shared/elements.ts";
import { numberText, percentText } from "../../shared/numbers.ts";
import { rangeOf, rangeTicks } from "../curves/ranges.ts";
import type { HeldConfig } from "../model.ts";
import type { HeldSeries, HeldState } from "./episode.ts";

const HEIGHT = 132;

export function innerChartOf({ inner }: HeldConfig, name: HeldSeries) {
  const { canvas, ctx, resize } = canvasOf({ class: "ol-canvas", "aria-hidden": "true" });
  const isAccuracy = name === "held.query_accuracy";
  const value = h("span", { class: "ol-reading" });
  const words = name.replace("held.", "").replace("_", " ");
  const title = `${words[0].toUpperCase()}${words.slice(1)}`;
  const caption = h("figcaption", {}, h("span", { class: "ol-chart-title" }, title), value);
  let width = 0;
  const paint = (state: HeldState) => {
    const stack = state.arrays[name];
    if (!stack) return;
    ctx.clearRect(0, 0, width, HEIGHT);
    drawInner(ctx, stack, { inner, isAccuracy, width, state });
    const now = at(stack, state.taken).data[state.t];
    value.textContent = isAccuracy ? percentText(now) : numberText(now);
  };
  const fit = (available: number) => {
    width = Math.max(180, available < 380 ? available : Math.floor((available - 20) / 2));
    resize(width, HEIGHT);
  };
  return { node: h("figure", { class: "ol-chart" }, caption, canvas), paint, fit };
}

interface InnerDrawing {
  inner: number[];
  isAccuracy: boolean;
  width: number;
  state: HeldState;
}

function drawInner(ctx: CanvasRenderingContext2D, stack: Float32, drawing: InnerDrawing): void {
  const { inner, isAccuracy, width, state } = drawing;
  const { taken, t, theme } = state;
  const last = inner[inner.length - 1];
  const range = isAccuracy
    ? { low: 0, high: 1, log: false }
    : rangeOf([stack.data], { zero: true });
  const box = { left: 44, right: width - 8, top: 6, bottom: HEIGHT - 22 };
  const x = scaleOf([0, Math.max(1, last)], [box.left + 4, box.right - 4]);
  const y = scaleOf([range.low, range.high], [box.bottom, box.top], range.log);
  const percent = (v: number) => `${Math.round(100 * v)}\u00a0%`;
  const yTicks = rangeTicks(range, 3).map(([v, text]): Tick => [v, isAccuracy ? percent(v) : text]);
  drawAxes(ctx, { box, x, y, xTicks: stepTicksOf(last, width / 40), yTicks, theme });
  const line = (k: number) => {
    const values = at(stack, k).data;
    const height = (i: number) => (Number.isFinite(values[i]) ? y(values[i]) : NaN);
    drawLine(ctx, inner.length, (i) => x(inner[i]), height);
  };
  ctx.lineWidth = 1;
  for (let k = 0; k < stack.shape[0]; k++) {
    // The later the stronger; those still to come are the palest.
    const strength = 0.12 + (0.38 * k) / Math.max(1, taken);
    const pale = css(rgbOf(theme.muted), 0.2);
    ctx.strokeStyle = k > taken ? pale : classColour(0, theme, strength);
    line(k);
  }
  ctx.strokeStyle = classColour(0, theme);
  ctx.lineWidth = 2.5;
  line(taken);
  const now = at(stack, taken).data[t];
  if (!Number.isFinite(now)) return;
  ctx.fillStyle = theme.bg;
  ctx.lineWidth = 2.25;
  dotMark(ctx, x(inner[t]), y(now), 4);
  dotMark(ctx, x(inner[t]), y(now), 4, false);
}
