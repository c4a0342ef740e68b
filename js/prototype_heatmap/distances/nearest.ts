// Which prototype is each query nearest to: `nearest_prototypes` and `rows_in_order` of metrics.py.
import type { NdArray } from "../../shared/arrays.ts";
import type { Sort } from "../model.ts";

/** For each query the nearest and second nearest class (-1 for none), and the difference of their distances. */
export interface Nearest {
  first: Int16Array;
  second: Int16Array;
  /** NaN where there are no two. */
  margin: Float64Array;
}

/** Read one step's distances (query, class), NaN where there is no support yet. Of equals the first class wins. */
export function nearestOf({ data, shape: [n, way] }: NdArray): Nearest {
  const first = new Int16Array(n).fill(-1);
  const second = new Int16Array(n).fill(-1);
  const margin = new Float64Array(n).fill(NaN);
  for (let q = 0; q < n; q++) {
    const at = (k: number) => data[q * way + k];
    for (let k = 0; k < way; k++) {
      if (!Number.isFinite(at(k))) continue;
      if (first[q] < 0 || at(k) < at(first[q])) {
        second[q] = first[q];
        first[q] = k;
      } else if (second[q] < 0 || at(k) < at(second[q])) second[q] = k;
    }
    if (second[q] >= 0) margin[q] = at(second[q]) - at(first[q]);
  }
  return { first, second, margin };
}

/** Rows of the matrix under a heading. */
export interface RowGroup {
  title: string;
  /** Queries, from above. */
  members: number[];
}

/** The matrix's groups of rows: by class, by margin, or the wrong ones first. */
export function rowGroups(
  sort: Sort,
  nearest: Nearest,
  distances: NdArray,
  labels: ArrayLike<number>,
  names: readonly string[],
): RowGroup[] {
  const every = Array.from(labels, (_, q) => q);
  const groups =
    sort === "class"
      ? names.map((title, k) => ({ title, members: every.filter((q) => labels[q] === k) }))
      : groupsByMargin(sort, nearest, distances, labels);
  return groups.filter(({ members }) => members.length);
}

function groupsByMargin(
  sort: Sort,
  { first, margin }: Nearest,
  { data, shape: [, way] }: NdArray,
  labels: ArrayLike<number>,
): RowGroup[] {
  const every = Array.from(labels, (_, q) => q);
  const orInfinite = (value: number) => (Number.isNaN(value) ? Infinity : value);
  const byMargin = sorted(every, (q) => orInfinite(margin[q]));
  if (sort === "margin") return [{ title: "Smallest margin first", members: byMargin }];
  const isRight = (q: number) => first[q] === labels[q];
  const excess = (q: number) => orInfinite(data[q * way + labels[q]] - data[q * way + first[q]]);
  const wrong = every.filter((q) => first[q] >= 0 && !isRight(q));
  return [
    { title: "Wrong, the farthest off first", members: sorted(wrong, (q) => -excess(q)) },
    { title: "Right, smallest margin first", members: byMargin.filter(isRight) },
    { title: "Without a decision", members: every.filter((q) => first[q] < 0) },
  ];
}

/** The queries by a key, the smallest first; those of equal keys by their number. */
function sorted(queries: number[], key: (q: number) => number): number[] {
  return [...queries].sort((a, b) => (key(a) === key(b) ? a - b : key(a) - key(b)));
}
