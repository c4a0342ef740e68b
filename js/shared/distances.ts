// Distances between rows of numbers, as `metric_distances` in widgets/base/distances.py has them.

/** name -> as it stands in a sentence. */
export const METRIC_WORDS = {
  squared_euclidean: "squared Euclidean distance",
  euclidean: "Euclidean distance",
  cosine: "cosine distance",
  manhattan: "Manhattan distance",
} as const;
export type Metric = keyof typeof METRIC_WORDS;

/** A metric as it stands in a list: "Squared Euclidean". */
export function metricName(metric: Metric): string {
  const name = METRIC_WORDS[metric].replace(" distance", "");
  return name[0].toUpperCase() + name.slice(1);
}

/**
 * Return the distance between row i of `a` and row j of `b`, both with so many features a row; NaN where one holds a
 * NaN. A row of zeros has no direction: its cosine with anything counts as 0.
 */
export function rowDistance(
  metric: Metric,
  features: number,
  a: ArrayLike<number>,
  i: number,
  b: ArrayLike<number>,
  j: number,
): number {
  const [from, to] = [i * features, j * features];
  if (metric === "cosine") return cosineDistance(features, a, from, b, to);
  let sum = 0;
  for (let f = 0; f < features; f++) {
    const away = a[from + f] - b[to + f];
    sum += metric === "manhattan" ? Math.abs(away) : away * away;
  }
  return metric === "euclidean" ? Math.sqrt(sum) : sum;
}

function cosineDistance(
  features: number,
  a: ArrayLike<number>,
  from: number,
  b: ArrayLike<number>,
  to: number,
): number {
  let [product, aa, bb] = [0, 0, 0];
  for (let f = 0; f < features; f++) {
    const [x, y] = [a[from + f], b[to + f]];
    product += x * y;
    aa += x * x;
    bb += y * y;
  }
  return 1 - product / (Math.max(Math.sqrt(aa), 1e-12) * Math.max(Math.sqrt(bb), 1e-12));
}
