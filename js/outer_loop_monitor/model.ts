// What Python's OuterLoopMonitor sends and keeps.
import type { Float32, Int32, NdArray, Uint8 } from "../shared/arrays.ts";
import type { BaseTraits } from "../shared/model.ts";

export type Phase =
  | "ready"
  | "running"
  | "pausing"
  | "paused"
  | "stopping"
  | "stopped"
  | "failed"
  | "finished";

/** A validation: outer step, mean, half of its interval (null for none), and whether it was the best so far. */
export type Validation = [step: number, mean: number, half: number | null, best: boolean];

/** Where the training stands; null for what is not known yet. */
export interface Figures {
  step: number;
  /** The outer step whose parameters the learner has. */
  stands_at: number;
  episodes: number;
  /** Of training, without what the reader waits for. */
  seconds: number;
  /** Smoothed. */
  loss: number | null;
  episodes_per_second: number | null;
  seconds_left: number | null;
  best: (number | boolean | null)[] | null;
  /** What ended it, "" for nothing. */
  failure: string;
}

/** What the held-out episode shows beside its losses. */
export type HeldKind = "curve" | "queries" | "losses";

export interface HeldConfig {
  kind: HeldKind;
  title: string;
  episode: { class_names: string[]; query_ids?: string[]; [name: string]: unknown };
  axis_label: string;
  /** The inner steps that are kept, and their names. */
  inner: number[];
  inner_names: string[];
}

export interface Config {
  label?: string;
  settings?: string;
  metric?: string;
  /** What it is validated on and when, "" for not at all. */
  validation?: string;
  /** The metric of a guess. */
  chance?: number | null;
  loss_unit?: string;
  /** Outer steps that were asked for at first. */
  steps?: number;
  /** null where no episode is held. */
  held?: HeldConfig | null;
}

export interface Arrays {
  support_x?: NdArray;
  support_y?: NdArray;
  query_x?: NdArray;
  query_y?: NdArray;
  /** Where curves are asked, and the true curve there. */
  probe?: Float32;
  truth?: Float32;
  /** Outer steps at which the episode was adapted to. */
  "held.meta_step"?: Int32;
  /** (taken, inner). */
  "held.query_loss"?: Float32;
  "held.support_loss"?: Float32;
  "held.query_accuracy"?: Float32;
  /** (taken, inner, probe). */
  "held.fit"?: Float32;
  /** (taken, inner, query): 255 times the true class's probability, and the class that won. */
  "held.true"?: Uint8;
  "held.guess"?: NdArray<Uint16Array<ArrayBuffer>>;
}

export interface Traits extends BaseTraits<Config> {
  phase: string;
  meta_lr: number;
  /** Outer steps in all. */
  target: number;
  /** The record, see `record.ts`. */
  history: string;
  validations: readonly unknown[];
  figures: object;
  /** Whether the newest step is shown. */
  follow: boolean;
  /** The inner step shown, by its place; -1 for the last. */
  inner: number;
}
