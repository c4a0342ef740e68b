// The ranges that colours span, over all steps, so that one colour means one distance throughout.
import { at, type NdArray } from "../../shared/arrays.ts";
import type { ShownMetric } from "../model.ts";
import type { Prototypes, Which } from "./prototypes.ts";

export interface Range {
  low: number;
  high: number;
  /** Whether some values lie beyond, at the end of the colours. */
  clipped: boolean;
}

/** What colours show: a distance, what it exceeds the nearest by, or how it changed. */
export type Quantity = "distance" | "excess" | "change";

/**
 * The range of the finite values. A few far outliers would push all the rest into one colour: then the range ends at
 * the 98th percentile.
 */
export function rangeOf(values: ArrayLike<number>): Range {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) continue;
    low = Math.min(low, values[i]);
    high = Math.max(high, values[i]);
  }
  if (high < low) return { low: 0, high: 1, clipped: false };
  const bulk = percentile98(values) ?? high;
  const clipped = high - low > 3 * (bulk - low) && bulk > low;
  return { low, high: clipped ? bulk : high, clipped };
}

/** The 98th percentile of the finite values, from so many of them as are sorted in a few milliseconds. */
function percentile98(values: ArrayLike<number>): number | undefined {
  const every = Math.ceil(values.length / 60000);
  const length = Math.floor(values.length / every);
  const some = Float64Array.from({ length }, (_, i) => values[i * every])
    .filter(Number.isFinite)
    .sort();
  return some[Math.floor(0.98 * (some.length - 1))];
}

/** The ranges of prototypes as they are edited now, found when they are first asked for. */
export class Ranges {
  readonly #prototypes: Prototypes;
  readonly #differences = new Map<string, NdArray>();
  readonly #ranges = new Map<string, Range>();

  constructor(prototypes: Prototypes) {
    this.#prototypes = prototypes;
  }

  /** Distances after the edits minus those before, at a step (query, class). */
  differences(metric: ShownMetric, step: number): NdArray {
    if (this.#prototypes.isLarge) return this.#difference(metric, step);
    const known = this.#differences.get(metric) ?? this.#allDifferences(metric);
    this.#differences.set(metric, known);
    return at(known, step);
  }

  #allDifferences(metric: ShownMetric): NdArray {
    const [old, fresh] = (["old", "new"] as const).map((which) =>
      this.#prototypes.stack(which, metric),
    );
    return { data: minus(fresh, old), shape: fresh.shape };
  }

  #difference(metric: ShownMetric, step: number): NdArray {
    const key = `${metric} at ${step}`;
    const [old, fresh] = (["old", "new"] as const).map((which) =>
      this.#prototypes.at(which, metric, step),
    );
    const known = this.#differences.get(key) ?? { data: minus(fresh, old), shape: fresh.shape };
    if (this.#differences.size > 8) this.#differences.clear();
    this.#differences.set(key, known);
    return known;
  }

  /** The steps whose values make the range: all, or some of a large episode's. */
  get #steps(): number[] {
    const { isLarge, steps } = this.#prototypes;
    if (!isLarge) return Array.from({ length: steps }, (_, step) => step);
    const parts = [1, 2, 3, 4, 5, 6].map((i) => Math.round((i * (steps - 1)) / 6));
    return [...new Set(parts)];
  }

  /** What `read` gives of each of these steps, one after another. */
  #valuesOf(read: (step: number) => ArrayLike<number>): Float64Array {
    const { n, way } = this.#prototypes;
    const steps = this.#steps;
    const out = new Float64Array(steps.length * n * way);
    for (const [i, step] of steps.entries()) out.set(read(step), i * n * way);
    return out;
  }

  /** The range of a quantity. Before and after share one, or the same colour would mean two distances. */
  get(metric: ShownMetric, quantity: Quantity): Range {
    const key = `${metric} ${quantity}`;
    const found = this.#ranges.get(key) ?? this.#find(metric, quantity);
    this.#ranges.set(key, found);
    return found;
  }

  #find(metric: ShownMetric, quantity: Quantity): Range {
    if (quantity === "change") {
      const data = this.#valuesOf((step) => this.differences(metric, step).data);
      const { high, clipped } = rangeOf(data.map(Math.abs));
      return { low: -(high || 1), high: high || 1, clipped: clipped || this.#prototypes.isLarge };
    }
    const of = (which: Which) =>
      rangeOf(
        quantity === "excess"
          ? this.#valuesOf((step) => this.#excesses(which, metric, step))
          : this.#distances(which, metric),
      );
    const old = of("old");
    // Of a large episode some steps are looked at: others may go beyond.
    old.clipped ||= this.#prototypes.isLarge;
    if (!this.#prototypes.edits.length) return old;
    const fresh = of("new");
    return {
      low: Math.min(old.low, fresh.low),
      high: Math.max(old.high, fresh.high),
      clipped: old.clipped || fresh.clipped,
    };
  }

  #distances(which: Which, metric: ShownMetric): ArrayLike<number> {
    const { isLarge } = this.#prototypes;
    if (!isLarge) return this.#prototypes.stack(which, metric).data;
    return this.#valuesOf((step) => this.#prototypes.at(which, metric, step).data);
  }

  /** What each distance exceeds its query's nearest by, at a step. */
  #excesses(which: Which, metric: ShownMetric, step: number): Float64Array {
    const { n, way } = this.#prototypes;
    const { data } = this.#prototypes.at(which, metric, step);
    const { first } = this.#prototypes.nearest(which, metric, step);
    const out = new Float64Array(data.length);
    for (let q = 0; q < n; q++) {
      const nearest = data[q * way + Math.max(0, first[q])];
      for (let k = 0; k < way; k++) out[q * way + k] = data[q * way + k] - nearest;
    }
    return out;
  }
}

function minus(a: NdArray, b: NdArray): Float64Array<ArrayBuffer> {
  const data = new Float64Array(a.data.length);
  for (let i = 0; i < data.length; i++) data[i] = a.data[i] - b.data[i];
  return data;
}
