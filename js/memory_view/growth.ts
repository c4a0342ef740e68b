// The chart of how the answer to one query changes as the context grows.
import {
  drawAxes,
  drawLine,
  type Scale,
  scaleOf,
  stepTicksOf,
  type Tick,
  ticksOf,
} from "../plot/axes.ts";
import { canvasOf } from "../plot/canvas.ts";
import { dotMark, shapePath } from "../plot/shapes.ts";
import { classColour, css, rgbOf } from "../shared/colour.ts";
import { h } from "../shared/elements.ts";
import { afterDrawing } from "../shared/repaint.ts";
import type { Theme } from "../shared/theme.ts";
import { type GrowthLine, growthLines, growthRange, growthText } from "./growth_lines.ts";
import type { Given, Panel, State } from "./state.ts";

const HEIGHT = 176;
const PERCENT_TICKS: Tick[] = [
  [0, "0"],
  [0.5, "50\u00a0%"],
  [1, "100\u00a0%"],
];

interface Plot {
  ctx: CanvasRenderingContext2D;
  box: { left: number; right: number; top: number; bottom: number };
  x: Scale;
  y: Scale;
  /** Recorded states. */
  steps: number;
  /** Whether classes have colours. */
  coloured: boolean;
}

export class Growth implements Panel {
  readonly node: HTMLElement;
  readonly #given: Given;
  readonly #canvas = canvasOf({ class: "mv-growth", "aria-hidden": "true" });
  /** What it shows, for the fold that holds it. */
  readonly title = h("span", {}, "The prediction as the context grows");
  readonly #told = h("p", { class: "mv-told" });
  #width = 0;
  #x: Scale | null = null;

  constructor(given: Given) {
    this.#given = given;
    const { canvas } = this.#canvas;
    const look = { role: "group", class: "mv-panel" };
    this.node = h(
      "div",
      { ...look, "aria-label": "Prediction as the context grows" },
      canvas,
      this.#told,
    );
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.#scrub(event);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (event.buttons) this.#scrub(event);
    });
  }

  fit(width: number): void {
    this.#width = width;
    this.#canvas.resize(width, HEIGHT);
  }

  paint({ theme, step, asked }: State): void {
    if (asked) {
      const title = `Query ${asked.i} as the context grows`;
      if (this.title.textContent !== title) this.title.textContent = title;
    }
    if (!this.#width || !asked) return;
    const { recorded } = this.#given;
    const { ctx } = this.#canvas;
    ctx.clearRect(0, 0, this.#width, HEIGHT);
    const lines = growthLines(recorded, asked.i);
    const plot = this.#drawAxes(lines, theme);
    this.#x = plot.x;
    drawStep(plot, step, theme);
    for (const line of lines) drawGrowth(plot, line, step, theme);
    afterDrawing(() => {
      this.#told.textContent = growthText(recorded, asked.i, step);
    });
  }

  #drawAxes(lines: GrowthLine[], theme: Theme): Plot {
    const { config, arrays, coloured } = this.#given.recorded;
    const { ctx } = this.#canvas;
    const [width, steps] = [this.#width, config.steps];
    const box = { left: 40, right: width - 14, top: 8, bottom: HEIGHT - 38 };
    const x = scaleOf([0, Math.max(1, steps - 1)], [box.left + 4, box.right - 4]);
    const range = growthRange(lines, steps);
    const y = scaleOf(range, [box.bottom, box.top]);
    const yTicks = arrays.probabilities ? PERCENT_TICKS : ticksOf(...range, 3);
    const xTicks = stepTicksOf(steps - 1, width / 56);
    drawAxes(ctx, { box, x, y, xTicks, yTicks, xLabel: config.axis_label, theme });
    return { ctx, box, x, y, steps, coloured };
  }

  #scrub(event: PointerEvent): void {
    if (!this.#x) return;
    const { left } = this.#canvas.canvas.getBoundingClientRect();
    const step = Math.round(this.#x.invert(event.clientX - left));
    this.#given.player.set(Math.min(this.#given.recorded.config.steps - 1, Math.max(0, step)));
  }
}

/** Draw the line at the step. */
function drawStep({ ctx, box, x }: Plot, step: number, theme: Theme): void {
  ctx.strokeStyle = theme.fg;
  ctx.lineWidth = 1;
  drawLine(
    ctx,
    2,
    () => Math.round(x(step)) + 0.5,
    (i) => [box.top - 4, box.bottom][i],
  );
}

/** Draw a line, pale where it is still to come, with its mark at the step. */
function drawGrowth(
  { ctx, box, x, y, steps, coloured }: Plot,
  line: GrowthLine,
  step: number,
  theme: Theme,
): void {
  const { k, bold, target } = line;
  const plain = bold ? theme.accent : css(rgbOf(theme.muted), 0.5);
  ctx.strokeStyle = ctx.fillStyle = coloured ? classColour(k, theme) : plain;
  if (target !== undefined) {
    ctx.lineWidth = 1.5;
    ctx.setLineDash([4, 3]);
    drawLine(
      ctx,
      2,
      (i) => [box.left, box.right][i],
      () => y(target),
    );
    ctx.setLineDash([]);
  }
  const height = (t: number) => y(line.at(t));
  ctx.lineWidth = bold ? 2.75 : 1.25;
  ctx.globalAlpha = 0.3;
  drawLine(ctx, steps, x, height);
  ctx.globalAlpha = 1;
  drawLine(ctx, step + 1, x, height);
  if (!Number.isFinite(line.at(step))) return;
  if (coloured) {
    shapePath(ctx, k, x(step), height(step), bold ? 5 : 3.5);
    ctx.fill();
  } else dotMark(ctx, x(step), height(step), bold ? 4.5 : 2.5);
}
