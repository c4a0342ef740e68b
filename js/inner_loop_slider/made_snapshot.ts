// A small adaptation for unit tests.
import type { Data, NdArray } from "../shared/arrays.ts";
import { type Snapshot, snapshotOf } from "./adaptations.ts";
import type { Arrays, Choice, Config, TraceConfig } from "./model.ts";

export function float32(values: number[], shape: number[] = [values.length]) {
  return { data: Float32Array.from(values), shape };
}

export function traceConfig(changed: Partial<TraceConfig> = {}): TraceConfig {
  const steps = changed.steps ?? 3;
  return {
    name: "MAML",
    learner: "MAML",
    axis: "inner_step",
    axis_label: "inner-loop step",
    meta: {},
    coords: {},
    step_names: Array.from({ length: steps }, (_, t) => `step ${t}`),
    steps,
    ...changed,
  };
}

export const NO_CHOICE: Choice = {
  name: "",
  inner_lr: null,
  inner_steps: null,
  note: "",
  inner_loop: null,
  meta: {},
};

interface Made {
  names?: string[];
  query_y: number[];
  traces?: TraceConfig[];
  choices?: Choice[];
  shown?: string[];
  arrays?: Record<string, NdArray<Data>>;
}

/** An episode of vectors: one support item a class, and queries with these labels or targets. */
export function snapshotWith(made: Made): Snapshot {
  const { names = [], query_y, traces = [traceConfig()], shown = [] } = made;
  const ids = (side: string, n: number) => Array.from({ length: n }, (_, i) => `${side}${i}`);
  const support = Math.max(1, names.length);
  const config: Config = {
    kind: names.length ? "queries" : "curve",
    label: "MAML, step by step: 2-way 1-shot",
    title: "2-way 1-shot",
    loss_unit: "nats",
    episode: {
      class_names: names,
      support_items: [],
      query_items: [],
      support_ids: ids("s", support),
      query_ids: ids("q", query_y.length),
      task: {},
      seed: [7, 0],
      feature_names: [],
    },
    own_episode: null,
    traces,
    choices: made.choices ?? traces.map(({ name }) => ({ ...NO_CHOICE, name })),
    steps: Math.max(...traces.map(({ steps }) => steps)),
    retraces: false,
  };
  const arrays = {
    support_x: float32(Array(support).fill(0), [support, 1]),
    query_x: float32(Array(query_y.length).fill(0), [query_y.length, 1]),
    support_y: float32([...Array(support).keys()]),
    query_y: float32(query_y),
    ...made.arrays,
  } as Arrays;
  return snapshotOf(config, arrays, shown);
}
