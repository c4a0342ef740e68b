// The reader's answers, kept in the model. A saved state may be garbled: what is no option counts as not ticked.
import type { Model } from "../shared/model.ts";
import type { Answers, Traits } from "./model.ts";

/** The answer to one question. */
export type Answer = { [Name in keyof Answers]: Answers[Name][number] };

const BLANK: Answer = { chosen: [], checked: [], tries: 0, outcome: "", hinted: false };

export const NAMES = Object.keys(BLANK) as (keyof Answers)[];

/** Read and write the answers to questions with so many options each. */
export function answersOf(model: Model<Traits>, nOptions: number[]) {
  const read = <Name extends keyof Answer>(name: Name, i: number) =>
    ((model.get(name) as Answer[Name][] | undefined)?.[i] ?? BLANK[name]) as Answer[Name];
  const ticked = (name: "chosen" | "checked", i: number) => {
    const isOption = (k: number) => Number.isInteger(k) && k >= 0 && k < nOptions[i];
    return [read(name, i)].flat().filter(isOption);
  };
  const of = (i: number): Answer => ({
    chosen: ticked("chosen", i),
    checked: ticked("checked", i),
    tries: read("tries", i),
    outcome: read("outcome", i),
    hinted: read("hinted", i),
  });
  const write = (i: number, changed: Partial<Answer>) => {
    for (const name of NAMES) {
      if (!(name in changed)) continue;
      const values = nOptions.map((_, j) => (j === i ? changed[name] : read(name, j)));
      model.set(name, values as never);
    }
    model.save_changes();
  };
  return { of, write };
}

/** Whether two lists tick the same options. */
export function sameTicks(a: number[], b: number[]): boolean {
  return a.length === b.length && a.every((k) => b.includes(k));
}

/** What may be told of an answer that was checked: which ticks are wrong, and whether something is missing. */
export function verdictOf(answer: Answer, right: number[]) {
  const { outcome, chosen, checked } = answer;
  const told = outcome === "right" || outcome === "shown";
  const wrong = checked.filter((k) => !right.includes(k));
  const missing = right.some((k) => !checked.includes(k));
  return { told, fresh: checked.length > 0 && !told && sameTicks(chosen, checked), wrong, missing };
}
