// The record of a meta-training as Python's `History` packs it: points that stand for one outer step or several.

const COLUMNS = [
  "first",
  "last",
  "loss",
  "loss_low",
  "loss_high",
  "metric",
  "norm",
  "norm_low",
  "norm_high",
  "meta_lr",
  "seconds",
] as const;

export type Column = (typeof COLUMNS)[number];

export interface TrainingRecord extends Record<Column, Float32Array> {
  /** Number of points. */
  n: number;
  /** The newest outer step. */
  newest: number;
  /** The running mean of the loss. */
  smooth: Float32Array;
}

/** Read a packed record: little-endian float32 in base64, a column after the other. */
export function recordOf(history: string, newest: number): TrainingRecord {
  const bytes = Uint8Array.from(atob(history), (c) => c.charCodeAt(0));
  const table = new Float32Array(bytes.buffer);
  const n = table.length / COLUMNS.length;
  const columns = COLUMNS.map((name, i) => [name, table.subarray(i * n, (i + 1) * n)]);
  const read = Object.fromEntries(columns) as Record<Column, Float32Array>;
  return { ...read, n, newest, smooth: runningMean(read.loss) };
}

/**
 * Smooth the loss over about a 20th of the points; what is not finite is passed over. Python's `running_mean` computes
 * the same: both are held together by the fixture outer_loop_monitor/history.json.
 */
export function runningMean(values: Float32Array): Float32Array {
  const weight = 2 / (1 + Math.max(1, values.length / 20));
  let level = NaN;
  return values.map((value) => {
    if (!Number.isFinite(value)) return value;
    level = Number.isFinite(level) ? level + weight * (value - level) : value;
    return level;
  });
}

/** The index of the last of ascending values that is at most `value`, -1 for none. */
export function lastUpTo(ascending: ArrayLike<number>, value: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The index of the point that an outer step is in, or of the last before it; -1 for none. */
export function pointAt(record: TrainingRecord, step: number): number {
  return lastUpTo(record.first, step);
}

/** Whether points stand for several outer steps. */
export function isMerged(record: TrainingRecord): boolean {
  return record.first.some((step, i) => step !== record.last[i]);
}
