// Fully connected layers: outputs, and the gradient of a loss with respect to the parameters.
import type { Activation, InnerLoopConfig } from "./config.ts";

/** The parameters of all layers, each layer's weight (input, output) row by row and then its bias. */
export type Parameters = Float64Array;

export interface Layer {
  inputs: number;
  outputs: number;
  /** Where its weight and its bias begin among the parameters. */
  weight: number;
  bias: number;
  activation: Activation;
}

export interface Network {
  layers: Layer[];
  /** Parameters in all. */
  size: number;
}

/** Items or activations, one row after another. */
export type Rows = ArrayLike<number>;

export function networkOf({
  widths,
  activations,
}: Pick<InnerLoopConfig, "widths" | "activations">): Network {
  let size = 0;
  const layers = activations.map((activation, i) => {
    const [inputs, outputs] = [widths[i], widths[i + 1]];
    const weight = size;
    const bias = weight + inputs * outputs;
    size = bias + outputs;
    return { inputs, outputs, weight, bias, activation };
  });
  return { layers, size };
}

/** Where tensor `number` (layer i's weight is 2 i, its bias 2 i + 1) begins among the parameters and where it ends. */
export function tensorRange({ layers }: Network, number: number): [from: number, to: number] {
  const { weight, bias, outputs } = layers[number >> 1];
  return number % 2 ? [bias, bias + outputs] : [weight, bias];
}

/** The largest number that PyTorch's float32 holds: what is larger is infinite there, and so it is here. */
const LARGEST = 3.4028234663852886e38;

/** Replace what float32 would not hold by infinities. */
export function limit(values: Float64Array): Float64Array {
  for (let i = 0; i < values.length; i++) {
    const v = values[i];
    if (v > LARGEST) values[i] = Infinity;
    else if (v < -LARGEST) values[i] = -Infinity;
  }
  return values;
}

/** What each layer reads, the items themselves first, and the outputs at the end. */
export function activationsOf(
  network: Network,
  parameters: Parameters,
  x: Rows,
  n: number,
): [...read: Rows[], outputs: Float64Array] {
  const read: Rows[] = [x];
  for (const layer of network.layers) read.push(layerOutputs(layer, parameters, read.at(-1)!, n));
  return read as [...Rows[], Float64Array];
}

/** The outputs for `n` items. */
export function outputsOf(
  network: Network,
  parameters: Parameters,
  x: Rows,
  n: number,
): Float64Array {
  let now = x;
  for (const layer of network.layers) now = layerOutputs(layer, parameters, now, n);
  return now as Float64Array;
}

function layerOutputs(layer: Layer, parameters: Parameters, x: Rows, n: number): Float64Array {
  const { inputs, outputs, weight, bias } = layer;
  const out = new Float64Array(n * outputs);
  const finite = isFiniteIn(parameters, weight, bias); // 0 times infinity is no number
  for (let i = 0; i < n; i++) {
    const row = i * outputs;
    for (let j = 0; j < outputs; j++) out[row + j] = parameters[bias + j];
    for (let k = 0; k < inputs; k++) {
      const v = x[i * inputs + k];
      if (v === 0 && finite) continue; // half of what ReLU gives
      const from = weight + k * outputs;
      for (let j = 0; j < outputs; j++) out[row + j] += v * parameters[from + j];
    }
  }
  activate(out, layer.activation);
  return limit(out);
}

function isFiniteIn(values: Rows, from: number, to: number): boolean {
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i];
  return Number.isFinite(sum);
}

const LEAK = 0.01;

function activate(values: Float64Array, activation: Activation): void {
  if (activation === "identity") return;
  const f = ACTIVATIONS[activation];
  for (let i = 0; i < values.length; i++) values[i] = f(values[i]);
}

const ACTIVATIONS: Record<Exclude<Activation, "identity">, (v: number) => number> = {
  relu: (v) => Math.max(v, 0), // what is no number stays so
  leaky_relu: (v) => (v < 0 ? LEAK * v : v),
  elu: (v) => (v < 0 ? Math.expm1(v) : v),
  tanh: Math.tanh,
  sigmoid: (v) => 1 / (1 + Math.exp(-v)),
  softplus: (v) => (v > 20 ? v : Math.log1p(Math.exp(v))),
};

/** The slope of an activation, by what it gave. */
export const SLOPES: Record<Activation, (a: number) => number> = {
  identity: () => 1,
  relu: (a) => (a > 0 ? 1 : 0),
  leaky_relu: (a) => (a > 0 ? 1 : LEAK),
  elu: (a) => (a > 0 ? 1 : a + 1),
  tanh: (a) => 1 - a * a,
  sigmoid: (a) => a * (1 - a),
  softplus: (a) => (a > 20 ? 1 : -Math.expm1(-a)),
};

/**
 * The gradient with respect to all parameters from that with respect to the outputs, `slope`, which it overwrites; of layers
 * before number `lowest` it stays 0. `read` is what `activationsOf` gave.
 */
export function gradientOf(
  { layers, size }: Network,
  parameters: Parameters,
  read: Rows[],
  { slope, n, lowest = 0 }: { slope: Float64Array; n: number; lowest?: number },
): Float64Array {
  const gradient = new Float64Array(size);
  let below = slope;
  for (let l = layers.length - 1; l >= lowest; l--) {
    const layer = layers[l];
    throughActivation(below, read[l + 1], layer.activation);
    addSlopes(gradient, layer, [read[l], below], n);
    if (l > lowest) below = limit(timesWeights(layer, parameters, below, n));
  }
  return limit(gradient);
}

function throughActivation(slope: Float64Array, gave: Rows, activation: Activation): void {
  if (activation === "identity") return;
  const f = SLOPES[activation];
  for (let i = 0; i < slope.length; i++) slope[i] *= f(gave[i]);
}

function addSlopes(
  gradient: Float64Array,
  layer: Layer,
  [x, slope]: readonly [Rows, Rows],
  n: number,
): void {
  const { outputs, bias } = layer;
  for (let j = 0; j < n * outputs; j++) gradient[bias + (j % outputs)] += slope[j];
  addProducts(gradient, layer, [x, slope], n);
}

/** Add the products of what a layer reads with slopes in what it gives to the part of its weights. */
export function addProducts(
  into: Float64Array,
  { inputs, outputs, weight }: Layer,
  [x, slope]: readonly [Rows, Rows],
  n: number,
): void {
  const finite = isFiniteIn(slope, 0, slope.length);
  for (let i = 0; i < n; i++) {
    const row = i * outputs;
    for (let k = 0; k < inputs; k++) {
      const v = x[i * inputs + k];
      if (v === 0 && finite) continue;
      const from = weight + k * outputs;
      for (let j = 0; j < outputs; j++) into[from + j] += v * slope[row + j];
    }
  }
}

/** Slopes in what a layer reads, from those in what it gives, with these weights. */
export function timesWeights(
  { inputs, outputs, weight }: Layer,
  weights: Parameters,
  slope: Rows,
  n: number,
): Float64Array {
  const found = new Float64Array(n * inputs);
  for (let i = 0; i < n; i++) {
    const row = i * outputs;
    for (let k = 0; k < inputs; k++) {
      const from = weight + k * outputs;
      let sum = 0;
      for (let j = 0; j < outputs; j++) sum += slope[row + j] * weights[from + j];
      found[i * inputs + k] = sum;
    }
  }
  return found;
}
