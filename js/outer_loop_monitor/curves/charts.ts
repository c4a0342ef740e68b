// The curves of the outer loop over its steps: loss, validation with its interval, gradient norm, learning rate.
import {
  type Box,
  drawAxes,
  drawLine,
  type Scale,
  scaleOf,
  stepTicksOf,
  type Tick,
} from "../../plot/axes.ts";
import { canvasOf } from "../../plot/canvas.ts";
import { h } from "../../shared/elements.ts";
import type { Theme } from "../../shared/theme.ts";
import type { Config, Validation } from "../model.ts";
import type { TrainingRecord } from "../record.ts";
import { countText } from "../words.ts";
import { drawLoss, drawNorm, drawRate, readColumn, readLoss } from "./record_curves.ts";
import { drawValidation, readValidation } from "./validation.ts";

/** What the charts show. */
export interface ChartState {
  record: TrainingRecord;
  validations: Validation[];
  /** The outer step shown. */
  shown: number;
  theme: Theme;
}

/** A chart under way. */
export interface Drawing extends ChartState {
  ctx: CanvasRenderingContext2D;
  box: Box;
  x: Scale;
  metric: string;
  chance: number | null | undefined;
  /** Draw the axes. */
  frame: (y: Scale, yTicks: Tick[]) => void;
}

export type ChartKey = "loss" | "validation" | "norm" | "rate";

interface ChartKind {
  key: ChartKey;
  title: (config: Config) => string;
  /** Of the plot, without the steps below the last one. */
  height: number;
  /** Whether there is anything to expect, or to wait for. */
  isWanted: (state: ChartState, config: Config) => boolean;
  /** Draw, or return why there is nothing to draw. */
  draw: (drawing: Drawing) => string;
  /** The values at the step shown. */
  read: (state: Drawing) => string;
}

/** Room for the steps and their title below the last chart. */
const STEPS = 28;

const KINDS: ChartKind[] = [
  {
    key: "loss",
    title: ({ loss_unit }) => `Loss, ${loss_unit}`,
    height: 152,
    isWanted: () => true, // one empty chart says it for all
    draw: drawLoss,
    read: readLoss,
  },
  {
    key: "validation",
    title: ({ metric }) =>
      metric === "accuracy"
        ? "Validation accuracy, 95 % interval"
        : "Validation, mean squared error, 95 % interval",
    height: 112,
    isWanted: ({ record, validations }, { validation }) =>
      record.n > 0 && Boolean(validation || validations.length),
    draw: drawValidation,
    read: readValidation,
  },
  {
    key: "norm",
    title: () => "Gradient norm",
    height: 98,
    isWanted: ({ record }) => record.n > 0,
    draw: drawNorm,
    read: (state) => readColumn(state, "norm"),
  },
  {
    key: "rate",
    title: () => "Learning rate",
    height: 84,
    isWanted: ({ record }) => record.n > 0,
    draw: drawRate,
    read: (state) => readColumn(state, "meta_lr"),
  },
];

export interface ChartsOptions {
  /** Which, from the top down. */
  keys: ChartKey[];
  config: () => Config;
  /** Dragging over a chart shows another outer step. */
  onStep: (step: number) => void;
}

/** Charts one below the other, drawn "so far": what comes after the outer step shown stands back. */
export function chartsOf({ keys, config, onStep }: ChartsOptions) {
  const kinds = KINDS.filter(({ key }) => keys.includes(key));
  const charts = kinds.map((kind) => ({ kind, ...chartOf(kind, { config, onStep }) }));
  let width = 0;
  const paint = (state: ChartState) => {
    if (!width) return;
    const wanted = charts.filter(({ kind }) => kind.isWanted(state, config()));
    for (const chart of charts) {
      chart.node.hidden = !wanted.includes(chart);
      if (!chart.node.hidden) chart.paint(state, { width, isLast: chart === wanted.at(-1) });
    }
  };
  const fit = (available: number) => {
    width = available;
  };
  const node = h(
    "div",
    { class: "ol-charts" },
    charts.map((chart) => chart.node),
  );
  return { node, paint, fit };
}

interface Place {
  width: number;
  /** Only the last chart has its steps written below it. */
  isLast: boolean;
}

function chartOf(kind: ChartKind, { config, onStep }: Omit<ChartsOptions, "keys">) {
  const { key } = kind;
  const { canvas, ctx, resize } = canvasOf({ class: "ol-canvas", "aria-hidden": "true" });
  const reading = h("span", { class: "ol-reading" });
  const title = h("span", { class: "ol-chart-title" }, kind.title(config()));
  const caption = h("figcaption", {}, title, reading);
  const node = h("figure", { class: `ol-chart ol-${key}` }, caption, canvas);
  let x: Scale | null = null;
  const scrub = (event: PointerEvent) => {
    if (!x || (event.type === "pointermove" && !event.buttons)) return;
    onStep(Math.round(x.invert(event.clientX - canvas.getBoundingClientRect().left)));
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    scrub(event);
  });
  canvas.addEventListener("pointermove", scrub);
  let size = "";
  const paint = (state: ChartState, { width, isLast }: Place) => {
    const height = kind.height + (isLast ? STEPS : 0);
    if (size !== `${width} ${height}`) resize(width, height);
    size = `${width} ${height}`;
    ctx.clearRect(0, 0, width, height);
    const { newest } = state.record;
    const box = { left: 52, right: width - 10, top: 6, bottom: kind.height - 8 };
    x = scaleOf([0, Math.max(1, newest)], [box.left + 3, box.right - 3]);
    const drawing: Drawing = {
      ...state,
      ctx,
      box,
      x,
      metric: config().metric ?? "accuracy",
      chance: config().chance,
      frame: drawFrame(ctx, { box, x, newest, width, isLast, theme: state.theme }),
    };
    const empty = kind.draw(drawing);
    reading.textContent = empty ? "" : kind.read(drawing);
    if (empty) drawNote(ctx, box, empty, state.theme);
    else drawShown(drawing);
  };
  return { node, paint };
}

interface FrameOptions extends Place {
  box: Box;
  x: Scale;
  newest: number;
  theme: Theme;
}

function drawFrame(ctx: CanvasRenderingContext2D, options: FrameOptions): Drawing["frame"] {
  const { box, x, newest, width, isLast, theme } = options;
  const steps = isLast ? stepTicksOf(Math.max(1, newest), width / 80) : [];
  const xTicks = steps.map(([v]): Tick => [v, countText(v)]);
  const xLabel = isLast ? "outer step" : "";
  return (y, yTicks) => drawAxes(ctx, { box, x, y, xTicks, yTicks, xLabel, theme });
}

function drawShown({ ctx, box, x, shown, theme }: Drawing): void {
  const u = Math.round(x(shown)) + 0.5;
  ctx.strokeStyle = theme.fg;
  ctx.lineWidth = 1;
  drawLine(
    ctx,
    2,
    () => u,
    (i) => [box.top - 4, box.bottom][i],
  );
}

function drawNote(ctx: CanvasRenderingContext2D, box: Box, text: string, theme: Theme): void {
  ctx.font = `12px ${theme.font}`;
  ctx.fillStyle = theme.muted;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillText(text, (box.left + box.right) / 2, (box.top + box.bottom) / 2);
}
