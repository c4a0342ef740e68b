// What is painted, by what is selected and what was asked about last.
import { at } from "../shared/arrays.ts";
import type { Theme } from "../shared/theme.ts";
import type { Traits } from "./model.ts";
import { argmax } from "./record/extremes.ts";
import { headsOf } from "./record/heads.ts";
import type { Recorded } from "./record/recorded.ts";
import type { State } from "./state.ts";

export interface Moment extends Pick<Traits, "step" | "query" | "slot" | "head"> {
  /** The id of the selected item, "" for none. */
  id: string;
  pinned: boolean;
  theme: Theme;
}

/** Return the state: in focus is the selected item, or else the query asked about last, or else the one answered worst. */
export function stateOf(recorded: Recorded, moment: Moment): State {
  const { id, pinned, query, step, head, theme } = moment;
  const { config, byId, queries, support } = recorded;
  const known = byId.get(id);
  const last =
    queries.find((item) => item.i === query) ??
    queries.find((item) => item.i === config.hardest) ??
    queries.at(0);
  const focus = known ?? last ?? support[0];
  const selected = pinned ? "pinned" : "pointed";
  const unselected = last?.i === query ? "asked" : "hardest";
  return {
    step,
    focus,
    mode: known ? selected : unselected,
    asked: focus.side === "query" ? focus : (last ?? null),
    head,
    heads: headsOf(config, head),
    slot: slotAt(recorded, moment),
    theme,
  };
}

/** Return the slot chosen, or the one that the step wrote most to; -1 for none. */
function slotAt({ arrays, slots }: Recorded, { slot, step }: Moment): number {
  if (!slots || !arrays.write_weights) return -1;
  if (slot >= 0 && slot < slots.count) return slot;
  return step ? argmax(at(arrays.write_weights, step).data) : -1;
}
