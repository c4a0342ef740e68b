// What is known of a cell: distance, probability, decision, runner-up and margin.
import { type Child, h } from "../../shared/elements.ts";
import { numberText, percentText } from "../../shared/numbers.ts";
import type { Reading, Shown } from "../distances/shown.ts";

/** A cell, whose class is -1 where nothing is decided, before and after edits. */
export interface CellReading {
  q: number;
  k: number;
  now: Reading;
  /** Null where there is nothing to compare with. */
  before: Reading | null;
  /** Classes that have a prototype, the nearest first. */
  order: number[];
}

/** The facts as entries of a list. */
export function factsOf(shown: Shown, cell: CellReading): HTMLElement[] {
  const { now, before, q } = cell;
  const { names } = shown;
  const [near, second] = [now.nearest.first[q], now.nearest.second[q]];
  const facts = cell.k < 0 ? [] : cellFacts(shown, cell);
  if (near >= 0) {
    const isRight = near === shown.prototypes.labels[q];
    const sign = isRight ? " \u25cf correct" : " \u2715 wrong";
    const then = before?.nearest.first[q];
    facts.push(
      fact(
        "Predicted",
        names[near],
        h("span", { class: isRight ? "ph-good" : "ph-bad" }, sign),
        was(near, then, (k) => names[k] ?? "none"),
      ),
    );
  } else if (!shown.isAsked(q)) facts.push(fact("Predicted", "in the support now, not asked"));
  if (second >= 0) {
    facts.push(fact("Runner-up", names[second]));
    const margin = now.nearest.margin[q];
    const then = before?.nearest.margin[q];
    facts.push(fact("Margin", marginText(cell), was(margin, then, numberText)));
  }
  return facts;
}

/** Distance and probability of the cell's class. */
function cellFacts(shown: Shown, { q, k, now, before, order }: CellReading): HTMLElement[] {
  const at = q * shown.prototypes.way + k;
  const distance = now.distances.data[at];
  const rank = order.indexOf(k);
  const place = `${rank ? `${ordinal(rank + 1)} ` : ""}nearest of ${order.length}`;
  const text = rank < 0 ? "no support yet" : `${numberText(distance)} \u00b7 ${place}`;
  const facts = [fact("Distance", text, was(distance, before?.distances.data[at], numberText))];
  if (now.probabilities) {
    const probability = now.probabilities.data[at];
    const then = before?.probabilities?.data[at];
    facts.push(fact("Probability", percentText(probability), was(probability, then, percentText)));
  } else if (shown.metric && shown.prototypes.hasProbabilities) {
    facts.push(fact("Probability", "decision only"));
  }
  return facts;
}

function marginText({ q, now: { nearest, distances, probabilities } }: CellReading): string {
  const text = `${numberText(nearest.margin[q])} distance`;
  if (!probabilities) return text;
  const row = q * distances.shape[1];
  const of = (k: number) => probabilities.data[row + k];
  const margin = of(nearest.first[q]) - of(nearest.second[q]);
  return `${text} \u00b7 ${percentText(margin)} probability`;
}

function fact(name: string, ...values: Child[]): HTMLElement {
  return h("div", {}, h("dt", {}, name), h("dd", {}, values));
}

/** Beside what is, what was before the edits, where that was something else. */
function was(now: number, then: number | undefined, text: (value: number) => string): Child {
  if (then === undefined || !Number.isFinite(then) || text(now) === text(then)) return null;
  return h("span", { class: "ph-was" }, `before ${text(then)}`);
}

/** 1st, 2nd, 3rd, 4th, 11th, 21st. */
export function ordinal(n: number): string {
  const teen = n % 100 > 10 && n % 100 < 14;
  return `${n}${(!teen && ["", "st", "nd", "rd"][n % 10]) || "th"}`;
}
