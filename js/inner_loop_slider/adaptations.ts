// What Python sent, as the parts use it.
import { at } from "../shared/arrays.ts";
import type { Side } from "../shared/packed_episode.ts";
import type { Adapted } from "./adapting/adapted.ts";
import type { Arrays, Config, TraceConfig } from "./model.ts";

export interface Item {
  id: string;
  side: Side;
  /** Its place in the episode. */
  i: number;
  /** The number of its class; -1 for regression. */
  label: number;
}

export interface Trace extends TraceConfig {
  /** The prefix of its arrays. */
  i: number;
  /** Its number among the choices, which gives it colour and shape whoever else is shown. */
  look: number;
  /** Compute what is drawn at a step, where it comes late. */
  fill(step: number): void;
}

export interface Snapshot {
  config: Config;
  arrays: Arrays;
  /** The classes; empty for regression. */
  names: string[];
  /** All traces that were sent. */
  sent: Trace[];
  /** Those that are shown. */
  traces: Trace[];
  /** By class, and in the order of the episode within one. */
  queries: Item[];
  /** Queries, and then the support. */
  items: Item[];
  images: boolean;
  /** Whether there is more than one learner to show: each then needs a name and a colour. */
  several: boolean;
  /** The trace of the most steps. */
  longest: Trace;
  /** The id of the query that somebody does worst on in the end, one that is got wrong if there is one; "" for none. */
  hardest: string;
  /** Names of those shown that only Python could adapt to the settings that are wanted. */
  left: string[];
  /** Unlike that of any other episode. */
  key: string;
}

/** A snapshot that `read` renews in place; it returns whether the episode is another one. */
export interface Adaptations extends Snapshot {
  read(): boolean;
}

/** What is shown: `adapted` gives it, `shown` the names of the learners. */
export function adaptationsOf(adapted: () => Adapted, shown: () => string[]): Adaptations {
  const snapshot = () => {
    const { config, arrays, fills, left } = adapted();
    return { ...snapshotOf(config, arrays, shown(), fills), left };
  };
  const now: Adaptations = {
    ...snapshot(),
    read() {
      const before = now.key;
      Object.assign(now, snapshot());
      return now.key !== before;
    },
  };
  return now;
}

/** Put in order what was sent; where nothing of it is to be shown, all of it is. */
export function snapshotOf(
  config: Config,
  arrays: Arrays,
  shown: string[],
  fills: Adapted["fills"] = [],
): Snapshot {
  const { episode, choices } = config;
  const names = episode.class_names;
  const side = (name: Side) =>
    episode[`${name}_ids`].map(
      (id, i): Item => ({
        id,
        side: name,
        i,
        label: names.length ? arrays[`${name}_y`].data[i] : -1,
      }),
    );
  const queries = side("query").sort((a, b) => a.label - b.label || a.i - b.i);
  const look = (name: string) =>
    Math.max(
      0,
      choices.findIndex((choice) => choice.name === name),
    );
  const sent = config.traces.map((trace, i) => {
    return { ...trace, i, look: look(trace.name), fill: fills[i] ?? (() => {}) };
  });
  const wanted = sent.filter((trace) => shown.includes(trace.name));
  const traces = wanted.length ? wanted : sent;
  const several = sent.length > 1 || choices.length > 1;
  const { support_ids, query_ids } = config.own_episode ?? episode;
  return {
    config,
    arrays,
    names,
    sent,
    traces,
    queries,
    items: [...queries, ...side("support")],
    images: arrays.query_x.shape.length === 4,
    several,
    longest: traces.reduce((a, b) => (b.steps > a.steps ? b : a)),
    hardest: hardestOf(arrays, traces, queries),
    left: [],
    key: JSON.stringify([config.kind, names, support_ids, query_ids, several]),
  };
}

/**
 * The id of the query that is worst at the traces' ends: with the least probability of its class, one that somebody got
 * wrong if there is one; or with the largest error.
 */
function hardestOf(arrays: Arrays, traces: Trace[], queries: Item[]): string {
  let worst = { id: "", wrong: false, badness: -Infinity };
  for (const query of queries) {
    for (const trace of traces) {
      const { wrong, badness } = answerTo(query, arrays, trace);
      const worse = wrong === worst.wrong ? badness > worst.badness : wrong;
      if (worse) worst = { id: query.id, wrong, badness };
    }
  }
  return worst.id;
}

/** How bad a trace's last answer to a query is, and whether it is a wrong class. */
function answerTo({ label, i: place }: Item, arrays: Arrays, { i, steps }: Trace) {
  const channel = arrays[`${i}.${label < 0 ? "outputs" : "probabilities"}`];
  if (!channel) return { wrong: false, badness: -Infinity };
  const said = at(at(channel, steps - 1), place).data;
  const bad = label < 0 ? Math.abs(said[0] - arrays.query_y.data[place]) : -said[label];
  const wrong = label >= 0 && !(said[label] >= said[largestOf(said)]); // a tie is undecided
  return { wrong, badness: Number.isNaN(bad) ? Infinity : bad };
}

/** The step at which a trace stands when the reader is at `step`: one that ended earlier stays at its end. */
export function stepOf(trace: { steps: number }, step: number): number {
  return Math.min(step, trace.steps - 1);
}

/** The number of the largest value, the first of several. */
export function largestOf(values: ArrayLike<number>): number {
  let best = 0;
  for (let k = 1; k < values.length; k++) if (values[k] > values[best]) best = k;
  return best;
}
