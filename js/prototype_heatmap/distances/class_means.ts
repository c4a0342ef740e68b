// Distances to class means: `Space` of metrics.py, in float64.
import type { NdArray } from "../../shared/arrays.ts";
import { type Metric, rowDistance } from "../../shared/distances.ts";
import { nearestOf } from "./nearest.ts";

/** Embedded queries and support, with labels, and which support items are there at each step. */
export interface Space {
  steps: number;
  way: number;
  features: number;
  /** Rows of `every` that are support, with their classes. */
  rows: number[];
  labels: number[];
  /** Whether the i-th of these rows is there at a step. */
  present(step: number, i: number): boolean;
  /** (item, feature). */
  every: ArrayLike<number>;
  /** (query, feature). */
  queries: ArrayLike<number>;
  /** 1 for queries that are not asked: they have no distances. */
  moved: Uint8Array;
}

const found = new WeakMap<Space, number[][]>();

/** Indices among the space's rows of each class, in their order. */
function membersOf(space: Space): number[][] {
  let members = found.get(space);
  if (!members) {
    members = Array.from({ length: space.way }, () => []);
    for (const [i, k] of space.labels.entries()) members[k].push(i);
    found.set(space, members);
  }
  return members;
}

/** Write the mean of a class into row `row` of `out`; NaN where nothing is there. */
export function writeMean(
  space: Space,
  { step, k }: { step: number; k: number },
  out: Float64Array,
  row = 0,
): void {
  const { rows, every, features } = space;
  const start = row * features;
  let count = 0;
  out.fill(0, start, start + features);
  for (const i of membersOf(space)[k]) {
    if (!space.present(step, i)) continue;
    count += 1;
    const from = rows[i] * features;
    for (let f = 0; f < features; f++) out[start + f] += every[from + f];
  }
  for (let f = 0; f < features; f++) out[start + f] = count ? out[start + f] / count : NaN;
}

/** The means of all classes at a step, (class, feature). */
export function classMeans(space: Space, step: number): Float64Array {
  const out = new Float64Array(space.way * space.features);
  for (let k = 0; k < space.way; k++) writeMean(space, { step, k }, out, k);
  return out;
}

/** Distances at steps from `start` up to `end`, (step, query, class). */
export function distancesOf(space: Space, metric: Metric, start: number, end: number): NdArray {
  const { way, features, queries } = space;
  const n = space.moved.length;
  const data = new Float64Array((end - start) * n * way);
  const mean = new Float64Array(features);
  const members = membersOf(space);
  for (let step = start; step < end; step++) {
    for (let k = 0; k < way; k++) {
      // A column is computed anew only where its class changed since the step before.
      const isThere = (i: number) => space.present(step, i) === space.present(step - 1, i);
      const same = step > start && members[k].every(isThere);
      if (!same) writeMean(space, { step, k }, mean);
      for (let q = 0; q < n; q++) {
        const at = ((step - start) * n + q) * way + k;
        if (same) data[at] = data[at - n * way];
        else data[at] = space.moved[q] ? NaN : rowDistance(metric, features, queries, q, mean, 0);
      }
    }
  }
  return { data, shape: [end - start, n, way] };
}

/**
 * Distances at one step after the other, where they are too many to keep: a column is computed anew only where its class
 * changed since the step that was asked for last.
 */
export function runningDistances(space: Space, metric: Metric): (step: number) => NdArray {
  const { way, features, queries } = space;
  const n = space.moved.length;
  const now = new Float64Array(n * way).fill(NaN);
  const mean = new Float64Array(features);
  let last = -1;
  return (step) => {
    for (const [k, members] of membersOf(space).entries()) {
      const isSame = (i: number) =>
        space.present(step, i) === (last >= 0 && space.present(last, i));
      if (members.every(isSame)) continue;
      writeMean(space, { step, k }, mean);
      for (let q = 0; q < n; q++) {
        now[q * way + k] = space.moved[q]
          ? NaN
          : rowDistance(metric, features, queries, q, mean, 0);
      }
    }
    last = step;
    return { data: now.slice(), shape: [n, way] };
  };
}

/** The decision for a query without one support example. */
export interface LeftOut {
  /** The example's index among the space's rows. */
  i: number;
  label: number;
  /** The class decided for then, -1 for none. */
  first: number;
  /** What the margin of the class decided for now changes by; NaN where one of both margins is missing. */
  change: number;
}

/** The decision for query q without each support example that is there at a step. */
export function decisionsWithout(space: Space, metric: Metric, step: number, q: number): LeftOut[] {
  const { way, features, queries } = space;
  const means = classMeans(space, step);
  const row = Float64Array.from({ length: way }, (_, k) =>
    rowDistance(metric, features, queries, q, means, k),
  );
  const now = nearestOf({ data: row, shape: [1, way] });
  const decided = now.first[0];
  const mean = new Float64Array(features);
  const counts = membersOf(space).map((rows) => rows.filter((i) => space.present(step, i)).length);
  const without = (i: number): LeftOut => {
    const label = space.labels[i];
    const [at, count] = [space.rows[i] * features, counts[label]];
    for (let f = 0; f < features; f++) {
      const sum = means[label * features + f] * count - space.every[at + f];
      mean[f] = count > 1 ? sum / (count - 1) : NaN;
    }
    return { i, label, ...decide(label, rowDistance(metric, features, queries, q, mean, 0)) };
  };
  /** The decision where class `label` is at another distance; without allocations, since thousands are asked for. */
  const decide = (label: number, other: number) => {
    const at = (k: number) => (k === label ? other : row[k]);
    let [first, rival] = [-1, Infinity];
    for (let k = 0; k < way; k++) {
      const distance = at(k);
      if (!Number.isFinite(distance)) continue;
      if (first < 0 || distance < at(first)) first = k;
      if (k !== decided && distance < rival) rival = distance;
    }
    const margin = (rival === Infinity ? NaN : rival) - at(decided);
    return { first, change: margin - now.margin[0] };
  };
  return [...space.rows.keys()].filter((i) => space.present(step, i)).map(without);
}

/** A softmax over minus `scale` times the distances (query, class); even odds where no class has support. */
export function softmaxOf({ data, shape }: NdArray, scale: number): NdArray {
  const [n, way] = shape;
  const out = new Float64Array(n * way);
  for (let q = 0; q < n; q++) {
    const start = q * way;
    let nearest = Infinity;
    for (let k = start; k < start + way; k++) if (data[k] < nearest) nearest = data[k];
    let sum = 0;
    for (let k = start; k < start + way; k++) {
      const isThere = Number.isFinite(data[k]);
      if (nearest === Infinity) out[k] = 1;
      else out[k] = isThere ? Math.exp(-scale * (data[k] - nearest)) : 0;
      sum += out[k];
    }
    for (let k = start; k < start + way; k++) out[k] /= sum;
  }
  return { data: out, shape: [n, way] };
}
