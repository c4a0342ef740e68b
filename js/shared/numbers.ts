// Numbers as people read them.

const RAISED = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079";

/** A whole number as superscript. */
export function raised(whole: number): string {
  return [...String(whole)].map((c) => (c === "-" ? "\u207b" : RAISED[Number(c)])).join("");
}

/** Three significant digits, and words for what is no number. */
export function numberText(value: number, digits = 3): string {
  if (Number.isNaN(value)) return "not a number";
  if (!Number.isFinite(value)) return value > 0 ? "infinite" : "minus infinite";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e5 || size < 1e-3)) {
    const [mantissa, exponent] = value.toExponential(digits - 2).split("e");
    return `${mantissa} \u00d7 10${raised(Number(exponent))}`.replace("-", "\u2212");
  }
  const places = Math.max(0, digits - 1 - Math.floor(Math.log10(size || 1)));
  return value.toFixed(Math.min(places, digits + 2)).replace("-", "\u2212");
}

/** The least and the largest value that a score can have. */
export function boundsOf(metric: string): [number, number] {
  return metric === "accuracy" ? [0, 1] : [0, Infinity];
}

/**
 * A mean with half the width of its interval, "96.4 \u00b1 0.8", and its ends where it would leave the bounds: "99.5 (98.6 to 100.0)".
 * `text` writes the values, `halfText` the half width.
 */
export function intervalText(
  [mean, half]: readonly [number, number | null | undefined],
  [least, most]: readonly [number, number],
  text: (value: number) => string,
  halfText = text,
): string {
  if (half === null || half === undefined || !Number.isFinite(half)) return text(mean);
  const [low, high] = [mean - half, mean + half];
  if (low >= least && high <= most) return `${text(mean)} \u00b1 ${halfText(half)}`;
  return `${text(mean)} (${text(Math.max(least, low))} to ${text(Math.min(most, high))})`;
}

/** A fraction in whole per cent; what is nearly all or nearly nothing does not pass for it. */
export function percentText(value: number): string {
  if (!Number.isFinite(value)) return numberText(value);
  if (value > 0 && value < 0.005) return "<1\u00a0%";
  if (value < 1 && value > 0.995) return ">99\u00a0%";
  return `${Math.round(100 * value)}\u00a0%`;
}
