// The support loss's Hessian times a vector: the gradient's derivative along it, carried through the same layers.
import type { Activation } from "./config.ts";
import { type InnerLoop, predictionsOf, type Task } from "./inner_loop.ts";
import { type Loss, probabilitiesOf, slopeOf } from "./losses.ts";
import {
  activationsOf,
  addProducts,
  type Layer,
  type Parameters,
  type Rows,
  SLOPES,
  tensorRange,
  timesWeights,
} from "./network.ts";

/** The Hessian at some parameters, times a vector in which only parameters that the inner loop moves are not 0. */
export function hessianTimes(
  loop: InnerLoop,
  task: Task,
  at: Parameters,
  along: Parameters,
): Float64Array {
  const { layers, size } = loop.network;
  const { x, y, n } = task.support;
  const read = activationsOf(loop.network, at, x, n);
  const tangents = tangentsOf(layers, { at, along, read, n });
  const outputs = predictionsOf(loop, task, at, { x, n });
  const answers = { outputs, y, n, width: loop.width };
  let slope = slopeOf(loop.config.loss, answers);
  let turn = slopeTangent(loop.config.loss, { ...answers, tangent: tangents.at(-1)! });
  const found = new Float64Array(size);
  for (let l = layers.length - 1; l >= 0; l--) {
    const layer = layers[l];
    bendBack(layer.activation, read[l + 1], tangents[l + 1], slope, turn);
    addProducts(found, layer, [tangents[l], slope], n);
    addProducts(found, layer, [read[l], turn], n);
    for (let j = 0; j < n * layer.outputs; j++) {
      found[layer.bias + (j % layer.outputs)] += turn[j];
    }
    if (!l) break;
    const below = timesWeights(layer, at, turn, n);
    const more = timesWeights(layer, along, slope, n);
    turn = below.map((v, i) => v + more[i]);
    slope = timesWeights(layer, at, slope, n);
  }
  for (let number = 0; number < 2 * layers.length; number++) {
    if (!loop.config.adapted.includes(number)) found.fill(0, ...tensorRange(loop.network, number));
  }
  return found;
}

interface Directed {
  at: Parameters;
  along: Parameters;
  /** What each layer reads. */
  read: Rows[];
  n: number;
}

/** How what each layer reads changes along a direction; an activation's is that of what it gives. */
function tangentsOf(layers: Layer[], { at, along, read, n }: Directed): Float64Array[] {
  const found = [new Float64Array(read[0].length)];
  for (const [l, layer] of layers.entries()) {
    const { inputs, outputs, weight, bias } = layer;
    const next = new Float64Array(n * outputs);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < outputs; j++) next[i * outputs + j] = along[bias + j];
      for (let k = 0; k < inputs; k++) {
        const [value, tangent] = [read[l][i * inputs + k], found[l][i * inputs + k]];
        for (let j = 0; j < outputs; j++) {
          const w = weight + k * outputs + j;
          next[i * outputs + j] += value * along[w] + tangent * at[w];
        }
      }
    }
    const slope = SLOPES[layer.activation];
    found.push(next.map((v, i) => v * slope(read[l + 1][i])));
  }
  return found;
}

/** How the loss's slope in the outputs changes with them. */
function slopeTangent(
  loss: Loss,
  { outputs, tangent, n, width }: { outputs: Rows; tangent: Rows; n: number; width: number },
): Float64Array {
  const found = new Float64Array(n * width);
  const p = loss === "cross_entropy" ? probabilitiesOf(outputs, n, width) : null;
  for (let i = 0; i < n; i++) {
    let mean = 0;
    for (let k = i * width; p && k < (i + 1) * width; k++) mean += p[k] * tangent[k];
    for (let k = i * width; k < (i + 1) * width; k++) {
      found[k] = p ? (p[k] * (tangent[k] - mean)) / n : (2 * tangent[k]) / (n * width);
    }
  }
  return found;
}

/** Take a slope and its tangent back through an activation, in place; `tangent` is that of what it gave. */
function bendBack(
  activation: Activation,
  gave: Rows,
  tangent: Float64Array,
  slope: Float64Array,
  turn: Float64Array,
): void {
  const [first, second] = [SLOPES[activation], BENDS[activation]];
  for (let i = 0; i < slope.length; i++) {
    const f = first(gave[i]);
    // `tangent` went through the activation: divided by its slope it is that of what the activation read.
    const read = f ? tangent[i] / f : 0;
    turn[i] = turn[i] * f + slope[i] * second(gave[i]) * read;
    slope[i] *= f;
  }
}

/** The second derivative of an activation, by what it gave. */
const BENDS: Record<Activation, (a: number) => number> = {
  identity: () => 0,
  relu: () => 0,
  leaky_relu: () => 0,
  elu: (a) => (a > 0 ? 0 : a + 1),
  tanh: (a) => -2 * a * (1 - a * a),
  sigmoid: (a) => a * (1 - a) * (1 - 2 * a),
  softplus: (a) => (a > 20 ? 0 : -Math.expm1(-a) * Math.exp(-a)),
};
