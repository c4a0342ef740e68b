import { numberText } from "../shared/numbers.ts";
import type { Round } from "./round.ts";

/** Who answered what of a query; only where it may be told. */
export function answersText(round: Round, q: number): string {
  const { truth, answers } = round.secret();
  const names = round.episode.class_names;
  const say = (said: number | null) => {
    if (!names.length) {
      const value = said ?? 0;
      return `${numberText(value)}, off by ${numberText(value - truth[q])}`;
    }
    const what = said === null ? "no answer" : names[said];
    return `${what} ${said === truth[q] ? "\u25cf right" : "\u2715 wrong"}`;
  };
  const is = names.length ? names[truth[q]] : numberText(truth[q]);
  const learners = round.config.names.map((name, i) => `${name}: ${say(answers[i][q])}`);
  return `Query ${q + 1} is ${is}. You: ${say(round.answers[round.place][q])}. ${learners.join(". ")}.`;
}

/** What to try first. */
export function tryText(round: Round): string {
  if (round.kind() === "curve") {
    return "Guess the curve: click its value at the dashed line, then see how the learners did.";
  }
  const what =
    round.kind() === "points" ? "the ringed point belongs to" : "the large picture shows";
  return `Say which class ${what}: click that class, or press its number.`;
}
