// What became of a slot over the steps.
import { at } from "../../shared/arrays.ts";
import { numberText, percentText } from "../../shared/numbers.ts";
import type { Recorded } from "../record/recorded.ts";
import type { Slots } from "../record/slots.ts";
import type { State } from "../state.ts";

/** Steps over which a slot held mostly the same item. */
export interface Run {
  /** -1: it was empty. */
  item: number;
  first: number;
  last: number;
}

/** Return what a slot held most of after each step from 1 to `until`. */
export function runsOf(slots: Pick<Slots, "tops">, slot: number, until: number): Run[] {
  const runs: Run[] = [];
  for (let t = 1; t <= until; t++) {
    const item = slots.tops(t).item[slot];
    const before = runs.at(-1);
    if (before?.item === item) before.last = t;
    else runs.push({ item, first: t, last: t });
  }
  return runs;
}

/** Return when a run was, seen from a step: "since step 2", "after step 1", "steps 1 to 3". */
export function runText({ first, last }: Run, now: number): string {
  if (last === now) return `since step ${first}`;
  return first === last ? `after step ${first}` : `steps ${first} to ${last}`;
}

/** What is told of a slot: [name, text]. */
export type Fact = [name: string, text: string];

/** Return the facts on a slot after a step, as far as they were recorded. */
export function factsOf(
  recorded: Recorded,
  slot: number,
  now: Pick<State, "step" | "asked">,
): Fact[] {
  const { step, asked } = now;
  const facts = [
    heldFact(recorded, slot, step),
    writtenFact(recorded, slot, step),
    overwrittenFact(recorded, slot, step),
    usageFact(recorded, slot, step),
    asked && readFact(recorded, slot, step, asked.i),
  ];
  return facts.filter((fact) => fact !== null);
}

function heldFact({ slots }: Recorded, slot: number, step: number): Fact | null {
  const runs = slots ? runsOf(slots, slot, step).filter(({ item }) => item >= 0) : [];
  const texts = runs.slice(-4).map((run) => `item ${run.item}, ${runText(run, step)}`);
  return texts.length ? ["Held most", texts.join("; ")] : null;
}

function writtenFact({ arrays, slots }: Recorded, slot: number, step: number): Fact | null {
  const written = (t: number) => arrays.write_weights?.data[t * (slots?.count ?? 0) + slot] ?? 0;
  let most = 0;
  for (let t = 1; t <= step; t++) if (written(t) > written(most)) most = t;
  const text = `by step ${most}, ${percentText(written(most))} of its write`;
  return most ? ["Written most", text] : null;
}

function overwrittenFact({ arrays, slots }: Recorded, slot: number, step: number): Fact | null {
  const { erased } = arrays;
  if (!erased || !slots || !step) return null;
  const lost: string[] = [];
  for (let t = 1; t <= step; t++) {
    const item = slots.tops(t - 1).item[slot];
    const isErased = erased.data[t * slots.count + slot] > 0.5;
    if (isErased && item >= 0) lost.push(`item ${item} at step ${t}`);
  }
  return ["Overwritten", lost.length ? lost.slice(-3).join(", ") : "never"];
}

function usageFact({ arrays, slots }: Recorded, slot: number, step: number): Fact | null {
  if (!arrays.usage || !slots) return null;
  const now = at(arrays.usage, step).data;
  const own = now[slot];
  const less = now.filter((usage, s) => usage < own || (usage === own && s < slot)).length;
  const isNext = slots.emptiedNext(step).includes(slot);
  const rank = isNext ? ", emptied next" : `; ${less} of ${slots.count} slots are less used`;
  return ["Usage", numberText(own) + rank];
}

function readFact(
  { arrays, config }: Recorded,
  slot: number,
  step: number,
  q: number,
): Fact | null {
  if (!arrays.read_weights) return null;
  const read = (config.scales.read_weights ?? 1) * at(at(arrays.read_weights, step), q).data[slot];
  return [`Query ${q}`, `reads ${percentText(read)} here`];
}
