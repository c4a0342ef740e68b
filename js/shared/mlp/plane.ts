// A plane through parameter space: the losses on it, and where the inner loop's states lie.
import { type InnerLoop, lossAt, normOf, type Task } from "./inner_loop.ts";
import type { Parameters, Rows } from "./network.ts";

export interface Plane {
  /** The parameters at (0, 0). */
  origin: Parameters;
  /** The directions of x and y: of length 1, at right angles. */
  basis: [Rows, Rows];
}

/** The parameters at a place of the plane. */
export function parametersAt({ origin, basis: [u, v] }: Plane, x: number, y: number): Parameters {
  return origin.map((p, i) => p + x * u[i] + y * v[i]);
}

/** Where parameters lie on the plane, and how far off it. */
export function placeOf({ origin, basis: [u, v] }: Plane, parameters: Parameters) {
  const away = parameters.map((p, i) => p - origin[i]);
  let [x, y] = [0, 0];
  for (let i = 0; i < away.length; i++) {
    x += away[i] * u[i];
    y += away[i] * v[i];
  }
  for (let i = 0; i < away.length; i++) away[i] -= x * u[i] + y * v[i];
  return { x, y, off: normOf(away) };
}

/** A side's losses at places of a row of the plane; the rows of a grid may so be spread over several frames. */
export function rowOfLosses(
  loop: InnerLoop,
  task: Task,
  side: "support" | "query",
  { plane, xs, y }: { plane: Plane; xs: Rows; y: number },
): Float32Array {
  return Float32Array.from(xs, (x) => lossAt(loop, task, parametersAt(plane, x, y), side));
}
