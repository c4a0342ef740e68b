// The losses at which contours are drawn, as `loss_landscape/contours.py` chooses them.

const MOST_LEVELS = 11;
/** Round numbers within a decade, from dense to sparse: the densest series with few enough levels is taken. */
const DECADES = [
  [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8],
  [1, 1.5, 2, 3, 4, 6],
  [1, 2, 5],
  [1, 3],
  [1],
];

/** Round losses at which contours are drawn: evenly spaced, or by ratios where the losses span more than a factor of 8. */
export function contourLevels(losses: ArrayLike<number>): number[] {
  const finite = Array.from(losses)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  if (!finite.length) return [];
  const [low, high] = [0.01, 0.99].map((part) => quantile(finite, part));
  if (high - low <= 1e-6 * Math.max(Math.abs(high), 1e-30)) return [];
  if (low >= 0 && high > 8 * low) return byRatio(Math.max(low, 1e-3 * high), high);
  return evenly(low, high);
}

/** The value below which a part of sorted values lies; between two of them it is read off linearly. */
function quantile(sorted: number[], part: number): number {
  const place = part * (sorted.length - 1);
  const below = Math.floor(place);
  const next = sorted[Math.min(below + 1, sorted.length - 1)];
  return sorted[below] + (place - below) * (next - sorted[below]);
}

function byRatio(low: number, high: number): number[] {
  const [from, to] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const decades = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  let levels: number[] = [];
  for (const series of DECADES) {
    levels = decades
      .flatMap((e) => series.map((m) => Number(`${m}e${e}`)))
      .filter((level) => level >= low && level <= high);
    if (levels.length <= MOST_LEVELS) break;
  }
  return levels;
}

function evenly(low: number, high: number): number[] {
  const raw = (high - low) / (MOST_LEVELS - 1);
  const unit = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * unit).find((s) => s >= raw * (1 - 1e-9))!;
  const [from, to] = [Math.ceil(low / step), Math.floor(high / step)];
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) =>
    Number(((from + i) * step).toPrecision(6)),
  );
}
