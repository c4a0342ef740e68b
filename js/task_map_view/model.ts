// What Python's TaskMapView sends and keeps.
import type { Float32, Int32, Uint8 } from "../shared/arrays.ts";
import type { BaseTraits } from "../shared/model.ts";

/** Cosine of the tasks' embeddings, or distance of their nearest prototypes. */
export type Measure = "similarity" | "distance";

export interface Traits extends BaseTraits<Config> {
  /** The two tasks that are pinned, [] for none. */
  pair: number[];
  measure: Measure;
  /** Of rows and columns. */
  order: "clustered" | "group" | "given";
  /** [x, y, width in sight], [] for all. */
  zoom: number[];
}

export interface Config {
  label: string;
  names: string[];
  /** One a task, or []. */
  groups: string[];
  /** One a task, or [] where the episodes were not kept. */
  tasks: Task[];
  /** Share of the variance on each of the two axes. */
  explained: number[];
  /** What stands for a task: "mean of the class prototypes". */
  embedding: string;
}

/** The support set of an episode, as far as it is shown. */
export interface Task {
  /** Its first item among those of all tasks, and how many there are. */
  start: number;
  count: number;
  class_names: string[];
  ids: string[];
  seed: number[];
  /** What the task was drawn with, such as an amplitude. */
  task: Record<string, number>;
  /** How many support items are not shown. */
  more: number;
}

export interface Arrays {
  /** (task, 2) */
  places: Float32;
  /** (task, task) */
  similarity: Float32;
  distance?: Float32;
  /** Tasks in the order in which like ones stand together. */
  order_similarity: Int32;
  order_distance?: Int32;
  /** Support items of all tasks: (item, channel, height, width) for images, else (item, feature). */
  x?: Uint8 | Float32;
  /** (item,): the class, or the target of a regression. */
  y?: Float32;
}
