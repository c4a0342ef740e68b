// A small chart of lines over steps, with the current step marked: it can be dragged, and its scale can be changed.
import type { Scale } from "../../plot/axes.ts";
import { canvasOf } from "../../plot/canvas.ts";
import { h, svg } from "../../shared/elements.ts";
import { numberText, percentText } from "../../shared/numbers.ts";
import { afterDrawing } from "../../shared/repaint.ts";
import type { Theme } from "../../shared/theme.ts";
import { lineLook } from "../looks.ts";
import { drawSeries } from "./painting.ts";
import { domainOf, type Line, needsLog, type Series, seriesNotes } from "./series.ts";

const HEIGHTS = { loss: 150, accuracy: 96, gradient: 96 };

/** A chart; a scale that the reader chose outlives an update. `onStep` hears of the step under the pointer. */
export function seriesChartOf(given: Series, onStep: (step: number) => void) {
  const { canvas, ctx, resize } = canvasOf({ class: "il-canvas", "aria-hidden": "true" });
  const parts = figureOf(given.key, canvas, () => {
    log = !log;
    chosen = log;
    if (state) paint(state.step, state.theme);
  });
  let chart = given;
  let readouts: Readout[] = [];
  let log = false;
  let chosen: boolean | null = null;
  let state: { step: number; theme: Theme } | null = null;
  let [width, height] = [0, 0];
  let x: Scale | null = null;
  const update = (next: Series) => {
    chart = next;
    readouts = chart.lines.map((line) => readoutOf(line, chart));
    parts.title.textContent = chart.title;
    parts.list.classList.toggle("il-paired", chart.several && chart.key !== "gradient");
    parts.list.replaceChildren(...readouts.map(({ node }) => node));
    const paragraph = ({ text, alarming }: { text: string; alarming: boolean }) =>
      h("p", { class: alarming ? "il-note il-alarm" : "il-note" }, text);
    parts.warnings.replaceChildren(...seriesNotes(chart).map(paragraph));
    const positive = chart.lines.some((line) => line.data.some((v) => v > 0));
    parts.scale.hidden = Boolean(chart.fixed) || !positive;
    log = parts.scale.hidden ? false : (chosen ?? needsLog(chart.lines));
    height = HEIGHTS[chart.key] + (chart.xLabel ? 20 : 0);
    if (width) resize(width, height);
  };
  const paint = (step: number, theme: Theme) => {
    state = { step, theme };
    if (!width) return;
    x = drawSeries(ctx, { chart, log, width, height, step, theme });
    afterDrawing(() => {
      for (const readout of readouts) readout.show(step, theme);
      parts.show(chart, log);
    });
  };
  const fit = (available: number) => {
    width = available;
    resize(width, height);
  };
  const scrub = (event: PointerEvent) => {
    if (!x) return;
    const step = Math.round(x.invert(event.clientX - canvas.getBoundingClientRect().left));
    onStep(Math.min(chart.steps - 1, Math.max(0, step)));
  };
  draggedBy(canvas, scrub);
  return { node: parts.node, update, paint, fit };
}

function draggedBy(canvas: HTMLCanvasElement, scrub: (event: PointerEvent) => void): void {
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    scrub(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.buttons) scrub(event);
  });
}

/** The figure around the canvas: title, scale, readouts, and what is said below. */
function figureOf(key: Series["key"], canvas: HTMLCanvasElement, onclick: () => void) {
  const title = h("span", { class: "il-chart-title" });
  const scale = h("button", {
    type: "button",
    class: "mw-button il-scale",
    title: "Change the scale",
    onclick,
  });
  const list = h("ul", { class: "il-readouts" });
  const warnings = h("div", {});
  const floor = h("p", { class: "il-note" });
  const caption = h("figcaption", {}, title, scale);
  const look = { class: `il-chart il-${key}` };
  const node = h("figure", look, caption, list, canvas, warnings, floor);
  const show = (chart: Series, log: boolean) => {
    const [low] = domainOf(chart, log);
    const under = log && chart.lines.some((line) => line.data.some((v) => v < low));
    floor.textContent = under ? `What is below ${numberText(low)} is drawn on the lower edge.` : "";
    scale.textContent = log ? "log scale" : "linear";
    const now = log ? "logarithmic" : "linear";
    scale.setAttribute("aria-label", `Scale of ${chart.title}: ${now}. Press to change.`);
  };
  return { node, title, scale, list, warnings, show };
}

type Readout = ReturnType<typeof readoutOf>;

/** A line's sign and name, with its value at the step that is shown. */
function readoutOf(line: Line, { fixed, several }: Series) {
  const stroke = svg("line", { x1: 0, x2: 22, y1: 5, y2: 5, "stroke-width": 2.25 });
  const value = h("b", {});
  const name = line.role === "gradient" && !several ? "norm" : line.name;
  const node = h(
    "li",
    {},
    svg("svg", { width: 22, height: 10, "aria-hidden": "true" }, stroke),
    h("span", { class: "il-name", title: several ? line.name : null }, name),
    value,
  );
  const show = (step: number, theme: Theme) => {
    const { colour, dash } = lineLook(line, several, theme);
    const now = line.data[Math.min(step, line.data.length - 1)];
    stroke.setAttribute("stroke", colour);
    stroke.setAttribute("stroke-dasharray", dash.join(" "));
    value.textContent = fixed ? percentText(now) : numberText(now);
  };
  return { node, show };
}
