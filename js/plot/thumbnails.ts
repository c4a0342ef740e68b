// What an item looks like: images as small canvases, vectors as bars.
import { at, type Data, type NdArray, type Uint8 } from "../shared/arrays.ts";
import { rgbOf } from "../shared/colour.ts";
import type { Theme } from "../shared/theme.ts";
import { bareCanvas, contextOf } from "./canvas.ts";

/**
 * An image (channel, height, width) as a canvas of its own pixels.
 *
 * One channel is an ink map (0 = paper, 255 = full ink): drawn in the text colour with alpha = ink, so that it reads on
 * light and dark paper alike. Three channels are drawn as they are.
 */
export function imageCanvas(image: NdArray, ink: string): HTMLCanvasElement {
  const [channels, height, width] = image.shape;
  const canvas = bareCanvas(width, height);
  const ctx = contextOf(canvas);
  const pixels = ctx.createImageData(width, height);
  const area = width * height;
  const [r, g, b] = rgbOf(ink);
  for (let i = 0; i < area; i++) {
    if (channels === 1) pixels.data.set([r, g, b, image.data[i]], 4 * i);
    else
      pixels.data.set([image.data[i], image.data[area + i], image.data[2 * area + i], 255], 4 * i);
  }
  ctx.putImageData(pixels, 0, 0);
  return canvas;
}

export interface Thumbnails {
  /** The canvas of image i. */
  get(i: number, colour: string): HTMLCanvasElement;
  /** Draw image i into a square of `size` at (x, y). */
  draw: DrawThumbnail;
}
export type DrawThumbnail = (
  ctx: CanvasRenderingContext2D,
  i: number,
  x: number,
  y: number,
  size: number,
  colour: string,
  smooth?: boolean,
) => void;

/** Images of an array (item, channel, height, width) as small canvases, made once per ink colour. */
export function thumbnailsOf(array: Uint8): Thumbnails {
  let made: HTMLCanvasElement[] = [];
  let ink = "";
  const get = (i: number, colour: string) => {
    if (colour !== ink) [made, ink] = [[], colour];
    return (made[i] ??= imageCanvas(at(array, i), colour));
  };
  return {
    get,
    draw: (ctx, i, x, y, size, colour, smooth = false) =>
      drawInto(ctx, get(i, colour), { x, y, size, smooth }),
  };
}

/** Draw an image into a square of `size` at (x, y). */
export function drawInto(
  ctx: CanvasRenderingContext2D,
  image: HTMLCanvasElement,
  { x, y, size, smooth }: { x: number; y: number; size: number; smooth: boolean },
): void {
  const scale = size / Math.max(image.width, image.height);
  // Whole multiples of a pixel stay crisp; anything else is smoothed: uneven pixels would lie about strokes.
  const even = Number.isInteger(scale * (window.devicePixelRatio || 1));
  ctx.imageSmoothingEnabled = smooth || !even;
  ctx.imageSmoothingQuality = "high";
  const width = image.width * scale;
  const height = image.height * scale;
  ctx.drawImage(image, x + (size - width) / 2, y + (size - height) / 2, width, height);
}

/** The largest number of all vectors among the items, by which all their bars are scaled. */
export function vectorLimit(items: Iterable<{ x: NdArray }>): number {
  let limit = 1e-12;
  for (const { x } of items) {
    if (x.shape.length > 1) continue;
    for (const value of x.data) limit = Math.max(limit, Math.abs(value));
  }
  return limit;
}

/** A vector of three or more numbers as a row of bars around its middle line; `limit` is the longest bar's value. */
export function vectorCanvas(
  values: ArrayLike<number>,
  limit: number,
  theme: Theme,
): HTMLCanvasElement {
  const size = 56;
  const canvas = bareCanvas(size, size);
  const ctx = contextOf(canvas);
  ctx.fillStyle = theme.fg;
  const step = (size - 8) / values.length;
  for (let i = 0; i < values.length; i++) {
    const height = (Math.abs(values[i]) / limit) * (size / 2 - 4);
    const top = values[i] < 0 ? size / 2 : size / 2 - height;
    ctx.fillRect(4 + i * step, top, Math.max(1, step - 1), Math.max(0.5, height));
  }
  return canvas;
}

/** The picture of an item at the size of its data, or null for points, which are drawn in a plot. */
export function itemCanvas<D extends Data>(
  item: { x: NdArray<D> },
  theme: Theme,
  limit: number,
): HTMLCanvasElement | null {
  if (item.x.shape.length === 3) return imageCanvas(item.x, theme.fg);
  return item.x.shape[0] > 2 ? vectorCanvas(item.x.data, limit, theme) : null;
}
