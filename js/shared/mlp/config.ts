// What Python sends of an MLP learner's inner loop: `MlpInnerLoop.packed` in metawidgets/records/mlp_inner_loop.py.
import type { Float32 } from "../arrays.ts";

export type Activation =
  | "identity"
  | "relu"
  | "leaky_relu"
  | "elu"
  | "tanh"
  | "sigmoid"
  | "softplus";

export interface InnerLoopConfig {
  /** Of the names of its arrays: `<prefix>parameters` and `<prefix>rates`. */
  prefix: string;
  /** Of the input, of each hidden layer, and of the output. */
  widths: number[];
  /** What follows each layer. */
  activations: Activation[];
  /** The tensors that the inner loop moves, as Python calls them. */
  names: string[];
  /** Their numbers: layer i's weight is 2 i, its bias 2 i + 1. */
  adapted: number[];
  /** The learner's own gradient steps. */
  steps: number;
  /** The learner's own step size of all parameters; null where it has learned many. */
  rate: number | null;
  rates: "one" | "each_step" | "each_parameter";
  optimiser: "sgd" | "adam";
  /** Whether the rate is divided by a bound on the curvature in the last layer. */
  over_curvature: boolean;
  /** Weight of half the squared distance from the start. */
  proximal_strength: number;
  /** Weight of half the squared norm of the last layer's weights. */
  l2: number;
  /** Whether a class without support has the logit minus infinity. */
  masks_absent: boolean;
  loss: "squared_error" | "cross_entropy";
}

export interface InnerLoopArrays {
  /** Each layer's weight, (input, output) row by row, and then its bias. */
  [parameters: `${string}parameters`]: Float32 | undefined;
  /** (step, adapted tensor), the last row holding for all later steps; or one for each parameter. */
  [rates: `${string}rates`]: Float32 | undefined;
}
