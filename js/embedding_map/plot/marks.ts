// What stands for an item on the map: a sign of its class, made once and stamped, or its image out of one atlas.

import { bareCanvas, contextOf } from "../../plot/canvas.ts";
import { crossMark, shapePath } from "../../plot/shapes.ts";
import type { NdArray } from "../../shared/arrays.ts";
import { classColour, css, rgbOf } from "../../shared/colour.ts";
import type { Theme } from "../../shared/theme.ts";

export interface Atlas {
  /** Draw image i into a square of `size` at (x, y). */
  draw(ctx: CanvasRenderingContext2D, i: number, x: number, y: number, size: number): void;
}

/** All images of an array (item, channel, height, width) on one canvas; ink maps in the ink's colour. */
export function atlasOf(array: NdArray, ink: string): Atlas {
  const [n, channels, height, width] = array.shape;
  const across = Math.ceil(Math.sqrt(n));
  const canvas = bareCanvas(across * width, Math.ceil(n / across) * height);
  const ctx = contextOf(canvas);
  const pixels = ctx.createImageData(canvas.width, canvas.height);
  const words = new Uint32Array(pixels.data.buffer); // RGBA in one number, little-endian as every browser's machine is
  const colourAt = channels === 1 ? inkAt(array, ink) : rgbAt(array);
  const corner = (i: number) => [(i % across) * width, Math.floor(i / across) * height];
  for (let i = 0; i < n; i++) {
    const [left, top] = corner(i);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        words[(top + y) * canvas.width + left + x] = colourAt(i, y * width + x);
      }
    }
  }
  ctx.putImageData(pixels, 0, 0);
  return {
    draw(target, i, x, y, size) {
      const part = size / Math.max(width, height);
      const [w, h] = [width * part, height * part];
      const [left, top] = corner(i);
      const place = [x + (size - w) / 2, y + (size - h) / 2, w, h] as const;
      target.drawImage(canvas, left, top, width, height, ...place);
    },
  };
}

/** A function that gives a pixel of item i as RGBA in one number: the ink's colour, as strong as the image says. */
function inkAt({ data, shape }: NdArray, ink: string): (i: number, pixel: number) => number {
  const [r, g, b] = rgbOf(ink);
  const base = r | (g << 8) | (b << 16);
  const area = shape[2] * shape[3];
  return (i, pixel) => base | (data[i * area + pixel] << 24);
}

/** The same for images of three channels. */
function rgbAt({ data, shape }: NdArray): (i: number, pixel: number) => number {
  const area = shape[2] * shape[3];
  return (i, pixel) => {
    const at = i * shape[1] * area + pixel;
    return data[at] | (data[at + area] << 8) | (data[at + 2 * area] << 16) | (255 << 24);
  };
}

/** How an item is drawn: support filled, a query hollow, support that was not yet absorbed pale. */
export type Kind = "support" | "query" | "pale";

export interface Stamps {
  stamp(ctx: CanvasRenderingContext2D, k: number, kind: Kind, x: number, y: number): void;
}

/** Signs of classes as small canvases. */
export function stampsOf(theme: Theme, radius: number): Stamps {
  const made = new Map<string, HTMLCanvasElement>();
  const ratio = window.devicePixelRatio || 1;
  const side = Math.ceil(3.2 * radius + 4);
  const make = (k: number, kind: Kind) => {
    const canvas = bareCanvas(side * ratio, side * ratio);
    const ctx = contextOf(canvas);
    ctx.scale(ratio, ratio);
    const colour = classColour(k, theme);
    const hollow = kind === "query";
    shapePath(ctx, k, side / 2, side / 2, radius);
    ctx.lineWidth = hollow ? 1.5 : 1;
    ctx.globalAlpha = kind === "pale" ? 0.3 : 1;
    ctx.fillStyle = hollow ? css(rgbOf(theme.bg), 0.75) : colour;
    ctx.strokeStyle = hollow ? colour : theme.bg;
    ctx.fill();
    ctx.stroke();
    return canvas;
  };
  return {
    stamp(ctx, k, kind, x, y) {
      const key = `${k} ${kind}`;
      const canvas = made.get(key) ?? make(k, kind);
      made.set(key, canvas);
      ctx.drawImage(canvas, x - side / 2, y - side / 2, side, side);
    },
  };
}

/** A cross with a halo: where a prototype stands. */
export function haloCross(
  ctx: CanvasRenderingContext2D,
  x: number,
  y: number,
  look: { colour: string; paper: string; radius: number },
): void {
  ctx.lineCap = "round";
  for (const [style, width] of [
    [look.paper, 5.5],
    [look.colour, 2.75],
  ] as const) {
    ctx.strokeStyle = style;
    ctx.lineWidth = width;
    crossMark(ctx, x, y, look.radius);
  }
  ctx.lineCap = "butt";
}

/** The items in a fixed order that mixes them, support first: those whose images find room then come from everywhere. */
export function mixedOrder(n: number, isSupport: (i: number) => boolean): number[] {
  const scattered = (i: number) => Math.imul(i + 1, 2654435761) >>> 0;
  const all = Array.from({ length: n }, (_, i) => i);
  const first = (i: number) => Number(isSupport(i));
  return all.sort((a, b) => first(b) - first(a) || scattered(a) - scattered(b));
}
