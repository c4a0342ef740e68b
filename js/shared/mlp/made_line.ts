// The smallest inner loop, for tests: y = w x + b.
import type { InnerLoopConfig } from "./config.ts";

export const LINE: InnerLoopConfig = {
  prefix: "",
  widths: [1, 1],
  activations: ["identity"],
  names: ["weight", "bias"],
  adapted: [0, 1],
  steps: 1,
  rate: 0.1,
  rates: "one",
  optimiser: "sgd",
  over_curvature: false,
  proximal_strength: 0,
  l2: 0,
  masks_absent: false,
  loss: "squared_error",
};
