// Where the attention or the reading of a query falls, as widgets/memory_view/attribution.py has it.
import { at } from "../../shared/arrays.ts";
import type { Arrays, Config } from "../model.ts";
import type { Item } from "./items.ts";
import type { Slots } from "./slots.ts";

/** What is divided among items: attention, a memory's reading, or neither. */
export type Kind = "attention" | "reading" | "none";

/** Where one query looks. */
export interface QueryShares {
  /** (item,). */
  items: Float32Array;
  /** What falls on the query itself. */
  itself: number;
  /** What falls on slots that hold nothing. */
  empty: number;
}

/** Where all queries look at a step. */
interface AllShares {
  /** (query, item). */
  items: Float32Array;
  /** (query,). */
  itself: Float32Array;
  /** (query,). */
  empty: Float32Array;
}

/** Return the step that read each support item, -1 for one that was never read. */
export function readSteps(taken: readonly number[], nItems: number): number[] {
  const steps: number[] = new Array(nItems).fill(-1);
  for (const [t, item] of taken.entries()) if (item >= 0) steps[item] = t;
  return steps;
}

/** Where queries and support items look, by step; `heads` are the numbers of the heads to average. */
export class Shares {
  readonly kind: Kind;
  /** The step that read each support item, -1 for one that was never read. */
  readonly readAt: readonly number[];
  /** Whether it was recorded what support items attended to when they were read. */
  readonly among: boolean;
  readonly #config: Config;
  readonly #arrays: Arrays;
  readonly #slots: Slots | null;
  readonly #n: number;
  readonly #nQueries: number;
  #last: { key: string; all: AllShares } | null = null;

  constructor(config: Config, arrays: Arrays, slots: Slots | null) {
    this.#config = config;
    this.#arrays = arrays;
    this.#slots = slots;
    this.#n = arrays.support_y.shape[0];
    this.#nQueries = arrays.query_y.shape[0];
    const reading = arrays.read_weights && slots ? "reading" : "none";
    this.kind = arrays.attention ? "attention" : reading;
    this.among = Boolean(arrays.context_attention);
    this.readAt = readSteps(config.taken, this.#n);
  }

  /** Whether a support item is read by a step. */
  isRead(i: number, t: number): boolean {
    return this.readAt[i] >= 0 && this.readAt[i] <= t;
  }

  ofQuery(t: number, q: number, heads: readonly number[]): QueryShares {
    const { items, itself, empty } = this.#all(t, heads);
    const n = this.#n;
    return { items: items.subarray(q * n, (q + 1) * n), itself: itself[q], empty: empty[q] };
  }

  /** Return the shares of all queries: (query, item). */
  ofAll(t: number, heads: readonly number[]): Float32Array {
    return this.#all(t, heads).items;
  }

  /** Return how much each query looks at a support item: (query,). */
  onItem(t: number, i: number, heads: readonly number[]): Float32Array {
    const { items } = this.#all(t, heads);
    return Float32Array.from({ length: this.#nQueries }, (_, q) => items[q * this.#n + i]);
  }

  /** Return what support item i attended to when it was read, null where that is not recorded or not yet. */
  whenRead(t: number, i: number, heads: readonly number[]): Float32Array | null {
    const among = this.#arrays.context_attention;
    if (!among || !this.isRead(i, t)) return null;
    const now = at(among, this.readAt[i]).data;
    const factor = (this.#config.scales.context_attention ?? 1) / heads.length;
    const n = this.#n;
    const out = new Float32Array(n);
    for (const h of heads) for (let j = 0; j < n; j++) out[j] += factor * now[h * n + j];
    return out;
  }

  /**
   * Return item i's share of each item: what it attended to, for those up to it, and for those read after it how much
   * they attended to it. Null where that is not recorded or not yet.
   */
  amongItems(t: number, i: number, heads: readonly number[]): Float32Array | null {
    const { readAt } = this;
    const later = (j: number) => this.whenRead(t, j, heads)?.[i] ?? 0;
    const own = this.whenRead(t, i, heads);
    return own?.map((share, j) => (readAt[j] > readAt[i] ? later(j) : share)) ?? null;
  }

  /** Return what each head says of a query, or of a support item when it was read: (head, item), null if not yet. */
  byHead(t: number, { side, i }: Item): Float32Array | null {
    const { attention, context_attention: among } = this.#arrays;
    const { scales } = this.#config;
    if (!attention) return null;
    const [n, nHeads] = [this.#n, attention.shape[1]];
    const out = new Float32Array(nHeads * n);
    if (side === "query") {
      const now = at(attention, t).data;
      return out.map((_, place) => {
        const row = Math.floor(place / n) * this.#nQueries + i;
        return (scales.attention ?? 1) * now[row * n + (place % n)];
      });
    }
    if (!among || !this.isRead(i, t)) return null;
    const now = at(among, this.readAt[i]).data;
    return out.map((_, place) => (scales.context_attention ?? 1) * now[place]);
  }

  #all(t: number, heads: readonly number[]): AllShares {
    const key = `${t} ${heads}`;
    if (this.#last?.key === key) return this.#last.all;
    const [n, nQueries] = [this.#n, this.#nQueries];
    const all = {
      items: new Float32Array(nQueries * n),
      itself: new Float32Array(nQueries),
      empty: new Float32Array(nQueries),
    };
    if (this.kind === "attention") this.#addAttention(all, t, heads);
    if (this.kind === "reading") this.#addReading(all, t);
    this.#last = { key, all };
    return all;
  }

  /** Average the heads. What they leave over falls on the query itself. */
  #addAttention({ items, itself }: AllShares, t: number, heads: readonly number[]): void {
    const now = at(this.#arrays.attention!, t).data;
    const factor = (this.#config.scales.attention ?? 1) / heads.length;
    const n = this.#n;
    for (const h of heads) {
      const from = h * items.length;
      for (let i = 0; i < items.length; i++) items[i] += factor * now[from + i];
    }
    for (let q = 0; q < itself.length; q++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += items[q * n + i];
      itself[q] = sum ? Math.max(0, 1 - sum) : 0;
    }
  }

  /**
   * Divide the reading of a slot among the items in it as they are held. To be asked, a query is first written itself:
   * what it reads from the slots that are emptied for it is itself.
   */
  #addReading({ items, itself, empty }: AllShares, t: number): void {
    const slots = this.#slots!;
    const now = at(this.#arrays.read_weights!, t).data;
    const scale = this.#config.scales.read_weights ?? 1;
    const own = new Set(slots.emptiedNext(t));
    const { item, total } = slots.tops(t);
    const n = this.#n;
    for (let s = 0; s < slots.count; s++) {
      const held = slots.weights(t, s);
      for (let q = 0; q < itself.length; q++) {
        const weight = scale * now[q * slots.count + s];
        if (!weight) continue;
        if (own.has(s)) itself[q] += weight;
        else if (item[s] < 0) empty[q] += weight;
        else for (let i = 0; i < n; i++) items[q * n + i] += (weight * held[i]) / total[s];
      }
    }
  }
}
