// What the matrix of slots shows: what was written to each slot, how used it is, or what a query reads there.
import { numberText, percentText } from "../../shared/numbers.ts";
import type { Cell } from "../matrix/layout.ts";
import { largestSize } from "../record/extremes.ts";
import { supportText } from "../record/items.ts";
import type { Recorded } from "../record/recorded.ts";
import type { State } from "../state.ts";
import { holdsText } from "./contents_text.ts";

export type Shown = "writes" | "reads" | "usage";
type Moment = Pick<State, "step" | "asked">;

export class SlotValues {
  readonly options: readonly (readonly [Shown, string])[];
  /** The largest number of each kind. */
  readonly reach: Record<Shown, number>;
  readonly #recorded: Recorded;

  constructor(recorded: Recorded) {
    const { write_weights: writes, read_weights: reads, usage, query_y } = recorded.arrays;
    const options: (readonly [Shown, string])[] = [
      ["writes", "Writes"],
      ["reads", "Reads"],
      ["usage", "Usage"],
    ];
    const there = { writes: true, reads: reads && query_y.shape[0] > 0, usage };
    this.#recorded = recorded;
    this.options = options.filter(([shown]) => there[shown]);
    this.reach = {
      writes: reachOf(writes),
      reads: reachOf(reads, recorded.config.scales.read_weights),
      usage: reachOf(usage),
    };
  }

  /** Return what is shown, by what was saved. */
  shown(saved: string): Shown {
    return this.options.find(([each]) => each === saved)?.[0] ?? "writes";
  }

  at(shown: Shown, t: number, s: number, asked: State["asked"]): number {
    const { arrays, config, slots } = this.#recorded;
    const n = slots?.count ?? 0;
    if (shown === "reads") {
      const row = t * arrays.query_y.shape[0] + (asked?.i ?? 0);
      return (config.scales.read_weights ?? 1) * (arrays.read_weights?.data[row * n + s] ?? 0);
    }
    const array = shown === "usage" ? arrays.usage : arrays.write_weights;
    return array?.data[t * n + s] ?? 0;
  }

  /** Say what a cell holds, or what all of them do. */
  text(shown: Shown, cell: Cell | null, now: Moment): string {
    if (!cell) {
      if (shown === "reads") return `Reads of query ${now.asked?.i}. A click chooses a slot.`;
      return "A click chooses a slot and selects the item that it holds.";
    }
    const [s, t] = cell;
    const holds = holdsText(this.#recorded, now.step, s);
    if (t < 0) return `Slot ${s}: ${holds}.`;
    return `Slot ${s}: ${this.#cellText(shown, t, s, now)}. At this step: ${holds}.`;
  }

  #cellText(shown: Shown, t: number, s: number, { asked }: Moment): string {
    const value = this.at(shown, t, s, asked);
    if (shown === "usage") return `usage ${numberText(value)} after step ${t}`;
    if (shown === "reads") {
      return `after step ${t} query ${asked?.i} reads ${percentText(value)} here`;
    }
    if (!t) return "nothing is written yet";
    const taken = this.#recorded.config.taken[t];
    const who = taken >= 0 ? ` (${supportText(this.#recorded, taken)})` : "";
    return `step ${t}${who} wrote ${percentText(value)} of its write here`;
  }
}

function reachOf(array: { data: ArrayLike<number> } | undefined, scale = 1): number {
  return array ? Math.max(1e-9, scale * largestSize(array.data)) : 1;
}
