// The edits that lead from one episode to another, as few as the methods of Python's `Episode` need.
import type { Side } from "../shared/packed_episode.ts";

/** An item in a set, by its id. */
export interface Entry {
  id: string;
  /** -1 in a curve. */
  label: number;
}

/** An episode by the ids of its items. */
export interface Arrangement {
  names: string[];
  sets: Record<Side, Entry[]>;
}

/** One call; `before` is the id of an item, or the name of a class. */
export type Step =
  | { do: "with_classes"; names: string[]; before?: string }
  | { do: "relabelled"; names: Record<string, string> }
  | { do: "moved"; to: Side; ids: string[]; before?: string }
  /** `name` is the class of all of them; undefined in a curve. */
  | { do: "with_items"; side: Side; ids: string[]; name?: string; before?: string }
  | { do: "without"; ids: string[] }
  | { do: "without_classes"; names: string[] }
  | { do: "renamed"; names: Record<string, string> };

const SIDES = ["support", "query"] as const;

/**
 * Return the steps from `from` to `to`, in an order in which no step is refused.
 * `places` says for each class of `to` which class of `from` it is, -1 for a new one.
 */
export function stepsBetween(from: Arrangement, to: Arrangement, places: number[]): Step[] {
  const inOrder = longestRising(places);
  const kept = places.map((place, k) => (inOrder.has(k) ? place : -1));
  const added = to.names.filter((_, k) => kept[k] < 0);
  // A new class may bear the name of one that goes: that one makes room until then.
  const aside = from.names.flatMap((name) =>
    added.includes(name) ? [[name, unlike(name, [...from.names, ...to.names])]] : [],
  );
  if (!aside.length) return plainSteps(from, to, kept);
  const names = Object.fromEntries(aside);
  const start = { ...from, names: from.names.map((name) => names[name] ?? name) };
  return [{ do: "renamed", names }, ...plainSteps(start, to, kept)];
}

/** The steps where no new class bears the name of an old one. */
function plainSteps(from: Arrangement, to: Arrangement, places: number[]): Step[] {
  const gone = from.names.filter((_, place) => !places.includes(place));
  const nameOf = (k: number) => (places[k] >= 0 ? from.names[places[k]] : to.names[k]);
  const stays = (label: number) => label < 0 || places.includes(label);
  const now = new Set(SIDES.flatMap((side) => to.sets[side].map(({ id }) => id)));
  const removed = SIDES.flatMap((side) => from.sets[side]).filter(
    ({ id, label }) => !now.has(id) && stays(label),
  );
  const renamed = places.flatMap((place, k) =>
    place >= 0 && from.names[place] !== to.names[k] ? [[from.names[place], to.names[k]]] : [],
  );
  const relabelled = relabelledItems(from, to, places, nameOf);
  const all: (Step | null)[] = [
    ...classSteps(places, to, nameOf),
    Object.keys(relabelled).length ? { do: "relabelled", names: relabelled } : null,
    ...SIDES.flatMap((side) => sideSteps(from, to, side, nameOf)),
    removed.length ? { do: "without", ids: removed.map(({ id }) => id) } : null,
    gone.length ? { do: "without_classes", names: gone } : null,
    renamed.length ? { do: "renamed", names: Object.fromEntries(renamed) } : null,
  ];
  return all.filter((step) => step !== null);
}

/** Items that have another class now: their ids and its name. */
function relabelledItems(
  from: Arrangement,
  to: Arrangement,
  places: number[],
  nameOf: (k: number) => string,
): Record<string, string> {
  const old = new Map(SIDES.flatMap((side) => from.sets[side].map((e) => [e.id, e.label])));
  const found = SIDES.flatMap((side) => to.sets[side]).filter(
    ({ id, label }) => old.has(id) && label >= 0 && places[label] !== old.get(id),
  );
  return Object.fromEntries(found.map(({ id, label }) => [id, nameOf(label)]));
}

/** A name that none of `taken` is. */
function unlike(name: string, taken: string[]): string {
  let free = `old ${name}`;
  while (taken.includes(free)) free = `old ${free}`;
  return free;
}

/** The new classes, those that stand together in one step. */
function classSteps(places: number[], to: Arrangement, nameOf: (k: number) => string): Step[] {
  const steps: { do: "with_classes"; names: string[]; before?: string }[] = [];
  for (const [k, place] of places.entries()) {
    if (place >= 0) continue;
    const next = places.findIndex((each, j) => j > k && each >= 0);
    const before = next < 0 ? undefined : nameOf(next);
    const last = steps.at(-1);
    if (last && last.before === before) last.names.push(to.names[k]);
    else steps.push({ do: "with_classes", names: [to.names[k]], before });
  }
  return steps;
}

/** What comes into one set, or stands elsewhere in it: each before the next item that keeps its place. */
function sideSteps(
  from: Arrangement,
  to: Arrangement,
  side: Side,
  nameOf: (k: number) => string,
): Step[] {
  const known = new Set(SIDES.flatMap((each) => from.sets[each].map(({ id }) => id)));
  const order = new Map(from.sets[side].map(({ id }, i) => [id, i]));
  const still = longestRising(to.sets[side].map(({ id }) => order.get(id) ?? -1));
  const steps: (Step & { ids: string[]; before?: string })[] = [];
  for (const [i, { id, label }] of to.sets[side].entries()) {
    if (still.has(i)) continue;
    const before = to.sets[side].find((_, j) => j > i && still.has(j))?.id;
    const name = label < 0 ? undefined : nameOf(label);
    const step: (typeof steps)[number] = known.has(id)
      ? { do: "moved", to: side, ids: [id], before }
      : { do: "with_items", side, ids: [id], name, before };
    const last = steps.at(-1);
    const alike =
      last?.do === step.do &&
      last.before === before &&
      (last.do === "moved" || step.do === "moved" || last.name === step.name);
    if (last && alike) last.ids.push(id);
    else steps.push(step);
  }
  return steps;
}

/** The places of a longest rising part of a list; values below 0 are left out. */
function longestRising(values: number[]): Set<number> {
  const best: { length: number; last: number }[] = [];
  let end = -1;
  for (const [i, value] of values.entries()) {
    best.push({ length: value < 0 ? 0 : 1, last: -1 });
    if (value < 0) continue;
    for (let j = 0; j < i; j++) {
      if (values[j] < 0 || values[j] >= value || best[j].length < best[i].length) continue;
      best[i] = { length: best[j].length + 1, last: j };
    }
    if (end < 0 || best[i].length > best[end].length) end = i;
  }
  const found = new Set<number>();
  for (let i = end; i >= 0; i = best[i].last) found.add(i);
  return found;
}
