// Numbers as people read them.

/** Below so many values an interval is rough. */
const ROUGH = 30;
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

// Two-sided 95 % quantiles of Student's t for 1 to 29 degrees of freedom, and of the normal distribution, as in Python.
const T95 = [
  12.706204736174705, 4.302652729749464, 3.18244630528371, 2.776445105197793, 2.570581835636315,
  2.446911851144969, 2.364624251592784, 2.306004135204167, 2.262157162798204, 2.228138851986274,
  2.200985160091639, 2.178812829667229, 2.160368656462792, 2.144786687917804, 2.131449545559775,
  2.119905299221255, 2.109815577833317, 2.100922040241039, 2.093024054408309, 2.085963447265864,
  2.07961384472768, 2.073873067904022, 2.068657610419049, 2.063898561628025, 2.059538552753298,
  2.055529438642872, 2.051830516480285, 2.048407141795244, 2.045229642132703,
];
const Z95 = 1.959963984540054;

/** The 97.5 % quantile of Student's t; NaN below one degree of freedom. */
export function tQuantile(df: number): number {
  if (!(df >= 1)) return NaN;
  if (df <= T95.length) return T95[df - 1];
  const z = Z95;
  return (
    z +
    (z ** 3 + z) / (4 * df) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * df ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * df ** 3) +
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / (92160 * df ** 4)
  );
}

/** The mean of some values and half of its 95 % interval by Student's t, which is NaN for fewer than two values. */
export function meanInterval(values: readonly number[]): { mean: number; half: number } {
  const n = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const squares = values.reduce((a, b) => a + (b - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (n - 1));
  // Equal values have a tiny spread from rounding errors; treat it as 0.
  const spread = deviation <= 1e-12 * Math.abs(mean) ? 0 : deviation;
  return { mean, half: (tQuantile(n - 1) * spread) / Math.sqrt(n) };
}

/** Why an interval over `n` values should be read with care, without a full stop; "" if there is no reason. */
export function intervalNote(n: number, half?: number | null, of = "episode"): string {
  if (n < 2) return `one ${of} has no interval`;
  if (half === 0)
    return `every ${of} has the same value, so the interval has no width and says little`;
  return n < ROUGH ? `fewer than ${ROUGH} ${of}s: a rough interval` : "";
}

/**
 * A mean with half the width of its interval, "96.4 \u00b1 0.8", and its ends where it would leave the bounds: "99.5 (98.6 to 100.0)".
 * `text` writes the values, `halfText` the half width, `unit` follows.
 */
export function intervalText(
  [mean, half]: readonly [number, number | null | undefined],
  [least, most]: readonly [number, number],
  text: (value: number) => string,
  { halfText = text, unit = "" } = {},
): string {
  if (half === null || half === undefined || !Number.isFinite(half))
    return `${text(mean)}${unit} (no interval)`;
  const [low, high] = [mean - half, mean + half];
  if (low >= least && high <= most) return `${text(mean)} \u00b1 ${halfText(half)}${unit}`;
  return `${text(mean)} (${text(Math.max(least, low))} to ${text(Math.min(most, high))})${unit}`;
}

/** A fraction in whole per cent; what is nearly all or nearly nothing does not pass for it. */
export function percentText(value: number): string {
  if (!Number.isFinite(value)) return numberText(value);
  if (value > 0 && value < 0.005) return "<1\u00a0%";
  if (value < 1 && value > 0.995) return ">99\u00a0%";
  return `${Math.round(100 * value)}\u00a0%`;
}
