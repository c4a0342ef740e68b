// Strokes of a pen: drawn smoothly, and turned into the item that they become.
import { bareCanvas } from "../../plot/canvas.ts";

/** Units of the pad, whatever its size on the screen. */
export const PAD = 224;

/** A place in units of the pad, with the pressure from 0 to 1. */
export type PenPoint = [x: number, y: number, pressure: number];

export type Stroke = PenPoint[];

/** Draw strokes: each point is the handle of a curve between the middles of its neighbours. */
export function traceStrokes(
  ctx: CanvasRenderingContext2D,
  strokes: Stroke[],
  width: number,
): void {
  ctx.lineCap = ctx.lineJoin = "round";
  for (const points of strokes) {
    for (let i = 0; i < Math.max(1, points.length - 1); i++) {
      const a = points[Math.max(0, i - 1)];
      const b = points[i];
      const c = points[Math.min(points.length - 1, i + 1)];
      const from = i ? middle(a, b) : b;
      const to = i >= points.length - 2 ? c : middle(b, c);
      ctx.lineWidth = width * (0.6 + 0.8 * b[2]);
      ctx.beginPath();
      ctx.moveTo(from[0], from[1]);
      // A dot needs a length, or nothing is drawn.
      ctx.quadraticCurveTo(b[0], b[1], to[0], to[1] + (points.length === 1 ? 0.01 : 0));
      ctx.stroke();
    }
  }
}

function middle(a: PenPoint, b: PenPoint): [number, number] {
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
}

export interface RasterOptions {
  height: number;
  width: number;
  /** Of the pen, in units of the pad. */
  thickness: number;
  /** Bring the drawing to the middle. */
  centre: boolean;
}

/** Pixels of the fine canvas along a pixel of the item. */
const FINE = 8;

/**
 * Strokes as an ink map of height x width bytes: 0 paper, 255 ink. Each pixel is the share of it that ink covers, as in
 * the datasets' own images.
 */
export function rasterOf(strokes: Stroke[], options: RasterOptions): Uint8Array<ArrayBuffer> {
  const { height, width, thickness, centre } = options;
  if (!strokes.some((points) => points.length)) return new Uint8Array(height * width);
  const canvas = bareCanvas(width * FINE, height * FINE);
  const ctx = canvas.getContext("2d", { willReadFrequently: true })!;
  const side = Math.min(width, height);
  ctx.translate(((width - side) * FINE) / 2, ((height - side) * FINE) / 2);
  ctx.scale((side * FINE) / PAD, (side * FINE) / PAD);
  if (centre) ctx.translate(...toMiddle(strokes));
  traceStrokes(ctx, strokes, thickness);
  const pixels = ctx.getImageData(0, 0, canvas.width, canvas.height).data;
  const alpha = (u: number, v: number) => pixels[4 * (v * canvas.width + u) + 3];
  return coverage(height, width, FINE, alpha);
}

/** The way that brings the drawing to the middle of the pad. */
export function toMiddle(strokes: Stroke[]): [number, number] {
  const way = (axis: 0 | 1) => {
    const values = strokes.flatMap((points) => points.map((point) => point[axis]));
    return PAD / 2 - (Math.min(...values) + Math.max(...values)) / 2;
  };
  return [way(0), way(1)];
}

/** The mean of `alpha` over the fine pixels of each pixel, rounded. */
export function coverage(
  height: number,
  width: number,
  fine: number,
  alpha: (u: number, v: number) => number,
): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: height * width }, (_, i) => {
    const [left, top] = [(i % width) * fine, Math.floor(i / width) * fine];
    let sum = 0;
    for (let v = 0; v < fine; v++) for (let u = 0; u < fine; u++) sum += alpha(left + u, top + v);
    return Math.round(sum / (fine * fine));
  });
}
