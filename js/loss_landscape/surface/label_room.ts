// Labels that keep out of each other's way, and of what they would hide.
import type { Box } from "../../plot/axes.ts";
import type { Pixel } from "./square.ts";

export interface LabelRoom {
  /** Keep a circle free of labels. */
  dot(x: number, y: number, radius: number): void;
  /** Keep a line through points free of labels, every few pixels of it. */
  way(points: readonly (readonly [number, number])[]): void;
  /** Take the first of these middles at which a label of that size is free; null if none is. */
  take(width: number, height: number, middles: readonly Pixel[]): Pixel | null;
}

/** Room for labels within a box. */
export function labelRoom(within: Box): LabelRoom {
  const taken: Box[] = [];
  const block = (x: number, y: number, across: number, up: number): Box => ({
    left: x - across,
    right: x + across,
    top: y - up,
    bottom: y + up,
  });
  const isInside = ({ left, right, top, bottom }: Box) =>
    left >= within.left && right <= within.right && top >= within.top && bottom <= within.bottom;
  const meets = (a: Box, b: Box) =>
    a.right > b.left && a.left < b.right && a.bottom > b.top && a.top < b.bottom;
  return {
    dot(x, y, radius) {
      taken.push(block(x, y, radius, radius));
    },
    way(points) {
      for (let i = 1; i < points.length; i++) {
        const [[u, v], [x, y]] = [points[i - 1], points[i]];
        const pieces = Math.min(200, Math.max(1, Math.ceil(Math.hypot(x - u, y - v) / 8)));
        if (!Number.isFinite(pieces)) continue;
        for (let j = 1; j <= pieces; j++) {
          taken.push(block(u + ((x - u) * j) / pieces, v + ((y - v) * j) / pieces, 4, 4));
        }
      }
    },
    take(width, height, middles) {
      for (const [x, y] of middles) {
        const box = block(x, y, width / 2, height / 2);
        if (!isInside(box) || taken.some((other) => meets(box, other))) continue;
        taken.push(box);
        return [x, y];
      }
      return null;
    },
  };
}

/** Where a label of this width may stand beside a mark: right, left, above, below, at the corners, and further off. */
export function around([x, y]: Pixel, width: number, gap = 10): Pixel[] {
  const right = x + gap + width / 2;
  const left = x - gap - width / 2;
  return [
    [right, y],
    [left, y],
    [x, y - gap - 6],
    [x, y + gap + 6],
    [right, y - 13],
    [right, y + 13],
    [left, y - 13],
    [left, y + 13],
    [right, y - 27],
    [right, y + 27],
    [left, y + 27],
    [left, y - 27],
    [x, y - 42],
    [x, y + 42],
    [x, y - 58],
    [x, y + 58],
  ];
}
