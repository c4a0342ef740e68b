// The plots of an opened episode: points in the plane, or the learners' curves.
import { rivalLook } from "../contest/rivals.ts";
import { drawAxes, drawLine, scaleOf, ticksOf } from "../plot/axes.ts";
import { canvasOf } from "../plot/canvas.ts";
import { dotMark, shapePath } from "../plot/shapes.ts";
import { at, type Float32, type NdArray } from "../shared/arrays.ts";
import { classColour } from "../shared/colour.ts";
import { h, svg } from "../shared/elements.ts";
import type { Theme } from "../shared/theme.ts";
import type { Opened } from "./answers.ts";
import type { EpisodeArrays } from "./model.ts";

/** A plot; `mark` shows which query is looked at, -1 for none. */
export interface EpisodePlot {
  node: HTMLElement;
  mark(query: number): void;
}

/** 2-D points: support filled, queries hollow, by shape and colour of their class; the query looked at is ringed. */
export function pointsPlot({ arrays, plain }: Opened, theme: Theme, width: number): EpisodePlot {
  const label = "Support and query points in the plane";
  const { canvas, ctx, resize } = canvasOf({
    class: "ar-canvas",
    role: "img",
    "aria-label": label,
  });
  const side = Math.min(width, 420);
  const mark = (current: number) => {
    resize(side, 0.75 * side);
    const x = scaleOf(rangeOf(arrays, 0), [8, side - 8]);
    const y = scaleOf(rangeOf(arrays, 1), [0.75 * side - 8, 8]);
    const draw = (points: NdArray, labels: NdArray, filled: boolean) => {
      for (const [i, k] of Array.from(labels.data).entries()) {
        const [u, v] = at(points, i).data;
        ctx.fillStyle = classColour(k, theme);
        ctx.strokeStyle = classColour(k, theme);
        ctx.lineWidth = 1.5;
        shapePath(ctx, k, x(u), y(v), filled ? 6 : 4);
        if (filled) ctx.fill();
        else ctx.stroke();
        if (filled || i !== current) continue;
        ctx.strokeStyle = theme.fg;
        ctx.lineWidth = 2;
        dotMark(ctx, x(u), y(v), 9, false);
      }
    };
    draw(arrays.query_x, arrays.query_y, false);
    draw(arrays.support_x, arrays.support_y, true);
  };
  mark(-1);
  const caption = `Support filled, queries hollow: ${plain.class_names.join(", ")}.`;
  const node = h(
    "figure",
    { class: "ae-plot" },
    canvas,
    h("figcaption", { class: "ae-key" }, caption),
  );
  return { node, mark };
}

/** The range of one coordinate over support and queries, with a margin. */
function rangeOf({ support_x, query_x }: EpisodeArrays, axis: number): [number, number] {
  const values = [support_x, query_x].flatMap((x) =>
    Array.from({ length: x.shape[0] }, (_, i) => at(x, i).data[axis]),
  );
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const pad = 0.06 * (high - low || 1);
  return [low - pad, high + pad];
}

const DASHES = [[], [7, 3], [2, 3], [9, 3, 2, 3], [4, 4], [1, 2]];
const dashOf = (i: number) => DASHES[i % DASHES.length];

/** The arrays of an episode whose learners gave curves. */
export type CurveArrays = EpisodeArrays & { probe: Float32; curves: Float32 };

/** The support points, the queries' true values, and each learner's curve by its colour and dashes. */
export function curvesPlot(
  arrays: CurveArrays,
  names: string[],
  theme: Theme,
  width: number,
): EpisodePlot {
  const { canvas, ctx, resize } = canvasOf({
    class: "ar-canvas",
    role: "img",
    "aria-label": `Curves of ${names.join(", ")} over support points and the true values of the queries`,
  });
  const size: [number, number] = [Math.min(width, 760), 280];
  resize(...size);
  drawCurves(ctx, arrays, names, theme, size);
  const swatch = (i: number) => {
    const stroke = rivalLook(i, theme).colour;
    const look = { "stroke-width": 2.25, stroke, "stroke-dasharray": dashOf(i).join(" ") };
    const line = svg("line", { x1: 0, x2: 26, y1: 5, y2: 5, ...look });
    return svg("svg", { width: 26, height: 10, "aria-hidden": "true" }, line);
  };
  const legend = h(
    "figcaption",
    { class: "ae-legend" },
    names.map((name, i) => h("span", {}, swatch(i), name)),
    h("span", {}, "large dots: support; small dots: the queries' true values"),
  );
  return { node: h("figure", { class: "ae-plot" }, canvas, legend), mark: () => {} };
}

function drawCurves(
  ctx: CanvasRenderingContext2D,
  { support_x, support_y, query_x, query_y, probe, curves }: CurveArrays,
  names: string[],
  theme: Theme,
  [width, height]: [number, number],
): void {
  const box = { left: 44, right: width - 8, top: 8, bottom: height - 24 };
  const [from, to] = [probe.data[0], probe.data.at(-1)!];
  const [low, high] = curveRange([...query_y.data, ...support_y.data], curves.data);
  const x = scaleOf([from, to], [box.left, box.right]);
  const y = scaleOf([low, high], [box.bottom, box.top]);
  const xTicks = ticksOf(from, to, width / 80);
  drawAxes(ctx, { box, x, y, xTicks, yTicks: ticksOf(low, high, 5), theme });
  ctx.save();
  ctx.beginPath();
  ctx.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
  ctx.clip();
  ctx.fillStyle = theme.muted;
  for (const query of query_x.data.keys()) {
    dotMark(ctx, x(query_x.data[query]), y(query_y.data[query]), 2);
  }
  for (const i of names.keys()) {
    const curve = at(curves, i).data;
    ctx.strokeStyle = rivalLook(i, theme).colour;
    ctx.lineWidth = 2;
    ctx.setLineDash(dashOf(i));
    drawLine(
      ctx,
      curve.length,
      (j) => x(probe.data[j]),
      (j) => y(curve[j]),
    );
  }
  ctx.setLineDash([]);
  ctx.restore();
  ctx.fillStyle = theme.fg;
  for (const [i, value] of Array.from(support_y.data).entries()) {
    dotMark(ctx, x(support_x.data[i]), y(value), 4.5);
  }
}

/** What the axis spans: all that is finite, but of curves no more than the known values' span beyond them. */
function curveRange(known: number[], curves: ArrayLike<number>): [number, number] {
  const finite = [...Array.from(curves), ...known].filter(Number.isFinite);
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const span = most - least || 1;
  return [Math.max(Math.min(...finite), least - span), Math.min(Math.max(...finite), most + span)];
}
