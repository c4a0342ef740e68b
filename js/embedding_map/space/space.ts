// The whole space behind the map: distances and neighbours are computed here, where all coordinates are; none of them
// is read off the plane.
import { at } from "../../shared/arrays.ts";
import { type Metric, rowDistance } from "../../shared/distances.ts";
import type { Arrays, Config, MatrixKind } from "../model.ts";

/** An item or a class with a distance to it. */
export type Ranked = [index: number, distance: number];
export type Space = ReturnType<typeof spaceOf>;

/** What is read off the space of an embedding map. */
export function spaceOf(config: Config, arrays: Arrays) {
  const [states, n, features] = arrays.z.shape;
  const way = config.class_names.length;
  const labels = arrays.labels.data;
  const rowOf = (step: number, i: number) => (step % states) * n + i;
  const toPrototype = (step: number, i: number, k: number, metric: Metric) => {
    const [z, prototypes] = [arrays.z.data, arrays.prototypes.data];
    return rowDistance(metric, features, z, rowOf(step, i), prototypes, step * way + k);
  };
  const between = (step: number, i: number, j: number, metric: Metric) => {
    const z = arrays.z.data;
    return rowDistance(metric, features, z, rowOf(step, i), z, rowOf(step, j));
  };
  const isSupport = (i: number) => arrays.support.data[i] > 0;
  const onlySupport = !arrays.support.data.includes(0);
  /** Whether an item counts where the learner is judged: a query, or any item where there are no queries. */
  const isJudged = (i: number) => onlySupport || !isSupport(i);
  const reading = { way, n, toPrototype, between };
  return {
    n,
    way,
    steps: config.steps,
    states,
    labels,
    index: new Map(config.ids.map((id, i) => [id, i])),
    isSupport,
    isJudged,
    isAbsorbed: (step: number, i: number) => arrays.absorbed.data[step * n + i] > 0,
    nearest: nearestOf(reading),
    ranks: (step: number, i: number, metric: Metric) => ranksOf(reading, step, i, metric),
    neighbours: (step: number, i: number, metric: Metric, count: number) =>
      neighboursOf(reading, step, i, metric, count),
    /** The judged item that is farthest from the prototype of its own class, -1 for none. */
    farthest(step: number, metric: Metric): number {
      let [worst, most] = [-1, -Infinity];
      for (let i = 0; i < n; i++) {
        const distance = isJudged(i) ? toPrototype(step, i, labels[i], metric) : NaN;
        if (distance > most) [worst, most] = [i, distance];
      }
      return worst;
    },
    matrix: (step: number, kind: MatrixKind, metric: Metric) =>
      matrixOf(at(arrays.prototypes, step).data, way, kind, metric),
  };
}

interface Reading {
  n: number;
  way: number;
  toPrototype(step: number, i: number, k: number, metric: Metric): number;
  between(step: number, i: number, j: number, metric: Metric): number;
}

/** A function that gives the class of the prototype nearest to each item, -1 where there is none. */
function nearestOf({ n, way, toPrototype }: Reading) {
  const kept = new Map<string, Int32Array>(); // for the last few steps
  const nearestTo = (step: number, i: number, metric: Metric) => {
    let [best, least] = [-1, Infinity];
    for (let k = 0; k < way; k++) {
      const distance = toPrototype(step, i, k, metric);
      if (distance < least) [best, least] = [k, distance];
    }
    return best;
  };
  return (step: number, metric: Metric): Int32Array => {
    // The order by Euclidean distance is that by its square.
    const rule = metric === "euclidean" ? "squared_euclidean" : metric;
    const key = `${step} ${rule}`;
    let found = kept.get(key);
    if (!found) {
      if (kept.size > 8) kept.clear();
      found = Int32Array.from({ length: n }, (_, i) => nearestTo(step, i, rule));
      kept.set(key, found);
    }
    return found;
  };
}

/** The classes that have a prototype by their distance to an item, nearest first. */
function ranksOf({ way, toPrototype }: Reading, step: number, i: number, metric: Metric): Ranked[] {
  return Array.from({ length: way }, (_, k): Ranked => [k, toPrototype(step, i, k, metric)])
    .filter(([, distance]) => Number.isFinite(distance))
    .sort((a, b) => a[1] - b[1] || a[0] - b[0]);
}

/** The `count` items nearest to an item, nearest first. */
function neighboursOf(
  { n, between }: Reading,
  step: number,
  i: number,
  metric: Metric,
  count: number,
): Ranked[] {
  const found: Ranked[] = [];
  for (let j = 0; j < n; j++) {
    const distance = j === i ? NaN : between(step, i, j, metric);
    const near = found.length < count || distance < found[found.length - 1][1];
    if (!Number.isFinite(distance) || !near) continue;
    found.push([j, distance]);
    found.sort((a, b) => a[1] - b[1]);
    if (found.length > count) found.pop();
  }
  return found;
}

/** (way, way) between prototypes: distances, or angles in degrees; NaN where there is none. */
function matrixOf(
  prototypes: Float32Array,
  way: number,
  kind: MatrixKind,
  metric: Metric,
): Float64Array {
  const features = prototypes.length / way;
  const rows = Float64Array.from(prototypes);
  if (kind === "spread") centre(rows, features);
  const rowAt = (k: number) => rows.subarray(k * features, (k + 1) * features);
  const known = Array.from({ length: way }, (_, k) => rowAt(k).every(Number.isFinite));
  const directed = Array.from({ length: way }, (_, k) => rowAt(k).some((value) => value !== 0));
  const value = (i: number, j: number) => {
    if (!known[i] || !known[j]) return NaN;
    if (i === j) return 0;
    if (kind === "distance") return rowDistance(metric, features, rows, i, rows, j);
    if (!directed[i] || !directed[j]) return NaN;
    const cosine = 1 - rowDistance("cosine", features, rows, i, rows, j);
    return (180 / Math.PI) * Math.acos(Math.min(1, Math.max(-1, cosine)));
  };
  return Float64Array.from({ length: way * way }, (_, at) => value(Math.floor(at / way), at % way));
}

/** Take the mean of the finite rows from each row. */
function centre(rows: Float64Array, features: number): void {
  for (let f = 0; f < features; f++) {
    let [sum, count] = [0, 0];
    for (let at = f; at < rows.length; at += features) {
      if (Number.isFinite(rows[at])) [sum, count] = [sum + rows[at], count + 1];
    }
    for (let at = f; at < rows.length; at += features) rows[at] -= sum / count;
  }
}
