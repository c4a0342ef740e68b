// What Python's EmbeddingMap sends and keeps.
import type { Float32, Int32, Uint8 } from "../shared/arrays.ts";
import type { Metric } from "../shared/distances.ts";
import type { BaseTraits } from "../shared/model.ts";

/** The metrics that a map offers. */
export type MapMetric = Exclude<Metric, "manhattan">;

/** How a space is laid flat. */
export type Projection = "pca" | ComputedName;
export type ComputedName = "tsne" | "umap";

/** A projection that Python computed on request. */
export interface Computed {
  /** The step whose items it places. */
  step: number;
  /** t-SNE's perplexity, or UMAP's neighbours. */
  neighbours: number;
  metric: MapMetric;
  seed: number;
  /** Gradient steps done. */
  steps?: number;
  /** What t-SNE lowers, in nats. */
  divergence?: number;
  /** float32 [x, y] of all items, then of all prototypes, in base64; NaN for what has no place. */
  places: string;
}

/** A matrix between the prototypes: in the metric, or angles at the origin or at their common centre. */
export type MatrixKind = "distance" | "angle" | "spread";

export interface Traits extends BaseTraits<Config> {
  projection: Projection;
  projections: Partial<Record<ComputedName, Computed>>;
  metric: MapMetric;
  marks: "auto" | "images" | "dots";
  borders: boolean;
  /** [x, y, width in sight], [] for all. */
  zoom: number[];
  /** Ids of the items chosen. */
  lasso: string[];
  matrix: MatrixKind;
}

export interface Config {
  label: string;
  learner: string;
  /** In which the learner itself decides. */
  learner_metric: MapMetric;
  ids: string[];
  class_names: string[];
  /** Number of recorded states. */
  steps: number;
  step_names: string[];
  axis_label: string;
  /** Share of the variance on each of the two axes. */
  explained: number[];
  /** Names of the two axes, where the space is the plane that the data lie in; else []. */
  axes?: string[];
  /** Whether items are support or query. */
  has_sides: boolean;
  /** Whether an item's class is that of its nearest prototype. */
  decides: boolean;
  noun: "prototype" | "class mean";
  umap: boolean;
  /** Least, most and usual perplexity; [] for too few items. */
  neighbours: number[];
}

export interface Arrays {
  /** (state, item, feature); one state where no step moves the items, else one a step. */
  z: Float32;
  /** (item,) */
  labels: Int32;
  /** (item,) */
  support: Uint8;
  /** (step, item) */
  absorbed: Uint8;
  /** (step, way, feature); NaN for a class without support. */
  prototypes: Float32;
  /** (state, item, 2) */
  pca: Float32;
  /** (step, way, 2) */
  pca_prototypes: Float32;
  /** (state, 4): scatter within and between classes, their ratio, silhouette. */
  geometry: Float32;
  /**
   * (step, 5): mean squared distance of items to their prototype, of prototypes to their mean, the ratio, and the share
   * of items nearest to their own by Euclidean and by cosine distance.
   */
  around: Float32;
  /** (item, channel, height, width) for images, else (item, feature). */
  x?: Uint8 | Float32;
  /** (step, way, 3): the class with the largest a u + b v + c has the place (u, v). */
  planes_euclidean?: Float32;
  planes_cosine?: Float32;
}
