// What Python's ChartView sends.
import type { BaseTraits } from "../shared/model.ts";

/** A Vega-Lite specification, as far as it is read here. */
export interface Spec {
  params?: Param[];
  config?: SpecConfig;
  /** Panels side by side, or below each other. */
  hconcat?: Spec[];
  vconcat?: Spec[];
  facet?: unknown;
  /** Panels a row of a facet. */
  columns?: number;
  /** The panel that a facet repeats. */
  spec?: Spec;
  /** In pixels, or how it is found. */
  width?: unknown;
  background?: string;
  [name: string]: unknown;
}

export interface SpecConfig {
  legend?: Record<string, unknown>;
  title?: Record<string, unknown>;
  [name: string]: unknown;
}

export interface Param {
  name: string;
  value?: unknown;
  /** A control that moves it, or what of the chart does. */
  bind?: Binding | string;
  [name: string]: unknown;
}

export interface Binding {
  input?: string;
  min?: number;
  max?: number;
  step?: number;
  name?: string;
  [name: string]: unknown;
}

export interface Config {
  spec: Spec;
  /** What a step is, in words, "" for what the slider's label says. */
  axis: string;
  title: string;
}

/** A chart brings its data inside its specification. */
export type Arrays = Record<string, never>;

export interface Traits extends BaseTraits<Config> {
  /** The reference of the `VegaRuntime`. */
  runtime: string;
}
