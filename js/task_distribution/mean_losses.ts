// Means over tasks with their intervals.
import type { Float32 } from "../shared/arrays.ts";
import { meanInterval } from "../shared/numbers.ts";

/** A mean over tasks, and half the width of its 95 % interval by Student's t. */
export interface MeanLoss {
  mean: number;
  half: number;
}

/** One learner's mean by group, out of (group, task, state); states behind the last are the last. */
export function meanLosses(
  { data, shape: [groups, n, states] }: Float32,
  state: number,
): MeanLoss[] {
  const column = Math.min(state, states - 1);
  return Array.from({ length: groups }, (_, group) => {
    const values = Array.from({ length: n }, (_, t) => data[(group * n + t) * states + column]);
    return meanInterval(values);
  });
}

/**
 * What the axis of losses spans, and whether it is logarithmic. Intervals count down to a fifth of their mean: one that
 * reaches 0 has no lower end on a log axis.
 */
export function domainOf(means: MeanLoss[]): [domain: [number, number], log: boolean] {
  const finite = means.filter(({ mean }) => Number.isFinite(mean));
  const ends = finite.map(({ mean, half }) => mean + (half || 0)).filter(Number.isFinite);
  const most = Math.max(...ends, 1e-9);
  const positive = finite.filter(({ mean }) => mean > 0);
  const least = Math.min(
    ...positive.map(({ mean, half }) => Math.max(mean - (half || 0), mean / 5)),
  );
  if (positive.length > 1 && most > 50 * Math.min(...positive.map(({ mean }) => mean))) {
    return [[least / 1.1, 1.3 * most], true];
  }
  return [[0, 1.05 * most], false];
}
