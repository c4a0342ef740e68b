// The learner that answers the queries while items are moved, where Python sent embeddings of the items.
import { arraysOf, at } from "../../shared/arrays.ts";
import { METRIC_WORDS, type Metric } from "../../shared/distances.ts";
import { h } from "../../shared/elements.ts";
import type { Model } from "../../shared/model.ts";
import { numberText } from "../../shared/numbers.ts";
import type { Arrays, Traits } from "../model.ts";
import type { Store } from "../store.ts";
import { type Answers, answersOf, type Embeddings } from "./answers.ts";

export interface NearestLearner {
  name: string;
  /** What it answers to the document in force; null where it knows none of its items. */
  answers(): Answers | null;
  /** What it says of a query, "" where it says nothing. */
  words(key: string): string;
}

/** The learner of a builder, "" being its name where it has none. */
export function nearestLearnerOf(model: Model<Traits>, store: Store): NearestLearner {
  const learner = () => model.get("config").learner;
  let sent: { buffer: unknown; embeddings: Embeddings } | null = null;
  let kept: { document: unknown; buffer: unknown; answers: Answers | null } | null = null;
  const embeddings = () => {
    const buffer = model.get("buffer");
    if (sent?.buffer !== buffer) sent = { buffer, embeddings: embeddingsOf(model) };
    return sent.embeddings;
  };
  const answers = () => {
    const [document, buffer, own] = [store.document(), model.get("buffer"), learner()];
    if (kept?.document === document && kept.buffer === buffer) return kept.answers;
    const known = embeddings();
    const fits = Object.values(document.items).some(({ row }) => known.has(row ?? -1));
    const found =
      own && fits ? answersOf(document, store.rows(), known, own.metric as Metric) : null;
    kept = { document, buffer, answers: found };
    return found;
  };
  const words = (key: string) => {
    const answer = answers()?.of.get(key);
    const own = learner();
    if (!answer || !own) return "";
    const { classes, items } = store.document();
    const place = classes.findIndex((c) => c.key === answer.cls);
    if (place < 0) return `${own.name}: no class has support, so it says nothing.`;
    const metric = METRIC_WORDS[own.metric as Metric];
    const said = `${own.name} says ${classes[place].name} (${answer.right ? "right" : "wrong"}), at ${metric} ${numberText(answer.distances[place])}`;
    const true_ = classes.findIndex((c) => c.key === items[key].class);
    const far = answer.distances[true_];
    const own_ = Number.isNaN(far) ? "no support" : numberText(far);
    return answer.right ? `${said}.` : `${said}; ${classes[true_].name}: ${own_}.`;
  };
  return {
    get name() {
      return learner()?.name ?? "";
    },
    answers,
    words,
  };
}

function embeddingsOf(model: Model<Traits>): Embeddings {
  const arrays = arraysOf<Arrays>(model);
  const { groups = [], rows = [] } = model.get("config");
  const found = new Map<number, ArrayLike<number>>();
  let next = 0;
  for (const [g, [, , count]] of groups.entries()) {
    const z = arrays[`z${g}`];
    for (let i = 0; i < count; i++) {
      const { number } = rows[next++];
      const own = z && at(z, i).data;
      if (own && !Number.isNaN(own[0])) found.set(number, own);
    }
  }
  return found;
}

/** The line that says how many queries it answers right, and once what it cannot see. */
export function scoreLineOf(learner: NearestLearner) {
  const node = h("p", { class: "eb-score", hidden: true });
  const show = () => {
    const found = learner.answers();
    node.hidden = !found;
    if (!found) return;
    const n = found.of.size;
    const part = n ? ` (${((100 * found.right) / n).toFixed(1)}\u00a0%)` : "";
    const score = n ? `${found.right} of ${n} queries right${part}` : "no query to answer";
    const left = found.missing.length;
    const one = left === 1 ? "item has" : "items have";
    const note = left
      ? ` ${left} ${one} no embedding here and ${left === 1 ? "is" : "are"} left out: ${learner.name} needs Python to see what was drawn, uploaded or placed by hand.`
      : "";
    const how = " It says the class whose mean of support embeddings is nearest.";
    node.replaceChildren(h("b", {}, `${learner.name}: `), `${score}.`, h("span", {}, note || how));
  };
  return { node, show };
}
