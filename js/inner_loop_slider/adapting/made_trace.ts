// A trace that the browser makes: the channels that Python would send of an MLP learner, one step at a time.
import type { Float32 } from "../../shared/arrays.ts";
import {
  accuracyAt,
  distancesFrom,
  type InnerLoop,
  type Items,
  lossAt,
  normOf,
  predictionsOf,
  runOf,
  type Task,
} from "../../shared/mlp/inner_loop.ts";
import { probabilitiesOf } from "../../shared/mlp/losses.ts";
import type { Channel } from "../model.ts";

/** What is seen of one state. */
type Readout = Partial<Record<Channel, ArrayLike<number>>>;

export interface MadeTrace {
  /** The channels of the states up to `steps`; `fill` computes the probe's outputs at a step, where they come late. */
  channels(steps: number): { channels: Record<string, Float32>; fill: (step: number) => void };
}

export interface MadeOptions {
  loop: InnerLoop;
  task: Task;
  rate: number | null;
  /** Places whose outputs are drawn. */
  probe: Omit<Items, "y">;
  /** Whether the probe's outputs are computed when they are drawn, not before. */
  late: boolean;
}

/** The inner loop of a learner on a task. States stay, so that other numbers of steps cost only what is new. */
export function madeTraceOf({ loop, task, rate, probe, late }: MadeOptions): MadeTrace {
  const run = runOf(loop, task, { rate });
  const readouts: Readout[] = [];
  const probed: (ArrayLike<number> | undefined)[] = [];
  const probeAt = (t: number) => {
    probed[t] ??= predictionsOf(loop, task, run.at(t).parameters, probe);
    return probed[t];
  };
  const channels = (steps: number) => {
    for (let t = readouts.length; t <= steps; t++) readouts.push(readoutOf(loop, task, run.at(t)));
    const kept = readouts.slice(0, steps + 1);
    const found: Record<string, Float32> = {};
    for (const [name, shape] of Object.entries(shapesOf(loop, task))) {
      if (kept[0][name as Channel]) found[name] = stacked(kept, name as Channel, shape);
    }
    const size = probe.n * loop.width;
    const outputs = new Float32Array((steps + 1) * size);
    found.probe_outputs = { data: outputs, shape: [steps + 1, probe.n, loop.width] };
    const there = new Uint8Array(steps + 1);
    const fill = (t: number) => {
      if (t > steps || there[t]) return;
      there[t] = 1;
      outputs.set(probeAt(t), t * size);
    };
    for (let t = 0; t <= steps; t++) if (!late || probed[t]) fill(t);
    return { channels: found, fill };
  };
  return { channels };
}

function shapesOf(
  { config, width }: InnerLoop,
  { query }: Task,
): Partial<Record<Channel, number[]>> {
  return {
    outputs: [query.n, width],
    probabilities: [query.n, width],
    query_loss: [],
    support_loss: [],
    query_accuracy: [],
    support_accuracy: [],
    gradient_norm: [],
    parameter_distance: [config.adapted.length],
  };
}

function stacked(readouts: Readout[], name: Channel, shape: number[]): Float32 {
  const size = shape.reduce((product, side) => product * side, 1);
  const data = new Float32Array(readouts.length * size);
  for (const [t, readout] of readouts.entries()) data.set(readout[name]!, t * size);
  return { data, shape: [readouts.length, ...shape] };
}

function readoutOf(loop: InnerLoop, task: Task, state: ReturnType<ReturnType<typeof runOf>["at"]>) {
  const { parameters, gradient, supportLoss } = state;
  const outputs = predictionsOf(loop, task, parameters, task.query);
  const readout: Readout = {
    outputs,
    query_loss: [lossAt(loop, task, parameters, "query")],
    support_loss: [supportLoss],
    gradient_norm: [normOf(gradient)],
    parameter_distance: distancesFrom(loop, loop.parameters, parameters),
  };
  if (loop.config.loss === "squared_error") return readout;
  const { support, query } = task;
  const given = predictionsOf(loop, task, parameters, support);
  readout.probabilities = probabilitiesOf(outputs, query.n, loop.width);
  readout.query_accuracy = [accuracyAt(loop, outputs, query)];
  readout.support_accuracy = [accuracyAt(loop, given, support)];
  return readout;
}
