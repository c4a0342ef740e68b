// What the slots of a memory hold, as widgets/memory_view/attribution.py has it.
import { at, type Float32 } from "../../shared/arrays.ts";
import type { Arrays, Config } from "../model.ts";
import { argmax, sumOf } from "./extremes.ts";

/** A slot that holds less than this part of the largest write counts as empty: soft writes leave a trace everywhere. */
const TRACE_OF = 0.02;

/** An item and its part of what a slot holds. */
export type SlotPart = readonly [item: number, part: number];

/** What each slot holds at a step. */
export interface Tops {
  /** (slot,): the item that it holds most of, -1 where it is empty. */
  item: Int32Array;
  /** (slot,): the part of this item. */
  part: Float32Array;
  /** (slot,): the weight of all items together. */
  total: Float32Array;
}

/**
 * Return how much of each item was written to each slot and is still there: (step, slot, item).
 *
 * A memory is written by M = (1 - erased) M_before + write_weights key (Santoro 2016, eq. 8): linear in the keys, so that
 * the weight with which an item's key stands in a slot follows the same recursion.
 */
export function slotItemWeights(
  writes: Float32,
  erased: Float32 | undefined,
  taken: readonly number[],
  nItems: number,
): Float32Array {
  const [steps, nSlots] = writes.shape;
  const size = nSlots * nItems;
  const all = new Float32Array(steps * size);
  for (let t = 1; t < steps; t++) {
    const now = all.subarray(t * size, (t + 1) * size);
    now.set(all.subarray((t - 1) * size, t * size));
    for (let s = 0; s < nSlots; s++) {
      const left = erased ? 1 - erased.data[t * nSlots + s] : 1;
      if (left !== 1) for (let i = 0; i < nItems; i++) now[s * nItems + i] *= left;
      if (taken[t] >= 0) now[s * nItems + taken[t]] += writes.data[t * nSlots + s];
    }
  }
  return all;
}

/** The slots of a memory, by what stands in them after each step. */
export class Slots {
  readonly count: number;
  readonly #config: Config;
  readonly #usage: Float32 | undefined;
  readonly #nItems: number;
  readonly #weights: Float32Array;
  readonly #least: number;
  readonly #tops: Tops[] = [];

  constructor(config: Config, arrays: Arrays, writes: Float32) {
    this.count = writes.shape[1];
    this.#config = config;
    this.#usage = arrays.usage;
    this.#nItems = arrays.support_y.shape[0];
    this.#weights = slotItemWeights(writes, arrays.erased, config.taken, this.#nItems);
    const largest = writes.data.reduce((a, b) => Math.max(a, b), 0);
    this.#least = TRACE_OF * Math.max(1e-12, largest);
  }

  /** Return the weight of each item in a slot. */
  weights(t: number, s: number): Float32Array {
    const from = (t * this.count + s) * this.#nItems;
    return this.#weights.subarray(from, from + this.#nItems);
  }

  /** Return what all slots hold most of; worked out once for each step. */
  tops(t: number): Tops {
    this.#tops[t] ??= this.#topsAt(t);
    return this.#tops[t];
  }

  /** Return the items in a slot with their parts, most first; none for an empty slot. */
  contents(t: number, s: number, most = 4): SlotPart[] {
    const weights = this.weights(t, s);
    const total = sumOf(weights);
    if (total < this.#least) return [];
    return Array.from(weights.keys())
      .filter((i) => weights[i] > 0)
      .sort((a, b) => weights[b] - weights[a] || a - b)
      .slice(0, most)
      .map((i) => [i, weights[i] / total]);
  }

  /** Return the slots that hold something after one step at least, and those that nothing was ever written to. */
  byWrites(): { written: number[]; never: number[] } {
    const last = this.#weights.length / (this.count * this.#nItems);
    const steps = Array.from({ length: last }, (_, t) => t);
    const all = Array.from({ length: this.count }, (_, s) => s);
    const isWritten = (s: number) => steps.some((t) => this.tops(t).item[s] >= 0);
    const written = all.filter(isWritten);
    return { written, never: all.filter((s) => !written.includes(s)) };
  }

  /** Return the slots that asking a query empties, and writes the query itself to: the least used ones. */
  emptiedNext(t: number): number[] {
    if (!this.#config.n_erased || !this.#usage) return [];
    const now = at(this.#usage, t).data;
    const byUsage = Array.from(now.keys()).sort((a, b) => now[a] - now[b] || a - b);
    return byUsage.slice(0, this.#config.n_erased);
  }

  #topsAt(t: number): Tops {
    const n = this.count;
    const item = new Int32Array(n).fill(-1);
    const [part, total] = [new Float32Array(n), new Float32Array(n)];
    for (let s = 0; s < n; s++) {
      const weights = this.weights(t, s);
      const sum = sumOf(weights);
      total[s] = sum;
      if (sum < this.#least) continue;
      const best = argmax(weights);
      item[s] = best;
      part[s] = weights[best] / sum;
    }
    return { item, part, total };
  }
}
