// How alike every two tasks are, as a matrix that is walked cell by cell.
import { bareCanvas, canvasOf, contextOf } from "../plot/canvas.ts";
import { shapePath } from "../plot/shapes.ts";
import { classColour, rgbOf } from "../shared/colour.ts";
import { h } from "../shared/elements.ts";
import type { Theme } from "../shared/theme.ts";
import { groupsOf, type Likeness, type Pair } from "./likeness.ts";
import type { Config } from "./model.ts";

export interface MatrixOptions {
  config: Config;
  on: {
    /** Null beside all cells. */
    hover(pair: Pair | null): void;
    pick(pair: Pair): void;
  };
}

export interface MatrixState {
  theme: Theme;
  likeness: Likeness;
  /** The tasks in the order of rows and columns. */
  rows: number[];
  pair: Pair;
  pinned: boolean;
}

/** How much of the ink is in the colour of a value: likeness stands out from the paper. */
export function depthOf({ extent: [low, high], highIsAlike }: Likeness, value: number): number {
  const part = (value - low) / (high - low || 1);
  return 0.05 + 0.92 * (highIsAlike ? part : 1 - part);
}

/** The focusable matrix. */
export function matrixOf({ config, on }: MatrixOptions) {
  const n = config.names.length;
  const { canvas, ctx, resize } = canvasOf({ class: "tm-canvas", "aria-hidden": "true" });
  const node = h(
    "div",
    {
      class: "tm-matrix",
      tabindex: 0,
      role: "application",
      "aria-roledescription": "matrix",
      "aria-label":
        `${n} tasks by ${n} tasks. Arrow keys move, Enter pins the pair, ` + "Escape lets go.",
    },
    canvas,
  );
  const groups = config.groups.length ? groupsOf(config) : null;
  const grid: Grid = { n, strip: groups ? 14 : 2, side: 0, cell: 0 };
  const cells = cellsOf(n);
  let state: MatrixState | null = null;
  const paint = (next: MatrixState) => {
    state = next;
    if (!grid.side) return;
    const { strip, side, cell } = grid;
    ctx.clearRect(0, 0, side, side);
    ctx.imageSmoothingEnabled = false;
    ctx.drawImage(cells(state), strip, strip, cell * n, cell * n);
    paintDiagonal(ctx, grid, state.theme);
    if (groups) paintGroups(ctx, grid, state, groups.of);
    paintPair(ctx, grid, state);
  };
  const fit = (width: number) => {
    grid.side = Math.min(width, 470);
    grid.cell = (grid.side - grid.strip - 1) / n;
    resize(grid.side, grid.side);
  };
  const pairAt = (event: MouseEvent): Pair | null => {
    const box = canvas.getBoundingClientRect();
    const j = Math.floor((event.clientX - box.left - grid.strip) / grid.cell);
    const i = Math.floor((event.clientY - box.top - grid.strip) / grid.cell);
    const there = i >= 0 && j >= 0 && i < n && j < n && i !== j;
    return state && there ? [state.rows[i], state.rows[j]] : null;
  };
  canvas.addEventListener("pointermove", (event) => on.hover(pairAt(event)));
  canvas.addEventListener("pointerleave", () => on.hover(null));
  canvas.addEventListener("click", (event) => {
    const pair = pairAt(event);
    if (pair) on.pick(pair);
  });
  return { node, fit, paint };
}

/** Where the cells lie, in pixels. */
interface Grid {
  n: number;
  /** Left of the cells and above them. */
  strip: number;
  /** The width of all. */
  side: number;
  cell: number;
}

/** A function that gives all cells as an image of one pixel a cell: a large matrix costs no more than one image. */
function cellsOf(n: number): (state: MatrixState) => HTMLCanvasElement {
  const image = bareCanvas(n, n);
  let made = "";
  return ({ likeness, rows, theme }) => {
    const key = [likeness.measure, rows, theme.fg, theme.bg].join();
    if (made === key) return image;
    made = key;
    const pixels = new ImageData(n, n);
    const [ink, paper] = [rgbOf(theme.accent), rgbOf(theme.bg)];
    for (let at = 0; at < n * n; at++) {
      const [i, j] = [Math.floor(at / n), at % n];
      const value = likeness.value(rows[i], rows[j]);
      if (i === j || !Number.isFinite(value)) continue;
      const deep = depthOf(likeness, value);
      const rgb = ink.map((c, k) => c * deep + paper[k] * (1 - deep));
      pixels.data.set([...rgb, 255], 4 * at);
    }
    contextOf(image).putImageData(pixels, 0, 0);
    return image;
  };
}

function paintDiagonal(
  ctx: CanvasRenderingContext2D,
  { n, strip, cell }: Grid,
  theme: Theme,
): void {
  const end = strip + cell * n;
  ctx.strokeStyle = theme.grid;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(strip, strip);
  ctx.lineTo(end, end);
  ctx.stroke();
}

/** Draw the groups beside rows and columns, with the shape of each run: colour alone would not tell. */
function paintGroups(
  ctx: CanvasRenderingContext2D,
  { strip, cell }: Grid,
  { rows, theme }: MatrixState,
  groupOf: (i: number) => number,
): void {
  for (const [i, task] of rows.entries()) {
    const k = groupOf(task);
    const from = strip + i * cell;
    const length = Math.max(1, cell - (cell > 4 ? 1 : 0));
    ctx.fillStyle = classColour(k, theme);
    ctx.fillRect(2, from, 4, length);
    ctx.fillRect(from, 2, length, 4);
    if (i > 0 && groupOf(rows[i - 1]) === k) continue;
    shapePath(ctx, k, 9, from + 4, 3);
    ctx.fill();
    shapePath(ctx, k, from + 4, 9, 3);
    ctx.fill();
  }
}

/** Frame the pair's cell, thick where it is pinned, and thinly the one on the other side of the diagonal. */
function paintPair(
  ctx: CanvasRenderingContext2D,
  { strip, cell }: Grid,
  { rows, pair, pinned, theme }: MatrixState,
): void {
  const [i, j] = pair.map((task) => rows.indexOf(task));
  const size = Math.max(cell, 7) + 2;
  const frame = (row: number, column: number, width: number) => {
    const middle = (place: number) => strip + (place + 0.5) * cell;
    ctx.lineWidth = width;
    ctx.strokeRect(middle(column) - size / 2, middle(row) - size / 2, size, size);
  };
  ctx.strokeStyle = theme.fg;
  frame(i, j, pinned ? 3 : 2);
  frame(j, i, 1);
}
