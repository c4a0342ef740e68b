// The lines along which a loss has one value.
import { contours } from "d3-contour";

/** In grid steps from the lowest left point. */
export type GridPoint = [u: number, v: number];
export type GridLine = GridPoint[];

/**
 * The lines of one level. They end at the edge of the grid, and beside what is not finite; a closed one ends where it began.
 * Each begins where it is lowest, or at its lower end: labels along it then stay where they are when the grid becomes finer.
 */
export function contourLines(data: Float32Array, n: number, level: number): GridLine[] {
  // d3 takes any array of numbers. It draws rings around all that is as high as the level, along the edge of the grid
  // too, and takes what is not a number for low; unsmoothed, a ring's points say which grid points they lie between.
  const values = data as unknown as number[];
  const found = contours().size([n, n]).smooth(false).contour(values, level);
  const inside = ([a, b]: number[], [c, d]: number[]) =>
    isFiniteCell(data, n, Math.round((a + c) / 2), Math.round((b + d) / 2));
  const place = (point: number[]) => crossing(data, n, level, point);
  const rings = found.coordinates.flat();
  return rings.flatMap((ring) => partsOf(ring, inside)).map((part) => fromBelow(part.map(place)));
}

function fromBelow(line: GridLine): GridLine {
  const [first, last] = [line[0], line[line.length - 1]];
  if (first[0] !== last[0] || first[1] !== last[1]) {
    return last[1] < first[1] ? line.reverse() : line;
  }
  const lowest = line.reduce((best, [, v], i) => (v < line[best][1] ? i : best), 0);
  return [...line.slice(lowest, -1), ...line.slice(0, lowest + 1)];
}

/** Whether the cell to the lower left of a grid point lies on the grid and has a finite loss at each corner. */
function isFiniteCell(data: Float32Array, n: number, column: number, row: number): boolean {
  if (column < 1 || row < 1 || column >= n || row >= n) return false;
  const at = row * n + column;
  return [at, at - 1, at - n, at - n - 1].every((corner) => Number.isFinite(data[corner]));
}

/** The parts of a ring whose segments are all inside; its last point is its first. */
function partsOf<Point>(ring: Point[], inside: (a: Point, b: Point) => boolean): Point[][] {
  const last = ring.length - 1;
  const kept = Array.from({ length: last }, (_, i) => inside(ring[i], ring[i + 1]));
  const gap = kept.indexOf(false);
  if (gap < 0) return [ring];
  const parts: Point[][] = [];
  let joined = false;
  for (let j = 1; j <= last; j++) {
    const i = (gap + j) % last;
    if (kept[i]) {
      if (!joined) parts.push([ring[i]]);
      parts[parts.length - 1].push(ring[i + 1]);
    }
    joined = kept[i];
  }
  return parts;
}

/**
 * Where the level is crossed between two grid points. d3 counts from the corner of a grid point's own square: (x, y + 0.5) lies
 * between columns x - 1 and x of row y.
 */
function crossing(data: Float32Array, n: number, level: number, [x, y]: number[]): GridPoint {
  const across = Number.isInteger(x);
  const [column, row] = across ? [x - 1, y - 0.5] : [x - 0.5, y - 1];
  const at = row * n + column;
  const [from, to] = [data[at], data[at + (across ? 1 : n)]];
  const part = (level - from) / (to - from);
  return across ? [column + part, row] : [column, row + part];
}
