// Distances or angles between the prototypes as a matrix.
import { canvasOf, shorten } from "../plot/canvas.ts";
import { hatch, shapePath } from "../plot/shapes.ts";
import { classColour, css, inkOn, type Rgb, rgbOf } from "../shared/colour.ts";
import { segments } from "../shared/controls.ts";
import { METRIC_WORDS, type Metric } from "../shared/distances.ts";
import { h } from "../shared/elements.ts";
import { numberText } from "../shared/numbers.ts";
import type { Theme } from "../shared/theme.ts";
import type { Config, MatrixKind } from "./model.ts";
import type { Space } from "./space/space.ts";

const KINDS = [
  ["distance", "Distance"],
  ["angle", "Angle at 0"],
  ["spread", "Angle at centre"],
] as const;

export interface MatrixOptions {
  space: Space;
  config: Config;
  onKind: (kind: MatrixKind) => void;
}

interface MatrixState {
  step: number;
  metric: Metric;
  kind: MatrixKind;
  theme: Theme;
}

/** The matrix between the prototypes with what stands out in it. */
export function matrixOf({ space, config, onKind }: MatrixOptions) {
  const label = "Matrix of the prototypes";
  const kinds = segments({ label, options: KINDS, value: "distance", onchange: onKind });
  const told = h("p", { class: "em-kicker" });
  const { canvas, ctx, resize } = canvasOf({ class: "em-grid", role: "img", "aria-label": label });
  const summary = h("p", { class: "em-cell" });
  const node = h("div", { class: "em-matrix" }, kinds.node, told, canvas, summary);
  const names = config.class_names;
  let last: Drawn | null = null;
  const paint = (state: MatrixState, width: number) => {
    kinds.set(state.kind);
    if (!width) return;
    const { kind, metric, theme } = state;
    const values = space.matrix(state.step, kind, metric);
    const grid = gridOf(space.way, width);
    const unit = kind === "distance" ? "" : "\u00b0";
    last = { values, grid, unit };
    resize(grid.side + grid.cell * space.way + 1, grid.head + grid.row * space.way + 1);
    paintHeads(ctx, grid, names, theme);
    paintCells(ctx, last, theme);
    told.textContent = kindWords(kind, metric).replace("prototype", config.noun);
    summary.textContent = summaryOf(values, names, unit, config.noun);
    canvas.setAttribute("aria-label", `${told.textContent}. ${summary.textContent}`);
  };
  canvas.addEventListener("pointermove", (event) => {
    if (!last) return;
    const box = canvas.getBoundingClientRect();
    canvas.title = cellWords(last, names, event.clientX - box.left, event.clientY - box.top);
  });
  return { node, paint };
}

/** Where the cells lie, in pixels. */
interface Grid {
  way: number;
  /** Left of the cells: names and signs. */
  side: number;
  /** Above the cells. */
  head: number;
  /** The width of a cell, and its height. */
  cell: number;
  row: number;
  /** Whether there is room for names. */
  named: boolean;
}

interface Drawn {
  values: Float64Array;
  grid: Grid;
  unit: string;
}

function gridOf(way: number, width: number): Grid {
  const named = way <= 12;
  const side = named ? Math.min(96, Math.floor(0.3 * width)) : 16;
  const most = named ? Infinity : 300 / way;
  const cell = Math.max(2, Math.min(46, most, Math.floor((width - side) / way)));
  return { way, side, head: named ? 18 : 4, cell, row: Math.min(cell, 30), named };
}

function kindWords(kind: MatrixKind, metric: Metric): string {
  if (kind === "distance") return `${METRIC_WORDS[metric]} between prototypes`;
  const from = kind === "angle" ? "the origin" : "their common centre";
  return `angle between prototypes, seen from ${from}, in degrees`;
}

/** Draw the signs of the classes, and their names where there is room. */
function paintHeads(
  ctx: CanvasRenderingContext2D,
  { way, side, head, cell, row, named }: Grid,
  names: string[],
  theme: Theme,
): void {
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  ctx.font = `11px ${theme.font}`;
  for (let k = 0; k < way; k++) {
    const y = head + (k + 0.5) * row;
    ctx.fillStyle = theme.fg;
    if (named) ctx.fillText(shorten(ctx, names[k], side - 22), 16, y);
    ctx.fillStyle = classColour(k, theme);
    shapePath(ctx, k, 7, y, Math.min(4, row / 2.6));
    ctx.fill();
    if (!named) continue;
    shapePath(ctx, k, side + (k + 0.5) * cell, 8, 4);
    ctx.fill();
  }
}

/** Draw the cells: dark is near, as in the distance matrix; numbers where they fit. */
function paintCells(
  ctx: CanvasRenderingContext2D,
  { values, grid, unit }: Drawn,
  theme: Theme,
): void {
  const { way, side, head, cell, row } = grid;
  const shade = shadesOf(values, way, theme);
  const gap = cell > 8 ? 1 : 0;
  ctx.font = `10px ${theme.font}`;
  ctx.textAlign = "center";
  for (const [at, value] of values.entries()) {
    const [i, j] = [Math.floor(at / way), at % way];
    const [x, y] = [side + j * cell, head + i * row];
    if (!Number.isFinite(value)) hatch(ctx, [x, y, cell - 1, row - 1], theme.grid);
    else if (i === j) {
      ctx.fillStyle = theme.raised;
      ctx.fillRect(x, y, cell - 1, row - 1);
    } else {
      const rgb = shade(value);
      ctx.fillStyle = css(rgb);
      ctx.fillRect(x, y, cell - gap, row - gap);
      if (cell < 27) continue;
      ctx.fillStyle = inkOn(rgb);
      const number = unit ? `${Math.round(value)}${unit}` : numberText(value, 2);
      ctx.fillText(number, x + cell / 2 - 0.5, y + row / 2);
    }
  }
}

function shadesOf(values: Float64Array, way: number, theme: Theme): (value: number) => Rgb {
  const there = values.filter((value, at) => Number.isFinite(value) && at % (way + 1) !== 0);
  const [low, high] = there.length ? [Math.min(...there), Math.max(...there)] : [0, 1];
  const [near, paper] = [rgbOf(theme.accent), rgbOf(theme.bg)];
  return (value) => {
    const part = 0.12 + 0.78 * (1 - (value - low) / (high - low || 1));
    return near.map((c, k) => Math.round(c * part + paper[k] * (1 - part))) as Rgb;
  };
}

function summaryOf(values: Float64Array, names: string[], unit: string, noun: string): string {
  const way = names.length;
  const pairs = [...values.entries()]
    .map(([at, value]) => ({ value, i: Math.floor(at / way), j: at % way }))
    .filter(({ value, i, j }) => i < j && Number.isFinite(value))
    .sort((a, b) => a.value - b.value);
  if (!pairs.length) return `Fewer than two classes have a ${noun} at this step.`;
  const say = ({ value, i, j }: (typeof pairs)[number]) =>
    `${names[i]} and ${names[j]}, ${numberText(value)}${unit}`;
  const mean = pairs.reduce((sum, { value }) => sum + value, 0) / pairs.length;
  const [nearest, farthest] = [pairs[0], pairs[pairs.length - 1]];
  return (
    `Nearest: ${say(nearest)}. Farthest: ${say(farthest)}. ` + `Mean ${numberText(mean)}${unit}.`
  );
}

/** What the cell at a pixel holds, "" beside all. */
function cellWords({ values, grid, unit }: Drawn, names: string[], u: number, v: number): string {
  const j = Math.floor((u - grid.side) / grid.cell);
  const i = Math.floor((v - grid.head) / grid.row);
  const there = i >= 0 && j >= 0 && i < grid.way && j < grid.way;
  const value = there ? values[i * grid.way + j] : NaN;
  if (!Number.isFinite(value)) return "";
  return `${names[i]} and ${names[j]}: ${numberText(value)}${unit}`;
}
