// Losses that are known on a square grid of n x n points, between which they are read off linearly in x and in y.
import type { Arrays, Config, Place, Range } from "../model.ts";

/** The loss at (u, v) in grid steps from the lowest left point; NaN beside what is not finite. */
export function gridRead(data: Float32Array, n: number, u: number, v: number): number {
  const column = Math.min(n - 2, Math.max(0, Math.floor(u)));
  const row = Math.min(n - 2, Math.max(0, Math.floor(v)));
  const fu = u - column;
  const fv = v - row;
  const at = row * n + column;
  const low = data[at] * (1 - fu) + data[at + 1] * fu;
  const high = data[at + n] * (1 - fu) + data[at + n + 1] * fu;
  const value = low * (1 - fv) + high * fv;
  return Number.isFinite(value) ? value : NaN;
}

export interface Losses {
  query: number;
  support: number;
}

/** The losses of a task at a point of the plane; null where they are not computed yet. */
export function lossesAt(
  [x, y]: Place,
  { arrays, config, task }: { arrays: Arrays; config: Config; task: number },
): Losses | null {
  const n = config.sides[task];
  if (!n) return null;
  const steps = (value: number, [low, high]: Range) => ((value - low) / (high - low)) * (n - 1);
  const [u, v] = [steps(x, config.range.x), steps(y, config.range.y)];
  const read = (data: Float32Array) => gridRead(data, n, u, v);
  return {
    query: read(arrays[`query_loss.${task}`].data),
    support: read(arrays[`support_loss.${task}`].data),
  };
}
