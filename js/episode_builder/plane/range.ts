// What the axes of a plot span, and the curve that samples were drawn from.
import type { Draw, EpisodeDocument, Point } from "../../episode_document/types.ts";
import type { Range } from "../../plot/svg_plane.ts";

/** The largest coordinate, up or down. */
export const FARTHEST = 1e5;

/** The curve that samples were drawn from. */
export interface Truth {
  f: (x: number) => number;
  /** Where samples are drawn; null where that has no ends. */
  xs: Range | null;
}

/** The truth behind a draw, null where its task does not tell. */
export function truthOf(draw: Draw | undefined): Truth | null {
  const { amplitude, phase, x_low, x_high, weights } = draw?.task ?? {};
  if (isNumber(amplitude) && isNumber(phase)) {
    const xs: Range | null = isNumber(x_low) && isNumber(x_high) ? [x_low, x_high] : null;
    return { f: (x) => amplitude * Math.sin(x - phase), xs };
  }
  if (!Array.isArray(weights) || weights.length !== 1 || !isNumber(weights[0])) return null;
  const [slope] = weights;
  return { f: (x) => slope * x, xs: null };
}

function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

/** The ranges of both axes: all items and all of the truth, with a margin. */
export function rangesOf({ items }: EpisodeDocument, truth: Truth | null): [xs: Range, ys: Range] {
  const places = Object.values(items).flatMap(({ at }) => (at ? [at] : []));
  const ends = truth?.xs ? pointsAlong(truth, truth.xs, 40) : [];
  const range = (axis: 0 | 1) => spanned([...places, ...ends].map((place) => place[axis]));
  return [range(0), range(1)];
}

function spanned(values: number[]): Range {
  const [low, high] = values.length ? [Math.min(...values), Math.max(...values)] : [-1, 1];
  const size = high - low;
  const margin = Math.max(0.12 * size, 0.5 - 0.5 * size, 1e-3);
  return [low - margin, high + margin];
}

/** Points of the curve over a range, in so many steps. */
export function pointsAlong({ f }: Truth, [low, high]: Range, steps: number): Point[] {
  return Array.from({ length: steps + 1 }, (_, i) => {
    const x = low + (i / steps) * (high - low);
    return [x, f(x)];
  });
}

/** A place as a document holds it: of float32, and not too far out. */
export function placed(x: number, y: number): Point {
  const one = (value: number) => Math.fround(Math.min(FARTHEST, Math.max(-FARTHEST, value)));
  return [one(x), one(y)];
}
