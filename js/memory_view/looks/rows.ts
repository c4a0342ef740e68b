// Who looks at what, as a matrix: support items as columns in the order read; as rows the heads (for the item in focus), or
// all queries, or the support items themselves.
import { percentText } from "../../shared/numbers.ts";
import type { Cell } from "../matrix/layout.ts";
import { largestSize } from "../record/extremes.ts";
import { headText } from "../record/heads.ts";
import { type Item, lookerText, supportText } from "../record/items.ts";
import type { Recorded } from "../record/recorded.ts";
import type { State } from "../state.ts";

export type RowKind = "heads" | "queries" | "items";

type Moment = Pick<State, "focus" | "asked" | "step" | "head" | "heads">;

/** The numbers of the matrix, row by row over the items of the episode. */
export interface RowValues {
  /** What they depend on. */
  key: string;
  /** (row, item); null where nothing is recorded yet. */
  data: Float32Array | null;
}

export class LooksRows {
  /** What rows may stand for. */
  readonly options: readonly (readonly [RowKind, string])[];
  /** Support items by column. */
  readonly columns: readonly number[];
  /** The largest share of all steps; of readings, which have to be worked out, of a few of them. */
  readonly reach: number;
  readonly #recorded: Recorded;
  #last: RowValues = { key: "", data: null };

  constructor(recorded: Recorded) {
    const { config, shares, support } = recorded;
    this.#recorded = recorded;
    this.columns = support.map((item) => item.i);
    this.reach = Math.max(1e-9, reachOf(recorded));
    const options: (readonly [RowKind, string])[] = [
      ["heads", "Heads"],
      ["queries", "Queries"],
      ["items", "Support items"],
    ];
    const there = { heads: config.head_names.length > 1, queries: true, items: shares.among };
    this.options = options.filter(([kind]) => there[kind]);
  }

  /** Return what rows stand for, by what was saved. */
  kind(saved: string): RowKind {
    return this.options.find(([each]) => each === saved)?.[0] ?? this.options[0][0];
  }

  count(kind: RowKind): number {
    const { config, queries, support } = this.#recorded;
    return { heads: config.head_names.length, queries: queries.length, items: support.length }[
      kind
    ];
  }

  /** Return the item of a row, which is no head. */
  item(kind: RowKind, r: number): Item {
    const { queries, support } = this.#recorded;
    return (kind === "queries" ? queries : support)[r];
  }

  /** Return whose heads are shown: without a record of attention among support items those of the query asked about. */
  subject({ focus, asked }: Pick<Moment, "focus" | "asked">): Item {
    return focus.side === "query" || this.#recorded.shares.among ? focus : (asked ?? focus);
  }

  values(kind: RowKind, now: Moment): RowValues {
    const { step, heads } = now;
    const key = `${kind} ${step} ${kind === "heads" ? this.subject(now).id : heads}`;
    if (this.#last.key !== key) this.#last = { key, data: this.#data(kind, now) };
    return this.#last;
  }

  /** Say what a cell holds, or what all of them do. */
  text(kind: RowKind, cell: Cell | null, now: Moment): string {
    const { config, shares } = this.#recorded;
    const attends = shares.kind === "attention";
    const heads = headText(config, now.head);
    const label = heads && ` (${heads})`;
    if (!cell || cell[1] < 0) return this.#allText(kind, label, now);
    const [r, c] = cell;
    const item = this.columns[c];
    const ofHead = () => `${config.head_names[r]}, ${this.#who(this.subject(now))}`;
    const who = kind === "heads" ? ofHead() : `${this.#who(this.item(kind, r))}${label}`;
    const what = supportText(this.#recorded, item);
    if (!shares.isRead(item, now.step)) return `${who}: ${what} is not read yet.`;
    const share = this.values(kind, now).data?.[r * this.columns.length + item] ?? 0;
    return `${who}: ${percentText(share)} of its ${attends ? "attention to" : "reading falls on"} ${what}.`;
  }

  #allText(kind: RowKind, label: string, now: Moment): string {
    const what = this.#recorded.shares.kind === "attention" ? "Attention" : "Reading";
    if (kind !== "heads") {
      const whose = kind === "queries" ? "every query" : "every support item, when it was read";
      return `${what} of ${whose}${label}. A click selects the item of the row.`;
    }
    const subject = this.subject(now);
    if (!this.values(kind, now).data) return `Item ${subject.i} is not read yet.`;
    return `${what} of ${this.#who(subject)}, head by head. A click chooses a head.`;
  }

  #who(item: Item): string {
    return lookerText(this.#recorded, item);
  }

  #data(kind: RowKind, now: Moment): Float32Array | null {
    const { shares } = this.#recorded;
    const { step, heads } = now;
    if (kind === "heads") return shares.byHead(step, this.subject(now));
    const n = this.columns.length;
    const data = new Float32Array(this.count(kind) * n);
    for (let r = 0; r < this.count(kind); r++) {
      const { side, i } = this.item(kind, r);
      const own =
        side === "query" ? shares.ofQuery(step, i, heads).items : shares.whenRead(step, i, heads);
      if (own) data.set(own, r * n);
    }
    return data;
  }
}

function reachOf({ config, arrays, shares }: Recorded): number {
  const { attention } = arrays;
  if (attention) return (config.scales.attention ?? 1) * largestSize(attention.data);
  const few = [0.1, 0.3, 0.5, 0.75, 1].map((part) => Math.round(part * (config.steps - 1)));
  return Math.max(...few.map((step) => largestSize(shares.ofAll(step, []))));
}
