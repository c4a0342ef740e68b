// Where the plane lies in a panel, in pixels.
import { type Box, type Scale, scaleOf } from "../../plot/axes.ts";
import type { Config, Place } from "../model.ts";
import type { GridPoint } from "./contours.ts";

export type Pixel = [number, number];

/** The panel's size, of which the square leaves room for the axes. */
export interface PanelSize {
  width: number;
  height: number;
  box: Box;
}

export function panelSize(width: number): PanelSize {
  const box = { left: 52, right: width - 12, top: 8, bottom: width - 56 };
  return { width, height: box.bottom + 38, box };
}

export interface Square {
  box: Box;
  /** The length of a side. */
  side: number;
  x: Scale;
  y: Scale;
  /** Where a place of the plane is. */
  pixel(place: ArrayLike<number>): Pixel;
  /** Where a point of a grid of n x n is. */
  gridPixel(n: number): (point: GridPoint) => Pixel;
  /** The place under a pixel, held within the square. */
  place(pixel: Pixel): Place;
  /** Whether a pixel lies in the square. */
  holds(pixel: Pixel): boolean;
}

export function squareOf(box: Box, range: Config["range"]): Square {
  const { left, right, top, bottom } = box;
  const side = right - left;
  const x = scaleOf(range.x, [left, right]);
  const y = scaleOf(range.y, [bottom, top]);
  return {
    box,
    side,
    x,
    y,
    pixel: (place) => [x(place[0]), y(place[1])],
    gridPixel:
      (n) =>
      ([u, v]) => [left + (u / (n - 1)) * side, bottom - (v / (n - 1)) * side],
    place: ([u, v]) => [within(x.invert(u), range.x), within(y.invert(v), range.y)],
    holds: ([u, v]) => u >= left && u <= right && v >= top && v <= bottom,
  };
}

/** The value, held within a range. */
export function within(value: number, [low, high]: readonly [number, number]): number {
  return Math.min(high, Math.max(low, value));
}
