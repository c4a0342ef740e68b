// The inner loop of an MLP learner: gradient steps on the support loss, as Python's learners take them.
import type { InnerLoopArrays, InnerLoopConfig } from "./config.ts";
import { accuracyOf, lossOf, slopeOf } from "./losses.ts";
import {
  activationsOf,
  gradientOf,
  limit,
  type Network,
  networkOf,
  outputsOf,
  type Parameters,
  type Rows,
  tensorRange,
} from "./network.ts";

/** Items with their labels or targets. */
export interface Items {
  x: Rows;
  y: Rows;
  n: number;
}

export interface Task {
  support: Items;
  query: Items;
}

export interface InnerLoop {
  config: InnerLoopConfig;
  network: Network;
  /** Outputs an item. */
  width: number;
  /** The learner's own initialisation. */
  parameters: Parameters;
  /** Learned rates, where there are some. */
  rates: Rows | null;
}

/** The inner loop that Python sent. */
export function innerLoopOf(config: InnerLoopConfig, arrays: InnerLoopArrays): InnerLoop {
  return {
    config,
    network: networkOf(config),
    width: config.widths.at(-1)!,
    parameters: Float64Array.from(arrays[`${config.prefix}parameters`]!.data),
    rates: arrays[`${config.prefix}rates`]?.data ?? null,
  };
}

/** One state of the inner loop. */
export interface State {
  parameters: Parameters;
  /** The gradient of the support loss here; 0 for what the inner loop does not move. */
  gradient: Float64Array;
  supportLoss: number;
}

export interface Settings {
  /** Where it begins; by default the learner's own initialisation. */
  start?: Parameters;
  /** The step size, for a learner that has a single one; by default its own. */
  rate?: number | null;
}

export interface Run {
  /** The state after `t` steps; those before it are kept, so that one step more takes one step. */
  at(t: number): State;
}

/** Run the inner loop on a task's support set. Nothing is computed before it is asked for. */
export function runOf(loop: InnerLoop, task: Task, { start, rate }: Settings = {}): Run {
  const begin = start ?? loop.parameters;
  const step = stepperOf(loop, task, begin, rate ?? loop.config.rate ?? 0);
  const states: State[] = [];
  const at = (t: number): State => {
    if (!states.length) states.push(stateAt(loop, task, begin));
    for (let k = states.length; k <= t; k++) {
      states.push(stateAt(loop, task, step(states[k - 1], k - 1)));
    }
    return states[t];
  };
  return { at };
}

function stateAt(loop: InnerLoop, task: Task, parameters: Parameters): State {
  const { network, width, config } = loop;
  const { x, y, n } = task.support;
  const read = activationsOf(network, parameters, x, n);
  const outputs = masked(loop, task, read.at(-1) as Float64Array);
  const answers = { outputs, y, n, width };
  const slope = slopeOf(config.loss, answers);
  const lowest = Math.min(...config.adapted) >> 1;
  const gradient = gradientOf(network, parameters, read, { slope, n, lowest });
  addPenalty(loop, parameters, gradient);
  keepAdapted(loop, gradient);
  return { parameters, gradient, supportLoss: lossOf(config.loss, answers) };
}

/** Add the gradient of half the squared norm of the last layer's weights, times its weight. */
function addPenalty({ config, network }: InnerLoop, at: Parameters, gradient: Float64Array): void {
  if (!config.l2) return;
  const { weight, bias } = network.layers.at(-1)!;
  for (let i = weight; i < bias; i++) gradient[i] += config.l2 * at[i];
}

function keepAdapted({ config, network }: InnerLoop, gradient: Float64Array): void {
  for (let number = 0; number < 2 * network.layers.length; number++) {
    if (!config.adapted.includes(number)) gradient.fill(0, ...tensorRange(network, number));
  }
}

type Stepper = (state: State, t: number) => Parameters;

/** What takes a step: from a state, with the number of steps before it, to the next parameters. */
function stepperOf(loop: InnerLoop, task: Task, start: Parameters, given: number): Stepper {
  const { config } = loop;
  const rate = config.over_curvature ? given / curvatureBound(loop, task) : given;
  if (config.optimiser === "adam") return adamStepper(rate);
  const proximal = config.proximal_strength;
  const rateAt = ratesOf(loop, rate);
  return ({ parameters, gradient }, t) => {
    const next = Float64Array.from(parameters);
    const rates = rateAt(t);
    for (let i = 0; i < next.length; i++) {
      const pull = proximal ? proximal * (parameters[i] - start[i]) : 0;
      const along = gradient[i] + pull;
      if (along !== 0) next[i] -= (rates ? rates[i] : rate) * along;
    }
    return limit(next);
  };
}

/** The learned rate of each parameter at a step; null where all have the same. */
function ratesOf({ config, network, rates }: InnerLoop, rate: number): (t: number) => Rows | null {
  if (!rates) return () => null;
  if (config.rates === "each_parameter") return () => rates;
  const tensors = config.adapted.length;
  const last = rates.length / tensors - 1;
  const spread = (t: number) => {
    const found = new Float64Array(network.size).fill(rate);
    for (const [k, number] of config.adapted.entries()) {
      found.fill(rates[Math.min(t, last) * tensors + k], ...tensorRange(network, number));
    }
    return found;
  };
  return spread;
}

const [BETA2, EPSILON] = [0.999, 1e-8]; // those of Python's Reptile

/** Adam without momentum. */
function adamStepper(rate: number): Stepper {
  const moments: Float64Array[] = []; // after each step
  return ({ parameters, gradient }, t) => {
    const before = moments[t - 1];
    const moment = gradient.map((g, i) => BETA2 * (before?.[i] ?? 0) + (1 - BETA2) * g * g);
    moments[t] = limit(moment);
    const unbiased = 1 - BETA2 ** (t + 1);
    return limit(
      parameters.map((p, i) => {
        return gradient[i] === 0 && moment[i] === 0
          ? p
          : p - (rate * gradient[i]) / (Math.sqrt(moment[i] / unbiased) + EPSILON);
      }),
    );
  };
}

/** A bound on the support loss's curvature in the last layer; see `learners.transfer.linear_probe`. */
function curvatureBound({ network, parameters, config, width }: InnerLoop, { support }: Task) {
  const head = network.layers.length - 1;
  const features = activationsOf(network, parameters, support.x, support.n)[head];
  let squares = 0;
  for (let i = 0; i < features.length; i++) squares += features[i] ** 2;
  const bend = config.loss === "cross_entropy" ? 0.5 : 2 / width;
  return bend * (squares / support.n + 1) + config.l2;
}

/** Outputs in which a class without support has minus infinity, for learners that say so. */
function masked({ config, width }: InnerLoop, { support }: Task, outputs: Float64Array) {
  if (!config.masks_absent) return outputs;
  const present = new Uint8Array(width);
  for (let i = 0; i < support.n; i++) present[support.y[i]] = 1;
  for (let i = 0; i < outputs.length; i++) if (!present[i % width]) outputs[i] = -Infinity;
  return outputs;
}

/** What the network says of `n` items with these parameters. */
export function predictionsOf(
  loop: InnerLoop,
  task: Task,
  parameters: Parameters,
  { x, n }: Pick<Items, "x" | "n">,
): Float64Array {
  return masked(loop, task, outputsOf(loop.network, parameters, x, n));
}

/** The loss of these parameters on a side of the task. */
export function lossAt(
  loop: InnerLoop,
  task: Task,
  parameters: Parameters,
  side: "support" | "query",
): number {
  const { y, n } = task[side];
  const outputs = predictionsOf(loop, task, parameters, task[side]);
  return lossOf(loop.config.loss, { outputs, y, n, width: loop.width });
}

/** The accuracy of outputs, as PyTorch's float32 ties them. */
export function accuracyAt({ width }: InnerLoop, outputs: Rows, { y, n }: Items): number {
  return accuracyOf({ outputs: Float32Array.from(outputs), y, n, width });
}

/** The Euclidean norm of a vector. */
export function normOf(values: Rows, from = 0, to = values.length): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i] * values[i];
  return Math.sqrt(sum);
}

/** How far each tensor that adapts is from `start`, in the order of the trace's layers. */
export function distancesFrom(loop: InnerLoop, start: Parameters, now: Parameters): number[] {
  const away = now.map((p, i) => p - start[i]);
  return loop.config.adapted.map((number) => normOf(away, ...tensorRange(loop.network, number)));
}
