// What an item looked at most and what looked at it most, as lists.
import { percentText } from "../../shared/numbers.ts";
import type { Entry, RankedList } from "../ranks.ts";
import { sumOf } from "../record/extremes.ts";
import { headText } from "../record/heads.ts";
import { supportText } from "../record/items.ts";
import type { Recorded } from "../record/recorded.ts";
import type { State } from "../state.ts";

/** How many items a list has at most. */
export const LONGEST = 6;

type Moment = Pick<State, "focus" | "step" | "head" | "heads">;

/** Return the lists for the item in focus: one for a query, and for a support item up to two. */
export function looksLists(recorded: Recorded, now: Moment): RankedList[] {
  if (recorded.shares.kind === "none") return [];
  if (now.focus.side === "query") return [fromQuery(recorded, now)];
  const own = whenRead(recorded, now);
  return own ? [atItem(recorded, now), own] : [atItem(recorded, now)];
}

/** The items with the largest shares; traces of shares are left out. */
function ranked(entries: Entry[]): Entry[] {
  return entries
    .filter(([, share]) => share >= 0.001)
    .sort(([, a], [, b]) => b - a)
    .slice(0, LONGEST);
}

/** " (mean of 4 heads)", "" where there are no heads to choose from. */
function headNote({ config }: Recorded, { head }: Moment): string {
  const text = headText(config, head);
  return text && ` (${text})`;
}

function fromQuery(recorded: Recorded, now: Moment): RankedList {
  const { shares, support } = recorded;
  const attends = shares.kind === "attention";
  const { items, itself, empty } = shares.ofQuery(now.step, now.focus.i, now.heads);
  const entries = ranked(support.map((item) => [item, items[item.i]]));
  const others = sumOf(items) - sumOf(entries.map(([, share]) => share));
  const rest = [
    itself >= 0.005 && `itself ${percentText(itself)}`,
    empty >= 0.005 && `empty slots ${percentText(empty)}`,
    others >= 0.005 && `other items ${percentText(others)}`,
  ].filter(Boolean);
  const onItems = attends ? `Attends to${headNote(recorded, now)}` : "Reads from memory";
  const onNone = `${attends ? "Attends to" : "Reads"} no item yet`;
  return {
    title: entries.length ? onItems : onNone,
    entries,
    rest: rest.length ? `${entries.length ? "Rest" : "All"}: ${rest.join(", ")}.` : "",
  };
}

/** Which queries look at a support item. */
function atItem(recorded: Recorded, now: Moment): RankedList {
  const { shares, queries } = recorded;
  const attends = shares.kind === "attention";
  const on = shares.onItem(now.step, now.focus.i, now.heads);
  const entries = ranked(queries.map((item) => [item, on[item.i]]));
  const mean = on.length ? sumOf(on) / on.length : 0;
  const byQueries = attends ? `Attended to by${headNote(recorded, now)}` : "Read by";
  const byNone = `${attends ? "Attended to" : "Read"} by no query`;
  return {
    title: entries.length ? byQueries : byNone,
    entries,
    rest: entries.length ? `On average over queries: ${percentText(mean)}.` : "",
  };
}

/** What a support item attended to when it was read; null where that is not recorded or not yet. */
function whenRead(recorded: Recorded, now: Moment): RankedList | null {
  const { shares, support } = recorded;
  const { focus, step, heads } = now;
  const own = shares.whenRead(step, focus.i, heads);
  if (!own) return null;
  const isLater = (i: number) =>
    shares.isRead(i, step) && shares.readAt[i] > shares.readAt[focus.i];
  const [first] = support
    .filter(({ i }) => isLater(i))
    .map(({ i }) => [i, shares.whenRead(step, i, heads)?.[focus.i] ?? 0])
    .sort(([, a], [, b]) => b - a);
  const most = first && `${supportText(recorded, first[0])}: ${percentText(first[1])}`;
  return {
    title: `When it was read, it attended to${headNote(recorded, now)}`,
    entries: ranked(support.map((item) => [item, own[item.i]])),
    rest: first ? `Later items attended to it, most of them ${most}.` : "",
  };
}
