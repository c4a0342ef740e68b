// What Python's TaskDistribution sends and keeps. Group 0 is meta-training, group s + 1 the test distribution at shift s.
import type { Float32, NdArray } from "../shared/arrays.ts";
import type { BaseTraits } from "../shared/model.ts";

/** A number of the dataset that can be turned. */
export interface Dial {
  name: string;
  fields: string[];
  /** By how much, at most. */
  low: number;
  high: number;
  whole: boolean;
  help: string;
}

export interface Config {
  dataset: string;
  /** "5-way, 1-shot". */
  size: string;
  kind: "image" | "curve" | "points";
  n_tasks: number;
  /** What each shift is called. */
  shifts: string[];
  learners: string[];
  /** Of losses. */
  unit: string;
  dials: Dial[];
  /** Of the space of tasks. */
  axes: string[];
  /** What lies across and up where items are points; missing for images, and in pages from before this. */
  item_axes?: string[];
  /** group -> axis -> [low, high] that the distribution draws from; empty where tasks are not two numbers. */
  ranges: [number | null, number | null][][];
  /** The share of the variance that each axis shows; empty where the axes are the task's own numbers. */
  explained: number[];
  /** group -> squared error of the one function that is best over all tasks. */
  one_for_all?: number[];
  /** group -> task -> class names. */
  names: string[][][];
  /** group -> task -> ids of the items. */
  ids: { support: string[]; query: string[] }[][];
}

export interface Arrays {
  /** (group, task, item, ...). */
  support_x: NdArray;
  support_y: NdArray;
  query_x: NdArray;
  query_y: NdArray;
  /** (group, task, 2). */
  places: Float32;
  /** Where the curves are given, and (group, task, grid) what they are. */
  grid?: Float32;
  curves?: Float32;
  /** (group, task, state) of a learner; state 0 is not adapted. */
  [losses: `losses.${number}`]: Float32;
}

export interface Traits extends BaseTraits<Config> {
  seed: number;
  /** By how much each number has moved at the last shift. */
  changes: Record<string, number>;
  /** ["train" or "test", number]. */
  chosen: readonly unknown[];
}
