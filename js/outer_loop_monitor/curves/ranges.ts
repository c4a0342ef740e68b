// What the axes of the curves span.
import { logTicksOf, type Tick, ticksOf } from "../../plot/axes.ts";
import { plainText } from "../words.ts";

export interface Range {
  low: number;
  high: number;
  log: boolean;
}

/** An axis is logarithmic where values are positive and span more than this. */
const LOG_FROM = 50;

export interface RangeOptions {
  /** Make it logarithmic wherever it can be. */
  log?: boolean;
  /** Leave out this part of the highest values: one spike must not flatten an hour. */
  trim?: number;
  /** Begin at zero. */
  zero?: boolean;
}

/** The range of the finite values. */
export function rangeOf(values: ArrayLike<number>[], options: RangeOptions = {}): Range {
  const { log = false, trim = 0, zero = false } = options;
  const finite = values.flatMap((part) => Array.from(part)).filter(Number.isFinite);
  finite.sort((a, b) => a - b);
  if (!finite.length) return { low: log ? 0.1 : 0, high: 1, log };
  const last = finite.length - 1;
  const high = finite[Math.min(last, Math.floor((1 - trim) * finite.length))];
  const low = finite[0];
  if (high > 0 && (log || (low > 0 && high > LOG_FROM * low))) {
    const positive = finite.find((value) => value > 0) ?? 1e-6;
    const floor = Math.max(positive, high / 1e5);
    return { low: floor / 1.15, high: 1.15 * Math.max(high, 1.5 * floor), log: true };
  }
  const from = zero ? Math.min(0, low) : low;
  const margin = 0.05 * (high - from || Math.abs(high) || 1);
  return { low: zero && from === 0 ? 0 : from - margin, high: high + margin, log: false };
}

/** Round numbers along an axis; on a log scale powers of ten, with their double and fivefold where there are few. */
export function rangeTicks({ low, high, log }: Range, n: number): Tick[] {
  if (!log) return ticksOf(low, high, n);
  if (Math.log10(high / low) > 2.2) return logTicksOf(low, high, n);
  const seen: number[] = [];
  for (let e = Math.floor(Math.log10(low)); e <= Math.log10(high); e++) {
    for (const m of [1, 2, 5])
      if (m * 10 ** e >= low && m * 10 ** e <= high) seen.push(m * 10 ** e);
  }
  const every = Math.ceil(seen.length / (n + 1));
  return seen.filter((_, i) => i % every === 0).map((value) => [value, plainText(value)]);
}
