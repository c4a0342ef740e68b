// One square of the plane: contours below, paths and arrows above, and the initialisation as a handle.
import { canvasOf } from "../plot/canvas.ts";
import { h } from "../shared/elements.ts";
import { isPrinting } from "../shared/repaint.ts";
import { type HandleEvents, handleOf } from "./marks/handle.ts";
import { drawOverlay } from "./marks/overlay.ts";
import type { Place, Side } from "./model.ts";
import type { State } from "./state.ts";
import type { ContourCache } from "./surface/bands.ts";
import { contoursIn, drawGround } from "./surface/ground.ts";
import { type PanelSize, type Pixel, panelSize, type Square, squareOf } from "./surface/square.ts";
import { placeText } from "./words.ts";

export interface PanelOptions {
  side: Side;
  cache: ContourCache;
  on: HandleEvents & {
    /** The pointer is at a place, or at none. */
    point(place: Place | null): void;
  };
}

export function panelOf({ side, cache, on }: PanelOptions) {
  const below = canvasOf({ class: "ll-canvas", "aria-hidden": "true" });
  const above = canvasOf({ class: "ll-canvas ll-above", "aria-hidden": "true" });
  let state: State | null = null;
  let size: PanelSize | null = null;
  let drawn = "";
  const square = (): Square => squareOf(size!.box, state!.config.range);
  const pixelOf = (event: MouseEvent): Pixel => {
    const frame = plot.getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  };
  const placeOf = (event: MouseEvent) => square().place(pixelOf(event));
  const handle = handleOf({ on, placeOf, range: () => state!.config.range });
  const plot = h("div", { class: "ll-plot" }, below.canvas, above.canvas, handle.node);
  const caption = h("figcaption", { class: "ll-caption" });
  const node = h("figure", { class: "ll-panel" }, caption, plot);
  plot.addEventListener("pointermove", (event) => {
    if (handle.isDragged()) return;
    const inside = size && state && square().holds(pixelOf(event));
    on.point(inside ? placeOf(event) : null);
  });
  plot.addEventListener("pointerleave", () => on.point(null));
  const paint = (next: State, gripTitle: string) => {
    state = next;
    if (!size) return;
    caption.textContent = captionOf(side, state);
    handle.node.setAttribute("aria-label", handleLabel(side, state));
    handle.node.title = gripTitle;
    const given = { side, state, square: square(), size };
    const contours = contoursIn(cache, state, given.square);
    const now = groundKey(cache, state, size);
    // Chromium prints a canvas that is cleared while the page is printed as a white sheet over all that lies below it.
    const one = isPrinting();
    above.canvas.hidden = one;
    if (one || drawn !== now) drawGround(below.ctx, { ...given, contours });
    drawn = one ? "" : now;
    if (!one) above.ctx.clearRect(0, 0, size.width, size.height);
    const [x, y] = drawOverlay((one ? below : above).ctx, { ...given, contours });
    handle.node.style.left = `${x}px`;
    handle.node.style.top = `${y}px`;
    handle.node.classList.toggle("ll-held", Boolean(state.held));
  };
  const fit = (width: number) => {
    size = panelSize(width);
    plot.style.width = `${width}px`;
    plot.style.height = `${size.height}px`;
    for (const { resize } of [below, above]) resize(width, size.height);
    drawn = "";
  };
  return { node, paint, fit };
}

/** What the ground depends on. */
function groundKey(cache: ContourCache, { config, task, theme, overlay }: State, size: PanelSize) {
  const { axes, sides } = config;
  const { bg, fg } = theme;
  return JSON.stringify([cache.version, task, sides[task], size.width, bg, fg, overlay, axes]);
}

function captionOf(side: Side, { config, task, overlay }: State): string {
  const of = config.titles.length > 1 ? ` of ${config.titles[task]}` : "";
  const also = overlay ? "; dashed lines, slanted numbers: support loss" : "";
  return `${side === "query" ? "Query" : "Support"} loss${of}, ${config.loss_unit}${also}`;
}

function handleLabel(side: Side, { config, held, start }: State): string {
  const where = placeText(held ?? start, config.range).slice(1, -1);
  return (
    `Initialisation at ${where} of the ${side} loss. Arrow keys move it, with Shift further; ` +
    "Enter runs the inner loop from there; Home goes back to the learner's own."
  );
}
