// What Python's LossLandscape sends and keeps.
import type { Float32, NdArray } from "../shared/arrays.ts";
import type { InnerLoopArrays, InnerLoopConfig } from "../shared/mlp/config.ts";
import type { BaseTraits } from "../shared/model.ts";

/** Whose loss: of the query or the support, both side by side, or the support's lines over the query's bands. */
export type Surface = "query" | "support" | "both" | "overlay";
export type Side = "query" | "support";

/** A point of the plane, in its own coordinates; (0, 0) is the learner's own initialisation. */
export type Place = [x: number, y: number];
export type Range = [low: number, high: number];

export interface Traits extends BaseTraits<Config> {
  /** The task whose contours are shown. */
  task: number;
  surface: Surface;
  /** Whether meta-gradients are drawn. */
  arrows: boolean;
  /** Where the initialisation is. */
  start: number[];
}

export interface Config {
  label: string;
  meta: {
    learner: string;
    n_parameters: number;
    hyper?: Record<string, unknown>;
    statistics?: string;
    [other: string]: unknown;
  };
  /** The tasks. */
  titles: string[];
  /** What lies across and up. */
  axes: [string, string];
  /** The tasks towards whose solutions the plane lies; up it may be a random direction of that seed. */
  plane: { first: number; third: number | "random"; seed: number };
  range: { x: Range; y: Range };
  /** Grid points along a side for each task, 0 where its losses are not computed yet. */
  sides: number[];
  /** The losses at which contours are drawn, of each task. */
  levels: (Record<Side, number[]> | null)[];
  /** Recorded states of the inner loop. */
  steps: number;
  loss_unit: string;
  gradients: {
    /** The methods, second order first. */
    names: string[];
    settings: { inner_lr: number; inner_steps: number; proximal_strength: number };
  };
  /** The learner's inner loop, where the browser can run it; the names of its arrays have its prefix. */
  inner_loop: InnerLoopConfig | null;
}

export interface Arrays extends InnerLoopArrays {
  /** (row, column) of task k, the lowest row first; missing until it is computed. */
  [grid: `${Side}_loss.${number}`]: Float32;
  /** (task, step, 2): states of the inner loop on the plane. */
  path: Float32;
  /** (task, step): their distance from it. */
  off_plane: Float32;
  /** (task, step): their losses, not those of their projections. */
  support_loss: Float32;
  query_loss: Float32;
  /** The same from the learner's own initialisation. */
  "home.path": Float32;
  "home.off_plane": Float32;
  "home.support_loss": Float32;
  "home.query_loss": Float32;
  // Meta-gradients of each task, and of their mean where there are several.
  /** (task, method, 2): their part in the plane. */
  gradients: Float32;
  /** (task, method): how large that part is. */
  gradient_share: Float32;
  gradient_norm: Float32;
  /** (task, method): the cosine with second order, in the whole space. */
  gradient_cosines: Float32;
  // What the inner loop needs where the browser can run it.
  /** (2, parameter): the directions of the plane, of length 1. */
  basis?: Float32;
  [items: `${Side}_x.${number}`]: Float32;
  [targets: `${Side}_y.${number}`]: NdArray;
}
