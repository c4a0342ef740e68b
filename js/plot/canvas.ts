// Canvases that stay sharp on any screen.
import { h, type Props } from "../shared/elements.ts";

export interface Canvas {
  canvas: HTMLCanvasElement;
  ctx: CanvasRenderingContext2D;
  /** Take a size in CSS pixels; the canvas is cleared. */
  resize(width: number, height: number): void;
}

/** A canvas that is drawn on in CSS pixels, whatever the screen's own are. */
export function canvasOf(props: Props = {}): Canvas {
  const canvas = h("canvas", props);
  const ctx = canvas.getContext("2d")!;
  const resize = (width: number, height: number) => {
    const ratio = window.devicePixelRatio || 1;
    const pixels = [width, height].map((side) => Math.max(1, Math.round(side * ratio)));
    if (pixels[0] === canvas.width && pixels[1] === canvas.height) {
      ctx.reset(); // a new buffer costs milliseconds
    } else [canvas.width, canvas.height] = pixels;
    if (canvas.style.width !== `${width}px`) canvas.style.width = `${width}px`;
    if (canvas.style.height !== `${height}px`) canvas.style.height = `${height}px`;
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  };
  return { canvas, ctx, resize };
}

/** A canvas of so many pixels, to draw from. */
export function bareCanvas(width: number, height: number): HTMLCanvasElement {
  return Object.assign(document.createElement("canvas"), { width, height });
}

/** The context of a canvas that has no other. */
export function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  return canvas.getContext("2d")!;
}

/** Shorten a text in its middle until it fits: names of classes differ most often at their ends. */
export function shorten(ctx: CanvasRenderingContext2D, text: string, width: number): string {
  if (ctx.measureText(text).width <= width) return text;
  for (let keep = text.length - 1; keep > 1; keep--) {
    const short = cutMiddle(text, keep);
    if (ctx.measureText(short).width <= width) return short;
  }
  return "\u2026";
}

/** A text with an ellipsis in the place of all but `keep` characters in its middle. */
export function cutMiddle(text: string, keep: number): string {
  const head = Math.ceil(keep / 2);
  const tail = text.slice(text.length - (keep - head)).trimStart();
  return `${text.slice(0, head).trimEnd()}\u2026${tail}`;
}

/** A text of at most so many characters, cut in its middle where it is longer. */
export function cutTo(text: string, most: number): string {
  return text.length <= most ? text : cutMiddle(text, most - 1);
}
