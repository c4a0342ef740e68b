// How well the learners do on tasks of meta-training, and as the test distribution moves away from it.
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
} from "../plot/axes.ts";
import { canvasOf } from "../plot/canvas.ts";
import { crossMark, shapePath } from "../plot/shapes.ts";
import { classColour } from "../shared/colour.ts";
import { segments } from "../shared/controls.ts";
import { h, svg } from "../shared/elements.ts";
import { boundsOf, intervalNote, intervalText, numberText } from "../shared/numbers.ts";
import { afterDrawing } from "../shared/repaint.ts";
import type { Theme } from "../shared/theme.ts";
import { domainOf, type MeanLoss, meanLosses } from "./mean_losses.ts";
import type { Arrays, Config } from "./model.ts";
import type { State } from "./tasks.ts";

export interface LossesOptions {
  arrays: Arrays;
  config: Config;
  /** The states of adaptation that are shown at first; null for all steps. */
  after: number | null;
  /** A shift was clicked. */
  onStep: (step: number) => void;
}

/** Meta-training stands apart on the left: it is another distribution, or other classes, and no point of the way. */
const TRAINING = -1.2;
const HEIGHT = 250;
const DASHES = [[], [7, 3], [2, 3], [9, 3, 2, 3]];

// The colours of learners leave out those of the two distributions.
const learnerColour = (i: number, theme: Theme) => classColour([2, 3, 4, 5, 6][i % 5], theme);

export function lossesOf({ arrays, config, after, onStep }: LossesOptions) {
  const meansOf = meansBy(arrays);
  const most = Math.max(0, ...config.learners.map((_, i) => arrays[`losses.${i}`].shape[2] - 1));
  const states = [...new Set([0, 1, 2, 5, 10, most].filter((s) => s <= most))].sort(
    (a, b) => a - b,
  );
  const { canvas, ctx, resize } = canvasOf({
    class: "td-canvas td-losses-canvas",
    "aria-hidden": "true",
  });
  const rows = config.learners.map(readout);
  const note = h("p", { class: "td-note" });
  let state = after !== null && states.includes(after) ? after : most;
  let last: State | null = null;
  let width = 0;
  let x: Scale | null = null;
  const chooser = segments({
    label: "Steps of adaptation",
    options: states.map((s) => [s, stepsText(s)] as const),
    value: state,
    onchange: (next) => {
      state = next;
      if (last) paint(last);
    },
  });
  const paint = (now: State) => {
    last = now;
    if (!width || !rows.length) return;
    const means = rows.map((_, i) => meansOf(i, state));
    const all = rows.flatMap((_, i) => states.flatMap((s) => meansOf(i, s)));
    x = drawLosses(ctx, { config, means, all, width, ...now });
    const odd = config.learners.filter((_, i) =>
      means[i].some(({ mean }) => !Number.isFinite(mean)),
    );
    afterDrawing(() => {
      for (const [i, row] of rows.entries()) row.show(means[i][now.step + 1], i, now.theme);
      note.textContent = odd.length
        ? `${odd.join(" and ")}: not finite where crossed out.`
        : noteText(means.flat(), arrays["losses.0"].shape[1]);
    });
  };
  canvas.addEventListener("click", (event) => {
    if (!x) return;
    const place = Math.round(x.invert(event.clientX - canvas.getBoundingClientRect().left));
    onStep(Math.min(config.shifts.length - 1, Math.max(0, place)));
  });
  const lists = h(
    "ul",
    { class: "td-readouts" },
    rows.map((row) => row.node),
  );
  const node = h(
    "figure",
    { class: "td-panel td-losses", hidden: !rows.length },
    h("figcaption", {}, `Loss on queries, ${config.unit}`),
    h("div", { class: "td-row" }, lists, states.length > 1 && chooser.node),
    canvas,
    note,
  );
  const fit = (w: number) => {
    width = w;
    resize(w, HEIGHT);
  };
  const words = ({ step }: State) =>
    config.learners.map((name, i) => lossText(name, meansOf(i, state), state, step)).join(" ");
  return { node, fit, paint, words, after: () => (state === most ? null : state) };
}

function noteText(means: MeanLoss[], n: number): string {
  const cut = means.some(({ mean, half }) => mean - half <= 0);
  const where = cut ? "; a line without a cap below goes on to 0" : "";
  const note = intervalNote(n, null, "task");
  const rough = note ? ` (${note})` : "";
  return `Mean over the tasks, with its 95 % interval${rough}${where}. Click to move there.`;
}

/** Means over tasks cost more than drawing them, and do not change. */
function meansBy(arrays: Arrays): (learner: number, state: number) => MeanLoss[] {
  const found = new Map<string, MeanLoss[]>();
  return (learner, state) => {
    const key = `${learner} ${state}`;
    const means = found.get(key) ?? meanLosses(arrays[`losses.${learner}`], state);
    found.set(key, means);
    return means;
  };
}

function stepsText(steps: number): string {
  if (!steps) return "not adapted";
  return steps === 1 ? "1 step" : `${steps} steps`;
}

function lossText(name: string, means: MeanLoss[], state: number, step: number): string {
  const when = state ? `after ${state} steps` : "before adaptation";
  const [train, test] = [means[0], means[step + 1]].map(({ mean }) => numberText(mean));
  return `${name}: loss ${test} ${when}, ${train} on tasks of meta-training.`;
}

const halfText = (value: number) => numberText(value, 2);

/** A learner's line, name and value. */
function readout(name: string) {
  const stroke = svg("line", { x1: 0, x2: 22, y1: 5, y2: 5, "stroke-width": 2.25 });
  const sign = svg("svg", { width: 22, height: 10, "aria-hidden": "true" }, stroke);
  const value = h("b");
  const show = ({ mean, half }: MeanLoss, i: number, theme: Theme) => {
    stroke.setAttribute("stroke", learnerColour(i, theme));
    stroke.setAttribute("stroke-dasharray", DASHES[i % DASHES.length].join(" "));
    value.textContent = intervalText([mean, half], boundsOf("loss"), numberText, { halfText });
  };
  return { node: h("li", {}, sign, name, value), show };
}

interface Drawing extends State {
  config: Config;
  /** learner -> group, at the chosen state. */
  means: MeanLoss[][];
  /** Of all states that can be chosen: the axis does not jump. */
  all: MeanLoss[];
  width: number;
}

/** Draw all lines, and return the scale of the shifts. */
function drawLosses(ctx: CanvasRenderingContext2D, drawing: Drawing): Scale {
  const { config, means, all, width, step, theme } = drawing;
  const box = { left: 56, right: width - 12, top: 10, bottom: HEIGHT - 40 };
  const last = config.shifts.length - 1;
  const x = scaleOf([TRAINING, last], [box.left + 22, box.right - 6]);
  const [domain, log] = domainOf(all);
  const y = scaleOf(domain, [box.bottom, box.top], log);
  ctx.clearRect(0, 0, width, HEIGHT);
  drawAxes(ctx, {
    box,
    x,
    y,
    xTicks: [[TRAINING, "training"], ...shiftTicks(last, width)],
    yTicks: log ? logTicksOf(...domain, 5) : ticksOf(...domain, 4),
    xLabel: "how far the test distribution has moved",
    yLabel: config.unit === "nats" ? "loss in nats" : config.unit,
    theme,
  });
  ctx.strokeStyle = theme.fg;
  ctx.lineWidth = 1;
  const here = Math.round(x(step)) + 0.5;
  drawLine(
    ctx,
    2,
    () => here,
    (i) => [box.top - 6, box.bottom][i],
  );
  for (const [i, values] of means.entries()) {
    // Intervals of several learners stand side by side.
    const shift = (i - (means.length - 1) / 2) * 3;
    drawLearner(ctx, i, values, {
      x,
      y,
      box,
      floor: domain[0],
      shift,
      step,
      theme,
    });
  }
  return x;
}

function shiftTicks(last: number, width: number): Tick[] {
  const ticks = stepTicksOf(last, Math.max(2, width / 90));
  return ticks.map(([v]) => [v, v === 0 && width > 520 ? "not moved" : String(v)]);
}

interface LinePlace {
  x: Scale;
  y: Scale;
  box: Box;
  /** The least value that the axis holds. */
  floor: number;
  shift: number;
  step: number;
  theme: Theme;
}

function drawLearner(
  ctx: CanvasRenderingContext2D,
  i: number,
  values: MeanLoss[],
  { x, y, box, floor, shift, step, theme }: LinePlace,
): void {
  const place = (group: number) => x(group === 0 ? TRAINING : group - 1);
  const height = (value: number) => (Number.isFinite(value) ? y(value) : NaN);
  ctx.strokeStyle = learnerColour(i, theme);
  ctx.fillStyle = learnerColour(i, theme);
  ctx.lineWidth = 2;
  ctx.setLineDash(DASHES[i % DASHES.length]);
  drawLine(
    ctx,
    values.length - 1,
    (j) => place(j + 1),
    (j) => height(values[j + 1].mean),
  );
  ctx.setLineDash([]);
  for (const [group, { mean, half }] of values.entries()) {
    if (!Number.isFinite(mean)) {
      crossMark(ctx, place(group), box.top + 3, 3.5);
      continue;
    }
    const u = place(group) + shift;
    ctx.lineWidth = 1.25;
    if (Number.isFinite(half)) drawWhisker(ctx, u, [mean - half, mean + half], { y, floor });
    shapePath(ctx, i, u, y(mean), group === step + 1 || group === 0 ? 5 : 3.5);
    ctx.fill();
  }
}

/** Draw an interval with caps at its ends; one that goes on below the axis has none there. */
function drawWhisker(
  ctx: CanvasRenderingContext2D,
  u: number,
  [low, high]: readonly [number, number],
  { y, floor }: Pick<LinePlace, "y" | "floor">,
): void {
  const ends = [Math.max(floor, low), high];
  ctx.beginPath();
  ctx.moveTo(u, y(ends[0]));
  ctx.lineTo(u, y(ends[1]));
  for (const end of low > floor ? ends : [high]) {
    ctx.moveTo(u - 3, y(end));
    ctx.lineTo(u + 3, y(end));
  }
  ctx.stroke();
}
