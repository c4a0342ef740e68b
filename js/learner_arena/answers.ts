// Who answered what, in words.
import { at } from "../shared/arrays.ts";
import { numberText } from "../shared/numbers.ts";
import type { EpisodeArrays, OpenedEpisode } from "./model.ts";

/** An episode whose items are at hand. */
export interface Opened {
  arrays: EpisodeArrays;
  plain: OpenedEpisode;
}

/** Whether learner i was right about a query of an episode with classes. */
export function isRight({ arrays }: Opened, i: number, query: number): boolean {
  return at(arrays.answers, i).data[query] === arrays.query_y.data[query];
}

/** How many queries of an episode with classes learner i was wrong about. */
export function wrongCount(opened: Opened, i: number): number {
  const queries = Array.from(opened.arrays.query_y.data.keys());
  return queries.filter((query) => !isRight(opened, i, query)).length;
}

/** "Query 3, aleph: ProtoNet ● right · MAML ✕ beth", or by how much each was off. */
export function answersText(opened: Opened, names: string[], query: number): string {
  const { arrays, plain } = opened;
  const truth = arrays.query_y;
  const target = () => numberText(at(truth, query).data[0]);
  const isClass = plain.class_names.length > 0;
  const what = isClass ? plain.class_names[truth.data[query]] : `target ${target()}`;
  const said = names.map((name, i) => {
    const answers = at(arrays.answers, i);
    if (!isClass)
      return `${name} off by ${numberText(at(answers, query).data[0] - at(truth, query).data[0])}`;
    const wrong = `\u2715 ${plain.class_names[answers.data[query]]}`;
    return `${name} ${isRight(opened, i, query) ? "\u25cf right" : wrong}`;
  });
  return `Query ${query + 1}, ${what}: ${said.join(" \u00b7 ")}`;
}

/** The mean squared error of learner i over the queries of a regression. */
export function squaredError({ arrays }: Opened, i: number): number {
  const [answers, truth] = [at(arrays.answers, i).data, arrays.query_y.data];
  return (
    Array.from(truth, (y, j) => (answers[j] - y) ** 2).reduce((a, b) => a + b, 0) / truth.length
  );
}
