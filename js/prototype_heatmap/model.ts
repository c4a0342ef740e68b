// What Python's PrototypeHeatmap sends and keeps.
import type { Float32, Int32, NdArray, Uint8 } from "../shared/arrays.ts";
import type { Metric } from "../shared/distances.ts";
import type { BaseTraits } from "../shared/model.ts";
import type { ItemId, PackedEpisode } from "../shared/packed_episode.ts";

/** A change of the support; at most one an item. */
export type Edit =
  | { op: "drop"; item: string; label?: undefined }
  | { op: "relabel" | "add"; item: string; label: number };

/** A distance to show; "" is the learner's own. */
export type ShownMetric = Metric | "";
export type Sort = "class" | "margin" | "error";
/** Which distances are shown after edits. */
export type Compare = "new" | "old" | "difference";

/** Items that may be added to the support. */
export interface Pool {
  ids: string[];
  items: ItemId[];
  /** The episode's class of each, -1 for another. */
  labels: number[];
}

export interface Config {
  label: string;
  episode: PackedEpisode;
  pool: Pool;
  /** The metric by which the learner's own distances are distances to class means, "" for none. */
  own: string;
  /** The factor of the learner's softmax over minus the distance, null where that is not its rule. */
  scale: number | null;
  /** Why no other distance can be computed, "" where all can. */
  off: string;
  /** Whether edits are computed here; else Python asks the learner. */
  local: boolean;
  /** Whether an item's embedding depends on that item alone. */
  fixed: boolean;
  statistics: string;
  /** The learner's own distance in words. */
  metric: string;
  /** The edits that the arrays `edited.*` are of. */
  edited: Edit[];
  /** Each class's first support example, -1 for none. */
  shown: number[];
  steps: number;
  step_names: string[];
  axis: string;
  axis_label: string;
  learner: string;
  meta: Record<string, unknown>;
  coords: Record<string, string[]>;
}

/** "space" is before any edit; "edited" is what the learner made of the edited episode, in the old steps and queries. */
export interface Arrays {
  /** (step, query, class); NaN for a class without support. Absent where they are large: then "space" gives them. */
  distances?: Float32;
  /** (step, query, class). */
  probabilities?: Float32;
  /** (item, channel, height, width) of bytes, or (item, dim) of numbers. Absent where they are large. */
  support_x?: NdArray;
  query_x?: NdArray;
  pool_x?: NdArray;
  /** Small pictures of the items at `picture_places`, in the place of all of them: (picture, channel, height, width). */
  pictures?: Uint8;
  picture_places?: Int32;
  support_y: Int32;
  query_y: Int32;
  /** (item, feature). */
  "space.support"?: Float32;
  "space.queries"?: Float32;
  "space.pool"?: Float32;
  /** (step, support item): 1 where it is there. */
  "space.present"?: Uint8;
  /** In its place: the first step at which each support item is there. */
  "space.since"?: Int32;
  "edited.distances"?: Float32;
  "edited.probabilities"?: Float32;
  "edited.support"?: Float32;
  "edited.queries"?: Float32;
  "edited.present"?: Uint8;
  "edited.since"?: Int32;
}

export interface Traits extends BaseTraits<Config> {
  /** [query, class] of the pinned cell, [] for none. */
  cell: number[];
  metric: string;
  sort: string;
  compare: string;
  edits: Edit[];
}

/** Pictures of a large episode's items, which are no state of the component. */
export interface PictureTraits extends BaseTraits<Config> {
  /** Places of those that are wanted, and of those that came last. */
  _wanted: number[];
  _pixels_of: number[];
  _pixels: DataView;
}
