// A matrix to point at and to walk over by keys: items above its columns, names beside its rows, one colour a cell.
import { canvasOf, shorten } from "../../plot/canvas.ts";
import { h, type KeyMap, keys } from "../../shared/elements.ts";
import { afterDrawing, isPrinting } from "../../shared/repaint.ts";
import type { Given, State } from "../state.ts";
import {
  type Cell,
  cellAt,
  type Layout,
  labelEvery,
  layoutOf,
  movedFrom,
  type Shape,
} from "./layout.ts";
import { drawCells, drawHeads, drawTicks, frame, frameRow } from "./painting.ts";
import { pixelsOf } from "./pixels.ts";
import { type RampKind, rampOf } from "./ramp.ts";

export interface Cells {
  kind: RampKind;
  /** Another one asks for another picture. */
  key: string;
  /** The place of a cell on the ramp, 0 to 255. */
  place(r: number, c: number): number;
}

/** What stands beside a row: the columns begin at `x`. */
export interface RowPlace {
  x: number;
  y: number;
  row: number;
}

/** What a matrix shows. */
export interface MatrixContent {
  /** What a screen reader calls it. */
  name: string;
  /** Its keys; those of arrows and the like go before the ones that walk over the cells. */
  keys: KeyMap;
  /** Give the column where walking over the cells begins; null for a matrix that is not walked over. */
  start: (() => number) | null;
  /** Offer every row a label, and let `label` say which has room. */
  everyRow?: boolean;
  shape(): Shape;
  /** The support item above a column, -1 for none. */
  item(c: number): number;
  /** Whether a column stands back. */
  pale(c: number, state: State): boolean;
  /** What is printed below a column. */
  tick(c: number): string;
  /** The colours; null where there are none yet. */
  cells(state: State): Cells | null;
  /** Draw what stands beside a row, or return it as a text. */
  label(r: number, place: RowPlace, ctx: CanvasRenderingContext2D, state: State): string;
  /** Draw over the matrix. */
  over(ctx: CanvasRenderingContext2D, layout: Layout, state: State): void;
  /** What is said of the cell pointed at, or of all. */
  words(cell: Cell | null, state: State): string;
  choose(cell: Cell): void;
  hover?(cell: Cell | null): void;
  /** A column was dragged over. */
  scrub?(c: number): void;
}

type MatrixGiven = Pick<Given, "recorded" | "pictures" | "redraw" | "announce" | "signal">;

export class Matrix {
  readonly node: HTMLElement;
  /** What is said of the cell pointed at. */
  readonly told = h("p", { class: "mv-told" });
  readonly #content: MatrixContent;
  readonly #given: MatrixGiven;
  readonly #canvas = canvasOf({ class: "mv-canvas", "aria-hidden": "true" });
  readonly #pixels = pixelsOf();
  #layout: Layout | null = null;
  #state: State | null = null;
  #pointed: Cell | null = null;
  #width = 0;
  /** What the layout was made for, "" for none. */
  #fitted = "";
  #seen = true;

  constructor(content: MatrixContent, given: MatrixGiven) {
    this.#content = content;
    this.#given = given;
    const role = { role: "application", "aria-roledescription": "matrix" };
    this.node = h(
      "div",
      { class: "mv-board", tabindex: 0, ...role, "aria-label": content.name },
      this.#canvas.canvas,
    );
    this.#watch();
    this.#listen();
    keys(this.node, { ...(content.start ? this.#walking(content.start) : {}), ...content.keys });
  }

  fit(width: number): void {
    this.#width = width;
    this.#fitted = "";
  }

  paint(state: State, now = this.#seen || isPrinting()): void {
    this.#state = state;
    if (!this.#width) return;
    if (now || !this.#fitted) this.#draw(state);
    afterDrawing(() => {
      this.told.textContent = this.#content.words(this.#pointed, state);
    });
  }

  /** A page holds several of these: only those in sight are drawn at every step, the others when they come there. */
  #watch(): void {
    const observer = new IntersectionObserver(
      (entries) => {
        this.#seen = entries.at(-1)?.isIntersecting ?? true;
        if (this.#seen && this.#state) this.paint(this.#state);
      },
      { rootMargin: "200px" },
    );
    observer.observe(this.node);
    this.#given.signal.addEventListener("abort", () => observer.disconnect());
  }

  #measured(): Layout {
    const shape = this.#content.shape();
    const key = `${this.#width} ${shape.rows} ${shape.gutter} ${window.devicePixelRatio}`;
    if (this.#layout && key === this.#fitted) return this.#layout;
    const layout = layoutOf(shape, this.#width, this.#given.recorded);
    [this.#layout, this.#fitted, this.#pointed] = [layout, key, null];
    this.#canvas.resize(layout.width, layout.height);
    return layout;
  }

  #draw(state: State): void {
    const { theme } = state;
    const layout = this.#measured();
    const { ctx } = this.#canvas;
    const { recorded, pictures } = this.#given;
    const content = this.#content;
    ctx.clearRect(0, 0, layout.width, layout.height);
    ctx.font = `11px ${theme.font}`;
    ctx.textBaseline = "middle";
    ctx.imageSmoothingEnabled = false;
    const cells = content.cells(state);
    if (cells) drawCells(ctx, layout, this.#picture(cells, layout, state));
    const heads = {
      item: content.item,
      pale: (c: number) => content.pale(c, state),
      labels: recorded.arrays.support_y.data,
      drawPicture: pictures?.support.draw,
    };
    drawHeads(ctx, layout, heads, theme);
    drawTicks(ctx, layout, content.tick, theme);
    this.#drawLabels(layout, state);
    content.over(ctx, layout, state);
    if (!this.#pointed) return;
    const [r, c] = this.#pointed;
    const { x, top, row, column } = layout;
    frameRow(ctx, layout, r, theme.muted, 1);
    if (c >= 0) frame(ctx, [x + c * column, top(r), column, row], theme.fg, 1.5);
  }

  #picture({ kind, key, place }: Cells, { rows, columns }: Layout, { theme }: State) {
    const { packed } = rampOf(kind, theme);
    return this.#pixels(`${key} ${theme.bg}`, columns, rows, (pixels) => {
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++) pixels[r * columns + c] = packed[place(r, c)];
      }
    });
  }

  #drawLabels({ x, row, rows, top }: Layout, state: State): void {
    const { ctx } = this.#canvas;
    const every = labelEvery(row, this.#content.everyRow ? 1 : 12);
    for (let r = 0; r < rows; r += every) {
      ctx.textAlign = "right";
      ctx.fillStyle = state.theme.muted;
      const text = this.#content.label(r, { x, y: top(r), row }, ctx, state);
      if (text) ctx.fillText(shorten(ctx, text, x - 10), x - 7, top(r) + row / 2);
    }
  }

  #listen(): void {
    const { canvas } = this.#canvas;
    const content = this.#content;
    const hit = (event: MouseEvent) => {
      const { left, top } = canvas.getBoundingClientRect();
      return this.#layout && cellAt(this.#layout, event.clientX - left, event.clientY - top);
    };
    canvas.addEventListener("pointermove", (event) => {
      const found = hit(event);
      this.#point(found);
      if (found && event.buttons && found[1] >= 0) content.scrub?.(found[1]);
    });
    canvas.addEventListener("pointerleave", () => this.#point(null));
    canvas.addEventListener("click", (event) => {
      const found = hit(event);
      if (found) content.choose(found);
    });
  }

  #point(found: Cell | null): void {
    if (String(found) === String(this.#pointed)) return;
    this.#pointed = found;
    this.#content.hover?.(found);
    this.#given.redraw();
  }

  #say(): void {
    this.#given.announce(this.told.textContent ?? "");
  }

  #walking(start: () => number): KeyMap {
    const by = (down: number, right: number) => () => this.#move([down, right], start);
    const letGo = () => {
      this.#pointed = null;
      this.#given.redraw();
    };
    const enter = () => {
      if (!this.#pointed) return;
      this.#content.choose(this.#pointed);
      this.#say();
    };
    return {
      ArrowUp: by(-1, 0),
      ArrowDown: by(1, 0),
      ArrowLeft: by(0, -1),
      ArrowRight: by(0, 1),
      PageUp: by(-10, 0),
      PageDown: by(10, 0),
      Home: by(0, -Infinity),
      End: by(0, Infinity),
      Enter: enter,
      Escape: letGo,
    };
  }

  #move(by: Cell, start: () => number): void {
    const state = this.#state;
    if (!state) return;
    this.paint(state, true); // the rows may just have been chosen anew, and the next frame not been drawn
    if (!this.#layout) return;
    const from = this.#pointed ?? [by[0] > 0 ? -1 : 0, Math.max(0, start())];
    this.#pointed = movedFrom(from, by, this.#layout);
    this.paint(state, true);
    this.#say();
  }
}
