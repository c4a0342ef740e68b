// The fitted curve: the inner steps up to the one chosen, from the initialisation shown; dashed, the fit before training.
import { type Box, drawAxes, drawLine, type Scale, scaleOf, ticksOf } from "../../plot/axes.ts";
import { canvasOf } from "../../plot/canvas.ts";
import { curvePoint, legendLine, legendOf } from "../../plot/legend.ts";
import { at } from "../../shared/arrays.ts";
import { classColour } from "../../shared/colour.ts";
import { h } from "../../shared/elements.ts";
import type { Theme } from "../../shared/theme.ts";
import type { Arrays, HeldConfig } from "../model.ts";
import type { HeldState } from "./episode.ts";

export type FitPanel = ReturnType<typeof fitPanelOf>;

interface Look {
  colour: string;
  width: number;
  dash?: number[];
}

const FIT = (theme: Theme): Look => ({ colour: classColour(0, theme), width: 2.75 });
const EARLIER = (theme: Theme, alpha = 0.4): Look => ({
  colour: classColour(0, theme, alpha),
  width: 1.25,
});
const UNTRAINED = (theme: Theme): Look => ({
  colour: classColour(3, theme),
  width: 1.5,
  dash: [5, 3],
});
const TRUTH = (theme: Theme): Look => ({ colour: theme.muted, width: 1.75, dash: [2, 4] });

export function fitPanelOf(config: HeldConfig) {
  const { canvas, ctx, resize } = canvasOf({ class: "ol-canvas", role: "img" });
  const legend = fitLegend();
  let size: [number, number] = [0, 0];
  let range: [number, number] = [0, 1];
  const paint = (state: HeldState) => {
    ctx.clearRect(0, 0, ...size);
    drawFits(ctx, { ...state, size, range });
    canvas.setAttribute("aria-label", `The fitted curve, ${config.inner_names[state.t]}`);
    legend.paint(state.theme);
  };
  const refresh = (arrays: Arrays) => {
    range = knownRange(arrays);
  };
  const fit = (width: number) => {
    size = [width, Math.round(Math.min(220, Math.max(180, 0.5 * width)))];
    resize(...size);
  };
  return { node: h("div", { class: "ol-curve" }, canvas, legend.node), paint, refresh, fit };
}

function fitLegend() {
  const line =
    (look: (theme: Theme) => Look) =>
    (ctx: CanvasRenderingContext2D, x: number, y: number, theme: Theme) =>
      legendLine(ctx, x, y, look(theme));
  const point =
    (side: string) => (ctx: CanvasRenderingContext2D, x: number, y: number, theme: Theme) =>
      curvePoint(ctx, x, y, side, theme, 5);
  return legendOf([
    ["fit", line(FIT)],
    ["earlier inner steps", line((theme) => EARLIER(theme))],
    ["fit before meta-training", line(UNTRAINED)],
    ["truth", line(TRUTH)],
    ["support", point("support")],
    ["query", point("query")],
  ]);
}

/** One range for all outer steps, by what is true: an untrained fit may leave the plot. */
function knownRange({ support_y, query_y, truth }: Arrays): [number, number] {
  const known = [support_y, query_y, truth].flatMap((array) => Array.from(array?.data ?? []));
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const margin = 0.35 * (high - low || 1);
  return [low - margin, high + margin];
}

interface FitDrawing extends HeldState {
  size: [number, number];
  range: [number, number];
}

function drawFits(ctx: CanvasRenderingContext2D, drawing: FitDrawing): void {
  const { arrays, taken, t, theme, size, range } = drawing;
  const { probe, truth, "held.fit": fits } = arrays;
  if (!probe || !fits) return;
  const [width, height] = size;
  const box = { left: 44, right: width - 8, top: 8, bottom: height - 24 };
  const across: [number, number] = [probe.data[0], probe.data[probe.data.length - 1]];
  const x = scaleOf(across, [box.left, box.right]);
  const y = scaleOf(range, [box.bottom, box.top]);
  const xTicks = ticksOf(...across, width / 70);
  drawAxes(ctx, { box, x, y, xTicks, yTicks: ticksOf(...range, height / 50), theme });
  const line = (values: ArrayLike<number>, { colour, width: thick, dash = [] }: Look) => {
    ctx.strokeStyle = colour;
    ctx.lineWidth = thick;
    ctx.setLineDash(dash);
    drawLine(
      ctx,
      probe.data.length,
      (i) => x(probe.data[i]),
      (i) => y(values[i]),
    );
    ctx.setLineDash([]);
  };
  clipped(ctx, box, () => {
    ctx.lineJoin = "round";
    if (truth) line(truth.data, TRUTH(theme));
    if (taken > 0) line(at(at(fits, 0), t).data, UNTRAINED(theme));
    const now = at(fits, taken);
    for (let k = 0; k < t; k++) line(at(now, k).data, EARLIER(theme, 0.2 + (0.3 * k) / t));
    line(at(now, t).data, FIT(theme));
  });
  drawPoints(ctx, arrays, { x, y }, theme);
}

function clipped(ctx: CanvasRenderingContext2D, box: Box, draw: () => void): void {
  ctx.save();
  ctx.beginPath();
  ctx.rect(box.left, box.top - 4, box.right - box.left, box.bottom - box.top + 8);
  ctx.clip();
  draw();
  ctx.restore();
}

function drawPoints(
  ctx: CanvasRenderingContext2D,
  arrays: Arrays,
  { x, y }: { x: Scale; y: Scale },
  theme: Theme,
): void {
  for (const side of ["query", "support"] as const) {
    const [xs, ys] = [arrays[`${side}_x`]?.data ?? [], arrays[`${side}_y`]?.data ?? []];
    for (let i = 0; i < xs.length; i++) curvePoint(ctx, x(xs[i]), y(ys[i]), side, theme, 5);
  }
}
