// What Python's YouAreTheLearner sends and keeps.
import type { NdArray, Uint8 } from "../shared/arrays.ts";
import type { BaseTraits } from "../shared/model.ts";

export type Kind = "images" | "points" | "curve" | "vectors";

export interface AskedEpisode {
  class_names: string[];
  /** Matches the episode in an arena. */
  key: string;
  kind: Kind;
  /** Number of queries that are asked. */
  n: number;
}

export interface Config {
  /** The learners. */
  names: string[];
  episodes: AskedEpisode[];
  /** When right and wrong are told: "end" of an episode, or after "each" answer. */
  reveal: string;
  /** "accuracy" or "mean squared error". */
  metric: string;
  title: string;
}

export interface Arrays {
  /** `Secret` as JSON, sealed. */
  [sealed: `${number}.sealed`]: Uint8;
  [items: `${number}.support_x` | `${number}.support_y` | `${number}.query_x`]: NdArray;
}

/** What is told of an episode when it is done; classes by their place, or values. */
export interface Secret {
  truth: number[];
  /** learner -> query. */
  answers: number[][];
  /** Ids of the queries, for the shared selection. */
  ids: string[];
}

export interface Traits extends BaseTraits<Config> {
  /** episode -> query -> class or value, null for none yet. */
  answers: (number | null)[][];
  /** episode -> query -> seconds. */
  times: number[][];
  done: boolean[];
  /** The episode that is shown. */
  place: number;
  /** Episode key -> the score of an episode that is done, and seconds a query. */
  scores: Record<string, { score: number; seconds: number; queries: number }>;
}
