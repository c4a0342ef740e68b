// Paths and losses on the plane for an MLP learner, computed here as Python computes them.
import { at, type Float32, type NdArray } from "../../shared/arrays.ts";
import {
  type InnerLoop,
  innerLoopOf,
  lossAt,
  runOf,
  type Settings,
  type Task,
} from "../../shared/mlp/inner_loop.ts";
import { type Plane, parametersAt, placeOf } from "../../shared/mlp/plane.ts";
import type { Arrays, Config, Place } from "../model.ts";
import type { Losses } from "../surface/grid.ts";
import { metaGradients } from "./meta_gradients.ts";

export type Paths = Pick<Arrays, "path" | "off_plane" | "support_loss" | "query_loss">;
export type Gradients = Pick<
  Arrays,
  "gradients" | "gradient_share" | "gradient_norm" | "gradient_cosines"
>;

export interface Walker {
  /** All tasks' inner loops from a place of the plane. */
  pathsFrom(place: Place): Paths;
  /** The meta-gradients of all tasks, and of their mean where there are several. */
  gradientsAt(place: Place): Gradients;
  /** A task's losses at a place. */
  lossesAt(place: Place, task: number): Losses;
}

/** What computes paths here; null where Python sent no inner loop that this can run. */
export function walkerOf(config: Config, arrays: Arrays): Walker | null {
  if (!config.inner_loop) return null;
  const loop = innerLoopOf(config.inner_loop, arrays);
  const basis = arrays.basis!;
  const plane: Plane = {
    origin: loop.parameters,
    basis: [at(basis, 0).data, at(basis, 1).data],
  };
  const tasks = config.titles.map((_, k) => taskOf(arrays, k));
  return {
    pathsFrom: (place) => pathsFrom(loop, tasks, plane, { place, steps: config.steps }),
    gradientsAt: (place) => metaGradients(loop, tasks, plane, { place, ...config.gradients }),
    lossesAt: ([x, y], task) => {
      const parameters = parametersAt(plane, x, y);
      const loss = (side: "query" | "support") => lossAt(loop, tasks[task], parameters, side);
      return { query: loss("query"), support: loss("support") };
    },
  };
}

function taskOf(arrays: Arrays, k: number): Task {
  const side = (name: "support" | "query") => {
    const x: NdArray = arrays[`${name}_x.${k}`];
    return { x: x.data, y: arrays[`${name}_y.${k}`].data, n: x.shape[0] };
  };
  return { support: side("support"), query: side("query") };
}

interface Walked extends Settings {
  place: Place;
  /** States, the one before any step included. */
  steps: number;
}

function pathsFrom(
  loop: InnerLoop,
  tasks: Task[],
  plane: Plane,
  { place: [x, y], steps }: Walked,
): Paths {
  const shape = [tasks.length, steps];
  const found = {
    path: emptyArray([...shape, 2]),
    off_plane: emptyArray(shape),
    support_loss: emptyArray(shape),
    query_loss: emptyArray(shape),
  };
  const start = parametersAt(plane, x, y);
  for (const [k, task] of tasks.entries()) {
    const run = runOf(loop, task, { start });
    for (let t = 0; t < steps; t++) {
      const i = k * steps + t;
      const { parameters, supportLoss } = run.at(t);
      const here = placeOf(plane, parameters);
      found.path.data.set([here.x, here.y], 2 * i);
      found.off_plane.data[i] = here.off;
      found.support_loss.data[i] = supportLoss;
      found.query_loss.data[i] = lossAt(loop, task, parameters, "query");
    }
  }
  return found;
}

/** An array of zeros. */
export function emptyArray(shape: number[]): Float32 {
  return { data: new Float32Array(shape.reduce((product, n) => product * n, 1)), shape };
}
