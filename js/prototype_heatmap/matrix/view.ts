// The matrix as a scrolling canvas with a strip beside it.
import { bareCanvas, canvasOf, contextOf } from "../../plot/canvas.ts";
import { type Sight, scrollCanvasOf } from "../../plot/scroll_canvas.ts";
import { h } from "../../shared/elements.ts";
import type { Theme } from "../../shared/theme.ts";
import type { Shown } from "../distances/shown.ts";
import type { Items } from "../items.ts";
import { type Picture, paintCells } from "./cells.ts";
import { paintHeads } from "./heads.ts";
import { type Cell, cellAt, HEADING, type Layout, layoutOf, STRIP } from "./layout.ts";
import { printedMatrix } from "./printed.ts";
import type { ColourScale } from "./scale.ts";
import { paintStrip } from "./strip.ts";

export interface MatrixOptions {
  shown: Shown;
  items: Items;
  colours: ColourScale;
  theme: () => Theme;
  signal: AbortSignal;
}

/** The height that is seen of it at once, and of its rows where names of classes stand on end above them. */
const [VIEW, VIEW_OF_ROWS] = [380, 290];

export type MatrixView = ReturnType<typeof matrixView>;

export function matrixView(options: MatrixOptions) {
  const { shown, signal } = options;
  const { n, way } = shown.prototypes;
  let layout: Layout | null = null;
  const strip = stripOf(shown, (top) => {
    if (!layout) return;
    const { clientHeight } = scroll.node;
    const middle = (clientHeight - layout.head) / 2;
    scroll.node.scrollTop = top * (layout.height - layout.head) - middle;
  });
  const scroll = scrollCanvasOf({
    role: "application",
    "aria-roledescription": "matrix",
    "aria-label": `${n} queries by ${way} classes. Arrow keys move, Enter pins a cell, Escape lets go.`,
    signal,
    draw(ctx, sight) {
      if (!layout) return;
      const picture = pictureOf(options, layout);
      paintCells(ctx, sight, picture);
      paintHeads(ctx, sight, picture);
      strip.paint(sight, picture);
    },
  });
  const printed = h("div", { class: "ph-printed", "aria-hidden": "true" });
  const node = h("div", { class: "ph-matrix" }, scroll.node, strip.node, printed);
  const laying = layouts(options);
  return {
    node,
    scroll: scroll.node,
    paint: scroll.paint,
    /** Lay rows out anew where their order or the width has changed. */
    relayout(width: number) {
      const next = laying(width);
      if (!next) return;
      layout = next;
      const view = Math.min(layout.height, Math.max(VIEW, layout.head + VIEW_OF_ROWS));
      scroll.node.style.width = `${Math.min(layout.width + 16, width - STRIP - 8)}px`;
      scroll.resize({ width: layout.width, height: layout.height, view });
      strip.forget();
    },
    /** Draw all rows, for paper. */
    print: () => printed.replaceChildren(...printedMatrix(options)),
    afterPrint: () => printed.replaceChildren(),
    /** The cell under a pointer. */
    cellAt: (event: MouseEvent): Cell | null => layout && cellAt(layout, scroll.at(event)),
    /** Bring a cell into sight; of class -1, its row. */
    reveal([q, k]: Cell) {
      if (!layout) return;
      const { rows, row, cell, side, head } = layout;
      const place = { y: rows[q], height: row, top: head + HEADING };
      if (k < 0) scroll.reveal({ ...place, x: 0, width: 1 });
      else scroll.reveal({ ...place, x: side + k * cell, width: cell, left: side });
    },
  };
}

export function pictureOf(
  { shown, items, colours, theme }: MatrixOptions,
  layout: Layout,
): Picture {
  const { shade } = colours;
  return { shown, layout, items, shade, current: shown.current, theme: theme() };
}

/** Return a function that lays the matrix out for a width; it gives null where nothing has changed. */
function layouts({ shown, items, theme }: MatrixOptions) {
  const measure = measuring(theme);
  let laid = "";
  return (width: number): Layout | null => {
    const key = `${width} ${shown.groups.map(({ title, members }) => `${title} ${members}`)}`;
    if (!width || key === laid) return null;
    laid = key;
    return layoutOf({
      groups: shown.groups,
      names: shown.names,
      nQuery: shown.prototypes.n,
      room: width - STRIP - 24,
      images: items.draw !== null,
      measure,
    });
  };
}

/** Return a function that measures names of classes. */
export function measuring(theme: () => Theme): (text: string) => number {
  const ctx = contextOf(bareCanvas(1, 1));
  return (text) => {
    ctx.font = `600 12px ${theme().font}`;
    return ctx.measureText(text).width;
  };
}

/** The strip; `scrollTo` gets the part of the matrix that was pointed at, from 0 at its top to 1. */
function stripOf(shown: Shown, scrollTo: (part: number) => void) {
  const { canvas, ctx, resize } = canvasOf({ class: "ph-strip", "aria-hidden": "true" });
  let painted = "";
  let tall = 0;
  const scrub = (event: PointerEvent) => {
    if (!event.buttons) return;
    const { top, height } = canvas.getBoundingClientRect();
    scrollTo((event.clientY - top) / height);
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    scrub(event);
  });
  canvas.addEventListener("pointermove", scrub);
  const paint = (sight: Sight, picture: Picture) => {
    const { layout, theme } = picture;
    const needed = layout.height > sight.height + 1;
    canvas.hidden = !needed;
    const { step, metric, sort, compare, relative, prototypes } = shown;
    const choices = [step, metric, sort, compare, relative, prototypes.edition];
    const key = [...choices, sight.top, sight.height, theme.bg, layout.width].join();
    if (!needed || key === painted) return;
    painted = key;
    const height = sight.height - layout.head;
    canvas.style.marginTop = `${layout.head}px`;
    if (tall !== height) resize(STRIP, height);
    tall = height;
    paintStrip(ctx, height, sight, picture);
  };
  const forget = () => {
    painted = "";
  };
  return { node: canvas, paint, forget };
}
