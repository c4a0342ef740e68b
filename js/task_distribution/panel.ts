// A titled canvas with a legend and a line of words below it.
import { canvasOf } from "../plot/canvas.ts";
import { type DrawSign, legendOf } from "../plot/legend.ts";
import { h, type Props } from "../shared/elements.ts";
import { afterDrawing } from "../shared/repaint.ts";
import type { State } from "./tasks.ts";

export interface PanelOptions {
  title: string;
  draw: (ctx: CanvasRenderingContext2D, size: readonly [number, number], state: State) => void;
  words: (state: State) => string;
  legend?: readonly (readonly [string, DrawSign])[];
  /** Attributes that make the plot focusable. */
  focusable?: Props;
}

export type Panel = ReturnType<typeof panelOf>;

export function panelOf({ title, draw, words, legend, focusable }: PanelOptions) {
  const { canvas, ctx, resize } = canvasOf({ class: "td-canvas", "aria-hidden": "true" });
  const note = h("p", { class: "td-note" });
  const key = legend && legendOf(legend);
  const holder = h("div", { class: "td-plot", ...focusable }, canvas);
  const caption = h("figcaption", {}, title);
  const node = h("figure", { class: "td-panel" }, caption, holder, key?.node, note);
  let size: readonly [number, number] | null = null;
  const fit = (width: number) => {
    size = [width, Math.round(Math.min(300, Math.max(220, 0.8 * width)))];
    resize(...size);
  };
  const paint = (state: State) => {
    afterDrawing(() => {
      note.textContent = words(state);
    });
    key?.paint(state.theme);
    if (!size) return;
    ctx.clearRect(0, 0, ...size);
    draw(ctx, size, state);
  };
  return { node, holder, canvas, fit, paint, text: () => note.textContent ?? "" };
}
