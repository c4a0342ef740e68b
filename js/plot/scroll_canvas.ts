// A canvas as large as its viewport over a page as large as the data: 300 rows are drawn at the cost of those in sight.
import { h, type Props } from "../shared/elements.ts";
import { isPrinting, repaint } from "../shared/repaint.ts";
import { canvasOf } from "./canvas.ts";

/** The part in sight, in pixels of the page. */
export interface Sight {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface ScrollCanvasOptions extends Props {
  draw: (ctx: CanvasRenderingContext2D, sight: Sight) => void;
  signal: AbortSignal;
  /** The pieces that paper may be cut between, from above; without them it is printed as one. */
  pieces?: () => Pick<Sight, "top" | "height">[];
}

/** A scrolling canvas; all but `draw` and `signal` are attributes of its focusable box (role, label). */
export function scrollCanvasOf({ draw, signal, pieces, ...props }: ScrollCanvasOptions) {
  const made = canvasOf({ class: "mw-scroll-canvas", "aria-hidden": "true" });
  const { canvas, ctx } = made;
  const page = h("div", { class: "mw-scroll-page" }, canvas);
  const node = h("div", { class: "mw-scroll", tabindex: 0, ...props }, page);
  let sized = "";
  const paint = () => {
    const [width, height] = [node.clientWidth, node.clientHeight];
    if (!width || !height) return;
    const key = `${width} ${height} ${window.devicePixelRatio}`;
    if (key !== sized) {
      made.resize(width, height);
      sized = key;
    }
    ctx.clearRect(0, 0, width, height);
    draw(ctx, { left: node.scrollLeft, top: node.scrollTop, width, height });
  };
  const ask = repaint(paint);
  node.addEventListener("scroll", ask, { passive: true });
  const observer = new ResizeObserver(ask);
  observer.observe(node);
  signal.addEventListener("abort", () => observer.disconnect());
  /** Take the data's size, and the height that is shown of it. */
  let size = { width: 0, height: 0, view: 0 };
  const layOut = () => {
    made.resize(1, 1); // or the old canvas would hold the page open
    sized = "";
    page.style.width = `${size.width}px`;
    page.style.height = `${size.height}px`;
    // Paper can't scroll: it takes the whole.
    const frame = node.offsetHeight - node.clientHeight;
    const view = isPrinting() ? Math.min(size.height, LONGEST_PRINTED) + frame : size.view;
    node.style.height = `${Math.max(view, size.view)}px`;
    ask();
  };
  const resize = (next: { width: number; height: number; view: number }) => {
    size = next;
    onPaper();
  };
  /** Print the pieces in its place; off paper, lay it out as it was. */
  const onPaper = () => {
    printed.remove();
    node.hidden = Boolean(pieces) && isPrinting();
    if (!node.hidden) return layOut();
    printed.replaceChildren(
      ...pieces!().map((piece) => pieceOf({ left: 0, width: size.width, ...piece }, draw)),
    );
    node.after(printed);
  };
  const printed = h("div", { class: "mw-scroll-printed" });
  for (const type of ["beforeprint", "afterprint"]) addEventListener(type, onPaper, { signal });
  const reveal = (box: Revealed) => scrollTo(node, box);
  /** Where a pointer is: (u, v) in the viewport, (x, y) in the page. */
  const placeOf = (event: MouseEvent) => {
    const box = node.getBoundingClientRect();
    const u = event.clientX - box.left - node.clientLeft;
    const v = event.clientY - box.top - node.clientTop;
    return { u, v, x: u + node.scrollLeft, y: v + node.scrollTop };
  };
  return { node, canvas, paint, repaint: ask, resize, reveal, at: placeOf };
}

/** A part of the page as a canvas of its own. */
function pieceOf(sight: Sight, draw: ScrollCanvasOptions["draw"]): HTMLCanvasElement {
  const { canvas, ctx, resize } = canvasOf({ class: "mw-scroll-piece" });
  resize(sight.width, sight.height);
  draw(ctx, sight);
  return canvas;
}

/** The most pixels that are printed of one canvas: what is longer would take pages, and more than a canvas can hold. */
const LONGEST_PRINTED = 4000;

/** A box of the page; `left` and `top` of the viewport are covered by fixed heads. */
interface Revealed {
  x: number;
  y: number;
  width: number;
  height: number;
  left?: number;
  top?: number;
}

/** Scroll as little as needed to bring a box into sight. */
function scrollTo(node: HTMLElement, { x, y, width, height, left = 0, top = 0 }: Revealed): void {
  const beyondRight = x + width > node.scrollLeft + node.clientWidth;
  const below = y + height > node.scrollTop + node.clientHeight;
  if (x - left < node.scrollLeft) node.scrollLeft = x - left;
  else if (beyondRight) node.scrollLeft = x + width - node.clientWidth;
  if (y - top < node.scrollTop) node.scrollTop = y - top;
  else if (below) node.scrollTop = y + height - node.clientHeight;
}
