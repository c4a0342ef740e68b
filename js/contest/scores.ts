// What scores come to, in numbers and in words.
import type { Uint8 } from "../shared/arrays.ts";
import { boundsOf, intervalText, meanInterval, numberText } from "../shared/numbers.ts";

/** Below so many episodes no difference is called clear, as Python's `FEWEST_TO_TELL`. */
const FEW = 6;

export interface Interval {
  mean: number;
  /** Half the width of the 95 % interval; NaN for fewer than two values. */
  half: number;
  n: number;
  low: number;
  high: number;
  few: boolean;
  /** Whether zero lies outside, over enough episodes. */
  clear: boolean;
}

/**
 * The mean of the finite values with its 95 % interval by Student's t; null for none. Its ends stay within `bounds`, the least and
 * the largest value that there can be.
 */
export function intervalOf(
  values: ArrayLike<number>,
  [least, most]: readonly [number, number] = [-Infinity, Infinity],
): Interval | null {
  const known = Array.from(values).filter(Number.isFinite);
  const n = known.length;
  if (!n) return null;
  const { mean, half } = meanInterval(known);
  const [low, high] = [Math.max(least, mean - half), Math.min(most, mean + half)];
  return { mean, half, n, low, high, few: n < FEW, clear: n >= FEW && (low > 0 || high < 0) };
}

/** The median of the finite values; NaN for none. */
export function medianOf(values: ArrayLike<number>): number {
  const known = Array.from(values)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const half = Math.floor(known.length / 2);
  if (!known.length) return NaN;
  return known.length % 2 ? known[half] : (known[half - 1] + known[half]) / 2;
}

export type ScoreWords = ReturnType<typeof scoreWords>;

/** Scores in words: "96.4 ± 0.8 %", or squared errors; differences in points, with a sign. */
export function scoreWords(metric: string) {
  const percent = metric === "accuracy";
  const plain = (v: number) => (percent ? (100 * v).toFixed(1) : numberText(v));
  const sign = (v: number) => `${v > 0 ? "+" : ""}${plain(v)}`.replace("-", "\u2212");
  const unit = percent ? "\u00a0%" : "";
  const halfText = (v: number) => (percent ? (100 * v).toFixed(1) : numberText(v, 2));
  const bounds = boundsOf(metric);
  const between: [number, number] = percent ? [-1, 1] : [-Infinity, Infinity];
  return {
    percent,
    /** Of a score. */
    bounds,
    /** Of a difference of two scores. */
    between,
    name: percent ? "Accuracy" : "Mean squared error",
    one: (v: number) => `${plain(v)}${unit}`,
    mean(interval: Interval | null): string {
      if (!interval) return "\u2013";
      const { mean, half } = interval;
      return intervalText([mean, half], bounds, plain, { halfText, unit });
    },
    points: (v: number) => `${sign(v)}${percent ? " points" : ""}`,
    difference({ mean, half, low, high }: Interval): string {
      const [least, most] = between;
      const ends = `${sign(Math.max(least, low))} to ${sign(Math.min(most, high))}`;
      return Number.isFinite(half) ? `${sign(mean)} (${ends})` : sign(mean);
    },
    better: (a: number, b: number) => (percent ? a > b : a < b),
  };
}

/** Seconds for people: 0.42 ms, 12 ms, 3.1 s. */
export function durationText(seconds: number): string {
  if (!Number.isFinite(seconds)) return "\u2013";
  if (seconds < 0.9995) return `${numberText(1000 * seconds, 2)}\u00a0ms`;
  return `${numberText(seconds, 2)}\u00a0s`;
}

/** Read what Python's `sealed` hid from a glance at the page's source. */
export function unsealed<Value>(array: Uint8): Value {
  return JSON.parse(new TextDecoder().decode(array.data.map((byte) => byte ^ 0x5a)));
}
