// Points in the plane: support filled, the current query a ring with a question mark.
import { rivalMark } from "../contest/rivals.ts";
import { drawAxes, scaleOf, ticksOf } from "../plot/axes.ts";
import { canvasOf } from "../plot/canvas.ts";
import { crossMark, dotMark, shapePath } from "../plot/shapes.ts";
import { at, type NdArray } from "../shared/arrays.ts";
import { classColour } from "../shared/colour.ts";
import { numberText } from "../shared/numbers.ts";
import type { Theme } from "../shared/theme.ts";
import type { Looked } from "./board.ts";
import type { Round } from "./round.ts";

/** Item i of an array -> its pixel. */
type Pixel = (array: NdArray, i: number) => [number, number];

export function pointsOf({ round }: { round: Round }) {
  const { canvas, ctx, resize } = canvasOf({ class: "yl-canvas", role: "img" });
  let width = 0;
  const show = (theme: Theme, looked: Looked) => {
    if (!width) return;
    const e = round.place;
    const [w, h] = [Math.min(width, 460), Math.round(0.68 * Math.min(width, 460))];
    resize(w, h);
    const [support, query] = [round.items(e, "support_x"), round.items(e, "query_x")];
    const pixel = drawPlane(ctx, [support, query], [w, h], theme);
    drawSupport(ctx, support, round.items(e, "support_y"), pixel, theme);
    for (const q of round.answers[e].keys()) {
      drawQuery(ctx, { round, q, place: pixel(query, q), theme, isLooked: q === looked.q });
    }
    const current = round.current();
    if (current !== undefined) drawQuestion(ctx, pixel(query, current), theme);
    const way = round.episode.class_names.length;
    const place = current === undefined ? "" : placeText(query, current);
    canvas.setAttribute("aria-label", `Support points of ${way} classes, and the queries.${place}`);
  };
  const fit = (w: number) => {
    width = w;
  };
  return { node: canvas, fit, show };
}

function placeText(query: NdArray, q: number): string {
  const [x, y] = at(query, q).data;
  return ` The query in question lies at ${numberText(x)}, ${numberText(y)}.`;
}

function rangeOf(arrays: NdArray[], axis: number): [number, number] {
  const values = arrays.flatMap((x) =>
    Array.from({ length: x.shape[0] }, (_, i) => at(x, i).data[axis]),
  );
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const pad = 0.08 * (high - low || 1);
  return [low - pad, high + pad];
}

/** Draw the axes, and return where points lie. */
function drawPlane(
  ctx: CanvasRenderingContext2D,
  arrays: NdArray[],
  [width, height]: [number, number],
  theme: Theme,
): Pixel {
  const box = { left: 34, right: width - 6, top: 6, bottom: height - 22 };
  const [across, up] = [rangeOf(arrays, 0), rangeOf(arrays, 1)];
  const x = scaleOf(across, [box.left, box.right]);
  const y = scaleOf(up, [box.bottom, box.top]);
  drawAxes(ctx, { box, x, y, xTicks: ticksOf(...across, 5), yTicks: ticksOf(...up, 4), theme });
  return (array, i) => {
    const [u, v] = at(array, i).data;
    return [x(u), y(v)];
  };
}

function drawSupport(
  ctx: CanvasRenderingContext2D,
  support: NdArray,
  labels: NdArray,
  pixel: Pixel,
  theme: Theme,
): void {
  for (const [i, k] of Array.from(labels.data).entries()) {
    ctx.fillStyle = classColour(k, theme);
    shapePath(ctx, k, ...pixel(support, i), 7);
    ctx.fill();
  }
}

interface QueryMark {
  round: Round;
  q: number;
  place: [number, number];
  theme: Theme;
  isLooked: boolean;
}

function drawQuery(ctx: CanvasRenderingContext2D, mark: QueryMark): void {
  const { round, q, place, theme, isLooked } = mark;
  const e = round.place;
  const said = round.answers[e][q];
  ctx.lineWidth = 1.75;
  if (said === null) {
    ctx.fillStyle = theme.muted;
    dotMark(ctx, ...place, 2);
  } else {
    const look = { shape: said, colour: classColour(said, theme) };
    rivalMark(ctx, look, [...place, 5], { hollow: theme.bg });
    if (round.done[e] && said !== round.secret(e).truth[q]) {
      ctx.strokeStyle = theme.bad;
      ctx.lineWidth = 2;
      crossMark(ctx, ...place, 8);
    }
  }
  if (!isLooked || !round.done[e]) return;
  ctx.strokeStyle = theme.fg;
  dotMark(ctx, ...place, 10, false);
}

function drawQuestion(ctx: CanvasRenderingContext2D, [u, v]: [number, number], theme: Theme): void {
  ctx.fillStyle = theme.bg;
  dotMark(ctx, u, v, 9);
  ctx.strokeStyle = theme.fg;
  ctx.fillStyle = theme.fg;
  ctx.lineWidth = 2;
  dotMark(ctx, u, v, 9, false);
  ctx.font = `700 12px ${theme.font}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillText("?", u, v + 0.5);
}
