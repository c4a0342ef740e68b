// An episode as Python's `pack_episode` sends it: small JSON, and arrays beside it.
import type { NdArray } from "./arrays.ts";

/** Where an item came from. */
export type ItemId = [dataset: string, classId: string, item: string];

/** The sets of an episode. */
export type Side = "support" | "query";

export interface PackedEpisode {
  /** Empty for a regression. */
  class_names: string[];
  support_items: ItemId[];
  query_items: ItemId[];
  /** `str(ItemId)`, by which the shared selection names an item. */
  support_ids: string[];
  query_ids: string[];
  /** The parameters of the task that it was drawn from, as far as they are known. */
  task: Record<string, unknown>;
  seed: number[];
  /** One per number of an item, by which axes are labelled; empty for images and where they have none. */
  feature_names: string[];
}

export interface EpisodeArrays {
  /** (item, channel, height, width) of bytes, or (item, dim) of numbers. */
  support_x: NdArray;
  query_x: NdArray;
  /** (item,) of labels, or (item, output) of targets. */
  support_y: NdArray;
  query_y: NdArray;
}
