// How alike tasks are: which are near, in which order they stand, and what their groups have in common.
import type { Arrays, Config, Measure, Traits } from "./model.ts";

export type Pair = [a: number, b: number];
export type Likeness = ReturnType<typeof likenessOf>;

/** What is read off one measure of every two tasks. */
export function likenessOf(config: Config, arrays: Arrays, measure: Measure) {
  const n = config.names.length;
  const values = arrays[measure]!.data;
  const order = arrays[`order_${measure}`]!.data;
  const groups = groupsOf(config);
  const far = (a: number, b: number) => {
    const value = values[a * n + b];
    if (!Number.isFinite(value)) return Infinity;
    return measure === "distance" ? value : -value;
  };
  const all = Array.from({ length: n }, (_, i) => i);
  const rows: Record<Traits["order"], () => number[]> = {
    clustered: () => Array.from(order),
    group: () => [...all].sort((a, b) => groups.of(a) - groups.of(b) || a - b),
    given: () => [...all],
  };
  return {
    measure,
    values,
    /** What the measure is called. */
    what: measure === "distance" ? "Nearest-prototype distance" : "Cosine similarity",
    /** Whether a high value is like. */
    highIsAlike: measure === "similarity",
    value: (a: number, b: number) => values[a * n + b],
    /** The other tasks, nearest first. */
    ranked: (a: number) =>
      all.filter((i) => i !== a).sort((i, j) => far(a, i) - far(a, j) || i - j),
    /** The tasks in the order of the matrix. */
    rows: (name: Traits["order"]) => rows[name](),
    nearest: nearestPair(n, far),
    ...meansOf(config, values),
    /** Least and largest value between two tasks. */
    extent: extentOf(n, values),
  };
}

/** The names of the groups in their order, and the group of a task by its place there, 0 where nothing is grouped. */
export function groupsOf({ groups }: Config) {
  const names = [...new Set(groups)].sort(byCodePoint);
  return { names, of: (i: number) => Math.max(0, names.indexOf(groups[i])) };
}

/** The order of texts in Python; that of JavaScript differs beyond the first 65,536 characters. */
function byCodePoint(a: string, b: string): number {
  const [x, y] = [[...a], [...b]];
  const at = x.findIndex((character, i) => character !== y[i]);
  if (at < 0) return x.length - y.length;
  return at < y.length ? x[at].codePointAt(0)! - y[at].codePointAt(0)! : 1;
}

/** The two tasks that are nearest; the first two where none are comparable. */
function nearestPair(n: number, far: (a: number, b: number) => number): Pair {
  let [pair, least]: [Pair, number] = [[0, 1], Infinity];
  for (let a = 0; a < n; a++) {
    for (let b = a + 1; b < n; b++) {
      if (far(a, b) < least) [pair, least] = [[a, b], far(a, b)];
    }
  }
  return pair;
}

/** Mean value of two tasks of one group, and of two groups; null where nothing is grouped, or all in one group. */
function meansOf({ groups, names }: Config, values: Float32Array) {
  const [same, other] = [
    { sum: 0, count: 0 },
    { sum: 0, count: 0 },
  ];
  const n = names.length;
  for (let a = 0; a < n; a++) {
    for (let b = a + 1; b < n; b++) {
      const value = values[a * n + b];
      if (!Number.isFinite(value)) continue;
      const kind = groups.length && groups[a] === groups[b] ? same : other;
      kind.sum += value;
      kind.count += 1;
    }
  }
  const grouped = same.count > 0 && other.count > 0;
  const means = { within: same.sum / same.count, between: other.sum / other.count };
  return { means: grouped ? means : null };
}

function extentOf(n: number, values: Float32Array): [low: number, high: number] {
  let [low, high] = [Infinity, -Infinity];
  for (const [at, value] of values.entries()) {
    if (at % (n + 1) === 0 || !Number.isFinite(value)) continue;
    [low, high] = [Math.min(low, value), Math.max(high, value)];
  }
  return [low, high];
}
