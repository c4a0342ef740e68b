// What is predicted of a query, and what has become of a support item.
import { at } from "../../shared/arrays.ts";
import { numberText, percentText } from "../../shared/numbers.ts";
import { argmax } from "./extremes.ts";
import type { Item } from "./items.ts";
import type { Recorded } from "./recorded.ts";

export interface Verdict {
  tone: "good" | "bad" | "";
  text: string;
}

/** Return the prediction for a query, or whether a support item is read and what its target is. */
export function verdictOf(recorded: Recorded, item: Item, step: number): Verdict {
  if (item.side === "query") return answerOf(recorded, item.i, step);
  const { arrays, config, shares } = recorded;
  const readAt = shares.readAt[item.i];
  const when = readAt <= step ? `read by step ${readAt}` : `not read yet: step ${readAt} reads it`;
  const target = numberText(at(arrays.support_y, item.i).data[0]);
  const isCurve = !config.episode.class_names.length;
  const parts = [readAt >= 0 && when, isCurve && `target ${target}`];
  return { tone: "", text: parts.filter(Boolean).join(", ") };
}

function answerOf({ arrays, config }: Recorded, q: number, step: number): Verdict {
  const { probabilities, outputs } = arrays;
  const names = config.episode.class_names;
  if (probabilities) {
    const p = at(at(probabilities, step), q).data;
    if (p.some(Number.isNaN)) return { tone: "bad", text: "\u2715 no probabilities: not a number" };
    if (p.every((value) => Math.abs(value - p[0]) < 1e-6)) {
      return { tone: "", text: "undecided: every class alike" };
    }
    const guess = argmax(p);
    const said = `${names[guess]}, ${percentText(p[guess])}`;
    if (guess === arrays.query_y.data[q]) return { tone: "good", text: `\u25cf correct: ${said}` };
    return { tone: "bad", text: `\u2715 wrong: ${said}` };
  }
  if (!outputs) return { tone: "", text: "" };
  const said = at(at(outputs, step), q).data[0];
  const target = at(arrays.query_y, q).data[0];
  return { tone: "", text: `predicted ${numberText(said)}, target ${numberText(target)}` };
}
