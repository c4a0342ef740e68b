// Regions of a slice of the space: each place of the plane goes to the class whose plane a u + b v + c is the highest
// there. Planes are flat, (way, 3); NaN for a class without a prototype.
import type { Bounds } from "../../plot/map/camera.ts";
import type { Point } from "../../plot/map/places.ts";

export interface Region {
  /** The class. */
  k: number;
  /** Corners, in the map's units. */
  corners: Point[];
}

/** The parts of a rectangle that belong to each class; they are convex. */
export function regionsOf(planes: ArrayLike<number>, frame: Bounds): Region[] {
  const known = classesOf(planes);
  return known
    .map((k) => ({ k, corners: regionOf(planes, k, known, frame) }))
    .filter(({ corners }) => corners.length > 2);
}

/** The class whose region holds a place, -1 for none. */
export function regionAt(planes: ArrayLike<number>, u: number, v: number): number {
  let [best, most] = [-1, -Infinity];
  for (let k = 0; 3 * k < planes.length; k++) {
    const height = planes[3 * k] * u + planes[3 * k + 1] * v + planes[3 * k + 2];
    if (height > most) [best, most] = [k, height];
  }
  return best;
}

function classesOf(planes: ArrayLike<number>): number[] {
  const all = Array.from({ length: planes.length / 3 }, (_, k) => k);
  return all.filter((k) => Number.isFinite(planes[3 * k]));
}

function regionOf(
  planes: ArrayLike<number>,
  k: number,
  known: number[],
  [left, bottom, right, top]: Bounds,
): Point[] {
  let corners: Point[] = [
    [left, bottom],
    [right, bottom],
    [right, top],
    [left, top],
  ];
  for (const other of known) {
    if (other === k) continue;
    const [a, b, c] = [0, 1, 2].map((i) => planes[3 * k + i] - planes[3 * other + i]);
    const twins = a === 0 && b === 0 && c === 0; // the first of them has the region
    if (!twins) corners = cut(corners, ([u, v]) => a * u + b * v + c);
    else if (other < k) corners = [];
  }
  return corners;
}

/** The part of a convex polygon where a linear function is not negative. */
function cut(corners: Point[], height: (place: Point) => number): Point[] {
  return corners.flatMap((corner, i) => {
    const next = corners[(i + 1) % corners.length];
    const [from, to] = [height(corner), height(next)];
    const kept = from >= 0 ? [corner] : [];
    if (from * to >= 0) return kept;
    const part = from / (from - to);
    const along = (axis: 0 | 1) => corner[axis] + part * (next[axis] - corner[axis]);
    return [...kept, [along(0), along(1)] as Point];
  });
}
