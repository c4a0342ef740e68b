// Which of the places of a map is meant by a pointer, an arrow key or a lasso. Places are flat: [x, y, x, y, ...].
import type { Camera } from "./camera.ts";

export type Point = [number, number];

export interface MarkOptions {
  places: ArrayLike<number>;
  camera: Camera;
  /** How far from a pixel a mark may lie, in pixels. */
  reach: number;
  /** Half the side of mark i where it is a square: it is hit anywhere inside, as if it were just within reach. */
  half?: (i: number) => number;
}

/** The index of the mark nearest to a pixel, -1 for none within reach. */
export function markAt({ places, camera, reach, half }: MarkOptions, [u, v]: Point): number {
  // Squares of distances in one pass: 5,000 places take 0.1 ms, a Delaunay triangulation of them 10 ms for each step.
  const inside = (reach - 0.1) ** 2;
  let [best, least] = [-1, reach ** 2];
  for (let i = 0; 2 * i < places.length; i++) {
    const du = Math.abs(camera.u(places[2 * i]) - u);
    const dv = Math.abs(camera.v(places[2 * i + 1]) - v);
    let distance = du * du + dv * dv;
    if (half && Math.max(du, dv) <= half(i)) distance = Math.min(distance, inside);
    if (distance < least) [best, least] = [i, distance];
  }
  return best;
}

/**
 * The index of the place where an arrow key goes to from one of them: the nearest that lies in its direction by more
 * than `least`, and rather ahead than aside; -1 for none. The screen's y goes down, that of a place up.
 */
export function towards(
  places: ArrayLike<number>,
  from: number,
  [du, dv]: Point,
  least = 0,
): number {
  let [best, shortest] = [-1, Infinity];
  for (let i = 0; 2 * i < places.length; i++) {
    const x = places[2 * i] - places[2 * from];
    const y = places[2 * from + 1] - places[2 * i + 1];
    const [along, aside] = [x * du + y * dv, Math.abs(x * dv) + Math.abs(y * du)];
    if (i === from || !(along > least) || aside > 2 * along) continue;
    if (along + 2 * aside < shortest) [best, shortest] = [i, along + 2 * aside];
  }
  return best;
}

/** The indices of the places inside an outline, which is given in pixels. */
export function enclosedBy(
  outline: readonly Point[],
  places: ArrayLike<number>,
  camera: Camera,
): number[] {
  const corners = outline.map(([u, v]) => camera.place(u, v));
  const found: number[] = [];
  for (let i = 0; 2 * i < places.length; i++) {
    if (isInside(corners, places[2 * i], places[2 * i + 1])) found.push(i);
  }
  return found;
}

/** Whether a point lies in a polygon, by how often a ray from it crosses the outline. */
function isInside(corners: readonly Point[], x: number, y: number): boolean {
  let inside = false;
  for (const [i, [xi, yi]] of corners.entries()) {
    const [xj, yj] = corners.at(i - 1)!;
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

/**
 * Which places have room for a picture of a size in pixels at a scale, so that no two overlap: 0 or 1 for each. Those
 * first in `order` win. Where the map was moved to does not count, hence nothing flickers while it is.
 */
export function roomFor(
  places: ArrayLike<number>,
  order: readonly number[],
  scale: number,
  size: number,
): Uint8Array {
  const side = size / scale;
  const cells = new Map<string, number[]>();
  const shown = new Uint8Array(places.length / 2);
  const overlap = (i: number, j: number) =>
    Math.abs(places[2 * j] - places[2 * i]) < side &&
    Math.abs(places[2 * j + 1] - places[2 * i + 1]) < side;
  for (const i of order) {
    const [x, y] = [places[2 * i], places[2 * i + 1]];
    if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
    const [column, row] = [Math.floor(x / side), Math.floor(y / side)];
    if (around(column, row).some((key) => cells.get(key)?.some((j) => overlap(i, j)))) continue;
    shown[i] = 1;
    const key = `${column},${row}`;
    cells.set(key, [...(cells.get(key) ?? []), i]);
  }
  return shown;
}

/** The keys of a cell and of its eight neighbours. */
function around(column: number, row: number): string[] {
  const steps = [-1, 0, 1];
  return steps.flatMap((dx) => steps.map((dy) => `${column + dx},${row + dy}`));
}
