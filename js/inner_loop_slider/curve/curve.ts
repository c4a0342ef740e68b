// Regression of one number on one: the fit at this step over its earlier ones, the points it was given, and the truth.
import { type Box, drawAxes, drawLine, type Scale, scaleOf, ticksOf } from "../../plot/axes.ts";
import { curvePoint, legendLine, legendOf } from "../../plot/legend.ts";
import { type Places, pointPanelOf } from "../../plot/point_panel.ts";
import { at, type Float32 } from "../../shared/arrays.ts";
import { classRgb, css, rgbOf } from "../../shared/colour.ts";
import { h } from "../../shared/elements.ts";
import { afterDrawing } from "../../shared/repaint.ts";
import type { Theme } from "../../shared/theme.ts";
import type { Adaptations, Trace } from "../adaptations.ts";
import { learnerColour } from "../looks.ts";
import type { Panel, PanelOptions, State } from "../panel.ts";
import { middleOf, placeIn, placeOfItem, strideOf } from "../points/places.ts";
import { curveRange, leavingText } from "./curve_range.ts";

interface Curve {
  /** The x of the probe points. */
  xs: Float32Array;
  /** (step, probe, 1) */
  fits: Float32;
  /** (step, query, 1) */
  outputs: Float32;
  truth: Float32Array | undefined;
  /** Of y. */
  range: [number, number];
  /** What x is called. */
  name: string;
}

export function curvePanelOf(options: PanelOptions): Panel {
  const { now, look, edits } = options;
  let curve: Curve;
  let axes: Axes | null = null;
  const draw = (ctx: CanvasRenderingContext2D, width: number, height: number, state: State) => {
    axes = axesOf(curve, width, height);
    return drawCurve(ctx, axes, { curve, now, look, state });
  };
  const numbers = {
    at: (u: number, v: number) => placeIn(axes!, u, v),
    of: (id: string) => placeOfItem(now, id) ?? middleOf(axes!),
    stride: () => strideOf(axes!),
  };
  const panel = pointPanelOf<State>({ ...options, draw, numbers });
  const note = h("p", { class: "il-note il-alarm", hidden: true });
  const [least, most] = now.several ? [170, 200] : [230, 265];
  return {
    node: h("div", {}, panel.node, note),
    legend: legendFor(now, look),
    update(trace) {
      // While a point is dragged the axes stay: they would run away from the hand.
      const range = edits?.dragging() && curve ? curve.range : undefined;
      curve = curveOf(now, trace, range);
    },
    paint(state) {
      panel.paint(state);
      const leaving = leavingText(at(curve.fits, state.step).data, curve.range);
      afterDrawing(() => {
        note.textContent = leaving;
        note.hidden = !leaving;
      });
    },
    fit(width) {
      panel.fit(width, Math.round(Math.min(most, Math.max(least, 0.62 * width))));
    },
  };
}

function curveOf(
  { arrays, traces, config }: Adaptations,
  { i }: Trace,
  range?: [number, number],
): Curve {
  const truth = arrays.truth?.data;
  const known = [arrays.support_y.data, arrays.query_y.data, truth ?? []];
  // One range for all traces: side by side, equal heights must mean equal values.
  const fits = traces.map((each) => arrays[`${each.i}.probe_outputs`]!.data);
  return {
    xs: arrays[`${i}.probe`]!.data,
    fits: arrays[`${i}.probe_outputs`]!,
    outputs: arrays[`${i}.outputs`]!,
    truth,
    range: range ?? curveRange(known, fits),
    name: config.episode.feature_names[0] ?? "x",
  };
}

interface Axes {
  box: Box;
  x: Scale;
  y: Scale;
  size: [width: number, height: number];
}

function axesOf({ xs, range }: Curve, width: number, height: number): Axes {
  const box: Box = { left: 50, right: width - 10, top: 10, bottom: height - 40 };
  const x = scaleOf([xs[0], xs[xs.length - 1]], [box.left, box.right]);
  const y = scaleOf(range, [box.bottom, box.top]);
  return { box, x, y, size: [width, height] };
}

interface CurvePaint {
  curve: Curve;
  now: Adaptations;
  look: number;
  state: State;
}

function drawCurve(ctx: CanvasRenderingContext2D, axes: Axes, given: CurvePaint): Places {
  const { xs, range, name } = given.curve;
  const { box, x, y, size } = axes;
  const xTicks = ticksOf(xs[0], xs[xs.length - 1], size[0] / 70);
  const yTicks = ticksOf(...range, Math.max(3, size[1] / 55));
  const { theme } = given.state;
  drawAxes(ctx, { box, x, y, xTicks, yTicks, xLabel: name, yLabel: "y", theme });
  ctx.save();
  ctx.beginPath();
  ctx.rect(box.left, box.top - 4, box.right - box.left, box.bottom - box.top + 8);
  ctx.clip();
  drawFits(ctx, given, x, y);
  ctx.restore();
  return drawPoints(ctx, given, { box, x, y });
}

function drawFits(
  ctx: CanvasRenderingContext2D,
  { curve, look, state: { step, theme } }: CurvePaint,
  x: Scale,
  y: Scale,
): void {
  const { xs, fits, truth } = curve;
  const line = (values: Float32Array) =>
    drawLine(
      ctx,
      xs.length,
      (j) => x(xs[j]),
      (j) => y(values[j]),
    );
  ctx.lineJoin = "round";
  if (truth) {
    ctx.strokeStyle = theme.muted;
    ctx.lineWidth = 1.75;
    ctx.setLineDash([2, 4]);
    line(truth);
    ctx.setLineDash([]);
  }
  ctx.strokeStyle = css(inkOf(look, theme));
  ctx.lineWidth = 1.25;
  // A dozen earlier fits say how it came here; a hundred would be a smear.
  const stride = Math.max(1, Math.ceil(step / 12));
  for (let t = 0; t < step; t += stride) {
    ctx.globalAlpha = 0.14 + (0.32 * (t + 1)) / step;
    line(at(fits, t).data);
  }
  ctx.globalAlpha = 1;
  ctx.lineWidth = 2.75;
  line(at(fits, step).data);
}

/** Draw all items, and the error of the chosen query as a length from its target to the prediction. */
function drawPoints(
  ctx: CanvasRenderingContext2D,
  { curve, now, state: { step, theme, shown } }: CurvePaint,
  { box, x, y }: { box: Box; x: Scale; y: Scale },
): Places {
  const { arrays } = now;
  const places: Places = new Map();
  for (const { id, side, i } of [...now.items].reverse()) {
    const [u, v] = [x(arrays[`${side}_x`].data[i]), y(arrays[`${side}_y`].data[i])];
    places.set(id, [u, v]);
    curvePoint(ctx, u, v, side, theme);
  }
  const chosen = now.items.find((item) => item.id === shown);
  if (chosen?.side !== "query") return places;
  const [u, v] = places.get(chosen.id)!;
  const said = y(at(curve.outputs, step).data[chosen.i]);
  const to = Math.min(box.bottom, Math.max(box.top, said));
  if (!Number.isFinite(to)) return places;
  ctx.strokeStyle = theme.fg;
  ctx.lineWidth = 1.25;
  drawLine(
    ctx,
    2,
    () => u,
    (j) => [v, to][j],
  );
  return places;
}

function inkOf(look: number, theme: Theme) {
  return classRgb(learnerColour(look), theme);
}

/** One legend serves panels of several colours: then its lines are in the colour of the text. */
function legendFor({ arrays, several }: Adaptations, look: number) {
  const own = (theme: Theme) => (several ? rgbOf(theme.fg) : inkOf(look, theme));
  return legendOf([
    [
      "fit at this step",
      (ctx, x, y, theme) => legendLine(ctx, x, y, { colour: css(own(theme)), width: 2.75 }),
    ],
    [
      "earlier fits",
      (ctx, x, y, theme) => legendLine(ctx, x, y, { colour: css(own(theme), 0.4), width: 1.25 }),
    ],
    ...(arrays.truth ? [TRUTH] : []),
    ["support", (ctx, x, y, theme) => curvePoint(ctx, x, y, "support", theme)],
    ["query", (ctx, x, y, theme) => curvePoint(ctx, x, y, "query", theme)],
  ]);
}

const TRUTH: Parameters<typeof legendOf>[0][number] = [
  "truth",
  (ctx, x, y, theme) => legendLine(ctx, x, y, { colour: theme.muted, width: 1.75, dash: [2, 4] }),
];
