// How much of a fitted curve is seen, and what is said of the rest.
import { numberText } from "../../shared/numbers.ts";

/** The range of y: all of what is known (targets, truth), and the fits as far as they do not squash it. */
export function curveRange(
  known: ArrayLike<number>[],
  fits: ArrayLike<number>[],
): [number, number] {
  const values = known.flatMap((part) => Array.from(part));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const span = high - low || 1;
  let [from, to] = [low, high];
  for (const fit of fits) {
    for (let i = 0; i < fit.length; i++) {
      if (!Number.isFinite(fit[i])) continue;
      from = Math.min(from, fit[i]);
      to = Math.max(to, fit[i]);
    }
  }
  const [least, most] = [Math.max(from, low - 0.5 * span), Math.min(to, high + 0.5 * span)];
  return [least - 0.06 * span, most + 0.06 * span];
}

/** What of a fit is not seen within a range, in words; "" where all is. */
export function leavingText(fit: Float32Array, [low, high]: [number, number]): string {
  const odd = fit.find((value) => !Number.isFinite(value));
  if (odd !== undefined) {
    return `The fit is ${numberText(odd)} at this step and is not drawn there.`;
  }
  const [least, most] = [Math.min(...fit), Math.max(...fit)];
  const ends = [least < low && numberText(least), most > high && numberText(most)].filter(Boolean);
  return ends.length ? `The fit leaves the plot: it reaches ${ends.join(" and ")}.` : "";
}
