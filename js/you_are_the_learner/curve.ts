// A curve whose values are guessed by pointing at them, at the dashed line.
import { rivalLook, rivalMark } from "../contest/rivals.ts";
import { type Box, drawAxes, drawLine, type Scale, scaleOf, ticksOf } from "../plot/axes.ts";
import { canvasOf } from "../plot/canvas.ts";
import { dotMark } from "../plot/shapes.ts";
import { h, keys } from "../shared/elements.ts";
import { numberText } from "../shared/numbers.ts";
import type { Theme } from "../shared/theme.ts";
import type { Looked } from "./board.ts";
import type { Round } from "./round.ts";

export interface CurveOptions {
  round: Round;
  onGuess: (q: number, value: number) => void;
  onLook: (q: number) => void;
}

const HEIGHT = 300;

export function curveOf({ round, onGuess, onLook }: CurveOptions) {
  const { canvas, ctx, resize } = canvasOf({ class: "yl-canvas yl-curve", "aria-hidden": "true" });
  const label = "Value of the curve at the query; Enter sets it";
  const node = h(
    "div",
    { class: "yl-guess", role: "slider", tabindex: 0, "aria-label": label },
    canvas,
  );
  const [low, high] = limitsOf(round);
  const within = (value: number) => Math.min(high, Math.max(low, value));
  let width = 0;
  let scales: { x: Scale; y: Scale } | null = null;
  let level = 0;
  let last: [Theme, Looked] | null = null;
  const show = (theme: Theme, looked: Looked) => {
    last = [theme, looked];
    if (!width) return;
    const w = Math.min(width, 760);
    resize(w, HEIGHT);
    scales = drawCurve(ctx, { round, width: w, limits: [low, high], level, looked, theme });
    const current = round.current();
    const x = current === undefined ? NaN : round.items(round.place, "query_x").data[current];
    const text =
      current === undefined ? "all answered" : `${numberText(level)} at x = ${numberText(x)}`;
    for (const [name, value] of Object.entries({ min: low, max: high, now: level })) {
      node.setAttribute(`aria-value${name}`, value.toFixed(2));
    }
    node.setAttribute("aria-valuetext", text);
  };
  const move = (value: number) => {
    level = within(value);
    if (last) show(...last);
  };
  const guess = () => {
    const q = round.current();
    if (q !== undefined) onGuess(q, Number(level.toPrecision(5)));
  };
  const top = () => canvas.getBoundingClientRect().top;
  canvas.addEventListener("pointermove", (event) => {
    if (!scales) return;
    if (!round.done[round.place]) {
      move(scales.y.invert(event.clientY - top()));
      return;
    }
    const u = event.clientX - canvas.getBoundingClientRect().left;
    onLook(nearestQuery(round, scales.x, u));
  });
  canvas.addEventListener("click", (event) => {
    if (!scales || round.current() === undefined) return;
    level = within(scales.y.invert(event.clientY - top()));
    guess();
  });
  const nudge = (by: number) => () => move(level + (by * (high - low)) / 100);
  keys(node, {
    ArrowUp: nudge(1),
    ArrowDown: nudge(-1),
    PageUp: nudge(10),
    PageDown: nudge(-10),
    Enter: guess,
  });
  const fit = (w: number) => {
    width = w;
  };
  return { node, fit, show };
}

/** The values that can be guessed: well beyond what any support point of the round has. */
function limitsOf(round: Round): [number, number] {
  const curves = round.config.episodes.flatMap((_, e) => (round.kind(e) === "curve" ? [e] : []));
  const values = curves.flatMap((e) => Array.from(round.items(e, "support_y").data, Math.abs));
  const far = 1.25 * Math.max(1e-6, ...values);
  return [-far, far];
}

/** The query whose place is near a pixel, -1 for none. */
function nearestQuery(round: Round, x: Scale, u: number): number {
  const places = Array.from(round.items(round.place, "query_x").data, (value) =>
    Math.abs(x(value) - u),
  );
  const nearest = places.indexOf(Math.min(...places));
  return places[nearest] < 16 ? nearest : -1;
}

interface CurveDrawing {
  round: Round;
  width: number;
  limits: [number, number];
  /** The value pointed at. */
  level: number;
  looked: Looked;
  theme: Theme;
}

function drawCurve(ctx: CanvasRenderingContext2D, drawing: CurveDrawing): { x: Scale; y: Scale } {
  const { round, width, limits, theme } = drawing;
  const e = round.place;
  const [supportX, supportY] = [round.items(e, "support_x").data, round.items(e, "support_y").data];
  const box = { left: 44, right: width - 8, top: 8, bottom: HEIGHT - 24 };
  const all = [...Array.from(supportX), ...Array.from(round.items(e, "query_x").data)];
  const pad = 0.05 * (Math.max(...all) - Math.min(...all) || 1);
  const across: [number, number] = [Math.min(...all) - pad, Math.max(...all) + pad];
  const x = scaleOf(across, [box.left, box.right]);
  const y = scaleOf(limits, [box.bottom, box.top]);
  const xTicks = ticksOf(...across, width / 80);
  drawAxes(ctx, { box, x, y, xTicks, yTicks: ticksOf(...limits, 5), theme });
  ctx.fillStyle = theme.fg;
  for (const i of supportY.keys()) dotMark(ctx, x(supportX[i]), y(supportY[i]), 4.5);
  for (const q of round.answers[e].keys()) drawAnswer(ctx, q, { ...drawing, x, y, box });
  drawQuestion(ctx, { ...drawing, x, y, box });
  return { x, y };
}

type Placed = CurveDrawing & { x: Scale; y: Scale; box: Box };

function drawUpright(
  ctx: CanvasRenderingContext2D,
  u: number,
  [from, to]: [number, number],
  { colour, dash = [] }: { colour: string; dash?: number[] },
): void {
  ctx.strokeStyle = colour;
  ctx.setLineDash(dash);
  ctx.lineWidth = 1.5;
  drawLine(
    ctx,
    2,
    () => u,
    (i) => [from, to][i],
  );
  ctx.setLineDash([]);
}

function drawAnswer(ctx: CanvasRenderingContext2D, q: number, placed: Placed): void {
  const { round, x, y, box, limits, looked, theme } = placed;
  const e = round.place;
  const said = round.answers[e][q];
  const u = x(round.items(e, "query_x").data[q]);
  const within = (value: number) => y(Math.min(limits[1], Math.max(limits[0], value)));
  if (round.done[e]) {
    const { truth, answers } = round.secret(e);
    drawUpright(ctx, u, [y(truth[q]), within(said ?? 0)], { colour: theme.muted });
    for (const [i, learner] of answers.entries()) {
      rivalMark(ctx, rivalLook(i, theme), [u, within(learner[q]), 4]);
    }
    ctx.strokeStyle = theme.fg;
    ctx.lineWidth = 2;
    dotMark(ctx, u, y(truth[q]), 6, false);
    const look = { colour: theme.accent, dash: [2, 3] };
    if (looked.q === q) drawUpright(ctx, u, [box.top, box.bottom], look);
  }
  if (said !== null) rivalMark(ctx, rivalLook(-1, theme), [u, y(said), 6]);
}

function drawQuestion(ctx: CanvasRenderingContext2D, placed: Placed): void {
  const { round, x, y, box, level, width, theme } = placed;
  const current = round.current();
  if (current === undefined) return;
  const u = x(round.items(round.place, "query_x").data[current]);
  drawUpright(ctx, u, [box.top, box.bottom], { colour: theme.accent, dash: [4, 3] });
  rivalMark(ctx, rivalLook(-1, theme), [u, y(level), 6], { hollow: theme.bg });
  ctx.fillStyle = theme.accent;
  ctx.font = `700 13px ${theme.font}`;
  ctx.textAlign = u > width - 40 ? "right" : "left";
  ctx.textBaseline = "top";
  ctx.fillText(" ? ", u, box.top);
}
