// What Python's InnerLoopSlider sends and keeps.
import type { Float32, Uint8 } from "../shared/arrays.ts";
import type { InnerLoopConfig } from "../shared/mlp/config.ts";
import type { BaseTraits } from "../shared/model.ts";
import type { EpisodeArrays, PackedEpisode } from "../shared/packed_episode.ts";

export interface Traits extends BaseTraits<Config> {
  /** The inner rate of all learners that have one; null for each learner's own. */
  inner_lr: number | null;
  /** The inner steps of all learners that take them; null for each learner's own. */
  inner_steps: number | null;
  /** The names of the learners shown side by side. */
  shown: string[];
}

/** What the main panel draws: a fitted curve, decision regions, or each query's probabilities. */
export type Kind = "curve" | "regions" | "queries";

export interface Config {
  kind: Kind;
  label: string;
  title: string;
  loss_unit: string;
  episode: PackedEpisode;
  /** In the order of the arrays' prefixes: trace i has the arrays `i.<channel>`. */
  traces: TraceConfig[];
  /** The episode that was given, where the traces are of one with the reader's points; its arrays are `own.<name>`. */
  own_episode: PackedEpisode | null;
  /** All that can be shown. */
  choices: Choice[];
  /** Recorded states of the longest trace. */
  steps: number;
  /** Whether the component was made with learners that can adapt again. */
  retraces: boolean;
}

export interface TraceConfig {
  /** What it is shown under. */
  name: string;
  learner: string;
  axis: "inner_step" | "write" | "context_example";
  axis_label: string;
  meta: Meta;
  /** Names along the axes of channels. */
  coords: { layer?: string[]; [axis: string]: string[] | undefined };
  /** One phrase for each recorded state. */
  step_names: string[];
  steps: number;
  /** The probe grid; sent with decision regions. */
  grid?: Grid;
}

/** A grid of points given row by row, the lowest row first. */
export interface Grid {
  /** Columns. */
  across: number;
  /** Rows. */
  up: number;
  x: [number, number];
  y: [number, number];
}

export interface Choice {
  name: string;
  /** Its own inner rate; null where it has no single one. */
  inner_lr: number | null;
  /** Its own number of inner steps; null where the control does not change it. */
  inner_steps: number | null;
  note: string;
  /** Its inner loop, where the browser can run it. */
  inner_loop: InnerLoopConfig | null;
  /** What its traces say of it. */
  meta: Partial<Meta>;
}

export interface Meta {
  learner?: string;
  /** The field's name of the learner. */
  title?: string;
  hyper?: Record<string, unknown>;
  statistics?: string;
  [other: string]: unknown;
}

/** Channels of a trace, each with the recorded step as its first axis; and its probe points. */
export type Channel =
  | "outputs" // (step, query, way or dim)
  | "probabilities" // (step, query, way)
  | "probe" // (probe, dim)
  | "probe_outputs" // (step, probe, way or dim)
  | "query_loss"
  | "support_loss"
  | "query_accuracy"
  | "support_accuracy"
  | "gradient_norm"
  | "parameter_distance"; // (step, layer)

export interface Arrays extends EpisodeArrays {
  /** The curve that was drawn from, at the probe points. */
  truth?: Float32;
  /** A trace has the channels that it recorded, and no others. */
  [channel: `${number}.${Channel}`]: Float32 | undefined;
  /** Parameters and learned rates of choice k's inner loop. */
  [loop: `loop.${number}.${string}`]: Float32 | undefined;
  /** Of the episode that was given. */
  "own.support_x"?: EpisodeArrays["support_x"];
  "own.support_y"?: EpisodeArrays["support_y"];
  "own.query_x"?: EpisodeArrays["query_x"];
  "own.query_y"?: EpisodeArrays["query_y"];
  /** (step, support): 1 from where the learner has seen the item. */
  [absorbed: `${number}.absorbed`]: Uint8 | undefined;
}
