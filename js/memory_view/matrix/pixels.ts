// A matrix as a picture of one pixel a cell, which is stretched: thousands of cells cost no more than one image.
import { bareCanvas, contextOf } from "../../plot/canvas.ts";

/** Return the picture of so many columns and rows; `fill` is called only where the key differs from the last one. */
export type Pixels = (
  key: string,
  columns: number,
  rows: number,
  fill: (pixels: Uint32Array) => void,
) => HTMLCanvasElement;

export function pixelsOf(): Pixels {
  const canvas = bareCanvas(1, 1);
  const ctx = contextOf(canvas);
  let made = "";
  return (key, columns, rows, fill) => {
    if (made === key) return canvas;
    made = key;
    Object.assign(canvas, { width: Math.max(1, columns), height: Math.max(1, rows) });
    const image = new ImageData(canvas.width, canvas.height);
    fill(new Uint32Array(image.data.buffer));
    ctx.putImageData(image, 0, 0);
    return canvas;
  };
}
