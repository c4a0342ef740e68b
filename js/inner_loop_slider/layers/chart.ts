// Bars that say how far each layer moved.
import { drawLine } from "../../plot/axes.ts";
import { canvasOf, shorten } from "../../plot/canvas.ts";
import { hatch } from "../../plot/shapes.ts";
import { classColour } from "../../shared/colour.ts";
import { h } from "../../shared/elements.ts";
import { numberText } from "../../shared/numbers.ts";
import { afterDrawing } from "../../shared/repaint.ts";
import type { Theme } from "../../shared/theme.ts";
import { learnerColour, learnerSign } from "../looks.ts";
import { furthestRows, type Layers, longestBar, longestIn, type Row, valueAt } from "./layers.ts";

const MOST_LAYERS = 10;
const GAP = 9;

/** A chart of bars, one row a layer. */
export function layersChartOf(given: Layers) {
  const { canvas, ctx, resize } = canvasOf({ class: "il-canvas il-still", "aria-hidden": "true" });
  const list = h("ul", { class: "il-readouts" });
  const note = h("p", { class: "il-note" });
  const title = h("span", { class: "il-chart-title" }, "How far each layer moved");
  const caption = h("figcaption", {}, title);
  const node = h("figure", { class: "il-chart il-layers" }, caption, list, canvas, note);
  let chart = given;
  let rows: Row[] = [];
  let readouts: Readout[] = [];
  let [width, height, bar] = [0, 0, 0];
  const update = (next: Layers) => {
    chart = next;
    rows = furthestRows(chart.rows, MOST_LAYERS);
    note.textContent = noteOf(chart, rows.length);
    readouts = chart.learners.map((learner) => readoutOf(learner, chart.several));
    list.replaceChildren(...readouts.map((readout) => readout.node));
    bar = chart.several ? Math.max(5, 10 - chart.learners.length) : 9;
    height = rows.reduce((sum, row) => sum + row.bars.length * (bar + 1) + GAP, 4);
    if (width) resize(width, height);
  };
  const paint = (step: number, theme: Theme) => {
    if (!width) return;
    ctx.clearRect(0, 0, width, height);
    drawRows(ctx, rows, { chart, bar, width, step, theme });
    for (const readout of readouts) readout.paint(step, theme);
  };
  const fit = (available: number) => {
    width = available;
    resize(width, height);
  };
  return { node, update, paint, fit };
}

function noteOf({ rows, learners }: Layers, shown: number): string {
  const left = rows.length - shown;
  return [
    left && `The ${shown} layers that moved furthest; ${left} more moved less.`,
    learners.length > 1 && "At the top all layers together; beside the bars the furthest.",
  ]
    .filter(Boolean)
    .join(" ");
}

type Readout = ReturnType<typeof readoutOf>;

/** A learner's distance, all layers together. */
function readoutOf({ name, look, data }: Layers["learners"][number], several: boolean) {
  const value = h("b", {});
  const sign = several ? learnerSign(look) : null;
  const text = h("span", { class: "il-name", title: name }, several ? name : "all layers");
  const node = h("li", {}, sign?.canvas, text, value);
  const paint = (step: number, theme: Theme) => {
    sign?.paint(theme);
    afterDrawing(() => {
      value.textContent = numberText(valueAt(data, step));
    });
  };
  return { node, paint };
}

interface RowsPaint {
  chart: Layers;
  /** The height of a bar. */
  bar: number;
  width: number;
  step: number;
  theme: Theme;
}

function drawRows(ctx: CanvasRenderingContext2D, rows: Row[], given: RowsPaint): void {
  const { chart, bar, width, step, theme } = given;
  ctx.font = `11px ${theme.font}`;
  const widest = Math.max(...rows.map((row) => ctx.measureText(row.name).width));
  const left = Math.min(0.36 * width, 12 + widest);
  const right = width - 54;
  const most = longestBar(rows, chart.learners, step);
  ctx.textBaseline = "middle";
  let top = 4;
  for (const row of rows) {
    const tall = row.bars.length * (bar + 1);
    const middle = top + tall / 2;
    ctx.fillStyle = theme.fg;
    ctx.textAlign = "right";
    ctx.fillText(shorten(ctx, row.name, left - 8), left - 7, middle);
    ctx.fillStyle = theme.raised;
    ctx.fillRect(left, top, right - left, tall);
    for (const [j, { look, data }] of row.bars.entries()) {
      const colour = classColour(chart.several ? learnerColour(look) : 0, theme);
      const box = { left, right, top: top + j * (bar + 1), bar };
      drawBar(ctx, valueAt(data, step) / most, box, { colour, theme });
    }
    const value = longestIn(row, step);
    ctx.fillStyle = theme.muted;
    ctx.textAlign = "left";
    ctx.fillText(Number.isNaN(value) ? "no number" : numberText(value), right + 5, middle);
    top += tall + GAP;
  }
}

/** Draw a part of the longest bar; one that goes beyond it ends in an arrow in the paper's colour. */
function drawBar(
  ctx: CanvasRenderingContext2D,
  part: number,
  { left, right, top, bar }: { left: number; right: number; top: number; bar: number },
  { colour, theme }: { colour: string; theme: Theme },
): void {
  if (!Number.isFinite(part)) {
    hatch(ctx, [left, top, right - left, bar], theme.bad);
    return;
  }
  ctx.fillStyle = colour;
  ctx.fillRect(left, top, Math.min(1, part) * (right - left), bar);
  if (part <= 1.001) return;
  ctx.strokeStyle = theme.bg;
  ctx.lineWidth = 1.5;
  drawLine(
    ctx,
    3,
    (k) => right - [8, 5, 8][k],
    (k) => top + [0, bar / 2, bar][k],
  );
}
