// What Python's LearnerArena sends and keeps.
import type { Float32, NdArray } from "../shared/arrays.ts";
import type { BaseTraits } from "../shared/model.ts";

export type Kind = "images" | "points" | "curve" | "vectors";

export interface Config {
  /** The learners, in the order of the arrays. */
  names: string[];
  /** "accuracy" or "squared error". */
  metric: string;
  k_shot: number;
  /** Shots at which the same queries were answered, for `by_shots`. */
  shots: number[];
  /** The seed of each episode of the round. */
  seeds: number[][];
  /** For each episode the key by which a person's score is matched, "" for none. */
  keys: string[];
  settings: {
    source?: string;
    n_way?: number | null;
    threads?: number | null;
    [name: string]: unknown;
  };
  /** Place in the round -> an episode whose items were sent. */
  episodes: Record<string, OpenedEpisode>;
  kind: Kind;
  label: string;
}

export interface OpenedEpisode {
  class_names: string[];
  support_ids: string[];
  query_ids: string[];
  seed: readonly number[] | null;
}

export interface Arrays {
  /** (learner, episode). */
  scores: Float32;
  /** (learner, episode, 2): seconds of adapting and of answering. */
  seconds: Float32;
  /** (learner, episode, shots). */
  by_shots: Float32;
  /** (learner, episode, step); NaN behind the learner's last step. */
  by_steps: Float32;
  /** Of episode 3: "3.query_x", and whatever else `EpisodeArrays` has. */
  [name: `${number}.${string}`]: NdArray;
}

/** The arrays of one opened episode. */
export interface EpisodeArrays {
  support_x: NdArray;
  support_y: NdArray;
  query_x: NdArray;
  query_y: NdArray;
  /** (learner, query): the class, or (learner, query, 1): the value. */
  answers: NdArray;
  /** Where the curves were asked, and (learner, probe) what they were. */
  probe?: Float32;
  curves?: Float32;
}

export interface Traits extends BaseTraits<Config> {
  /** Place in the round of the opened episode, -1 for none. */
  opened: number;
  /** Name of the learner that differences are taken from, "" for the best. */
  reference: string;
  /** Episode key -> what a person who plays along did there. */
  you: Record<string, { score?: number; seconds?: number } | undefined>;
}
