// Meta-gradients at a place of the plane, as `learners.landscape.meta_gradient_agreement` defines them.

import { hessianTimes } from "../../shared/mlp/curvature.ts";
import { type InnerLoop, normOf, runOf, type Task } from "../../shared/mlp/inner_loop.ts";
import { tensorRange } from "../../shared/mlp/network.ts";
import { type Plane, parametersAt } from "../../shared/mlp/plane.ts";
import type { Config, Place } from "../model.ts";
import { emptyArray, type Gradients } from "./walker.ts";

type Vector = Float64Array;
type Methods = Config["gradients"];

const CG_STEPS = 10; // those of `agreement`

/** The gradients of all methods and tasks, and of the mean of the tasks where there are several. */
export function metaGradients(
  loop: InnerLoop,
  tasks: Task[],
  plane: Plane,
  { place: [x, y], names, settings }: Methods & { place: Place },
): Gradients {
  const start = parametersAt(plane, x, y);
  const found = tasks.map((task) => {
    const problem = problemOf(loop, task, settings);
    return names.map((name) => METHODS[name]?.(problem, start) ?? start.map(() => NaN));
  });
  if (found.length > 1) found.push(names.map((_, i) => meanOf(found.map((each) => each[i]))));
  return projected(found, plane);
}

/** What every method asks of a task. */
interface Problem {
  rate: number;
  steps: number;
  strength: number;
  /** The gradient of the support's loss, of the query's, or of that of both together. */
  gradient(side: "support" | "query" | "all", at: Vector): Vector;
  /** The Hessian of the support's loss, times a vector. */
  bend(at: Vector, along: Vector): Vector;
  /** The vector with 0 for all but the last layer that adapts. */
  headOf(vector: Vector): Vector;
}

function problemOf(
  { config, ...loop }: InnerLoop,
  task: Task,
  settings: Methods["settings"],
): Problem {
  // Plain losses: what a learner adds to its own inner loop is no part of these definitions.
  const bare: InnerLoop = { ...loop, config: { ...config, l2: 0, over_curvature: false } };
  const all = joined(task);
  const sides = { support: task.support, query: task.query, all };
  const gradient: Problem["gradient"] = (side, at) =>
    runOf(bare, { support: sides[side], query: task.query }, { start: at }).at(0).gradient;
  const bend = (at: Vector, along: Vector) => hessianTimes(bare, task, at, along);
  const head = Math.max(...config.adapted) >> 1;
  const [from] = tensorRange(bare.network, 2 * head);
  const [, to] = tensorRange(bare.network, 2 * head + 1);
  const headOf = (vector: Vector) => vector.map((v, i) => (i < from || i >= to ? 0 : v));
  const { inner_lr: rate, inner_steps: steps, proximal_strength: strength } = settings;
  return { rate, steps, strength, gradient, bend, headOf };
}

function joined({ support, query }: Task): Task["support"] {
  const both = (name: "x" | "y") =>
    Float64Array.from([...Array.from(support[name]), ...Array.from(query[name])]);
  return { x: both("x"), y: both("y"), n: support.n + query.n };
}

/** a + by * b. */
function sum(a: Vector, b: Vector, by: number): Vector {
  return a.map((v, i) => v + by * b[i]);
}

function meanOf(vectors: Vector[]): Vector {
  const total = vectors.reduce((a, b) => sum(a, b, 1));
  return total.map((v) => v / vectors.length);
}

/** The states of plain gradient descent on the support's loss; `only` says which part of a gradient counts. */
function descent(problem: Problem, start: Vector, only = (g: Vector) => g): Vector[] {
  const states = [start];
  for (let t = 0; t < problem.steps; t++) {
    states.push(sum(states[t], only(problem.gradient("support", states[t])), -problem.rate));
  }
  return states;
}

/** The query's gradient after the steps, taken back through each of them. */
function throughSteps(problem: Problem, start: Vector, only = (g: Vector) => g): Vector {
  const states = descent(problem, start, only);
  let found = problem.gradient("query", states[problem.steps]);
  for (let t = problem.steps - 1; t >= 0; t--) {
    found = sum(found, problem.bend(states[t], only(found)), -problem.rate);
  }
  return found;
}

const METHODS: Record<string, (problem: Problem, start: Vector) => Vector> = {
  second_order: (problem, start) => throughSteps(problem, start),
  anil: (problem, start) => throughSteps(problem, start, problem.headOf),
  first_order: (problem, start) =>
    problem.gradient("query", descent(problem, start)[problem.steps]),
  reptile: (problem, start) => {
    let now = start;
    for (let t = 0; t < problem.steps; t++) {
      now = sum(now, problem.gradient("all", now), -problem.rate);
    }
    return sum(start, now, -1);
  },
  implicit: (problem, start) => {
    const { rate, steps, strength, gradient, bend } = problem;
    let now = start;
    for (let t = 0; t < steps; t++) {
      const pulled = sum(gradient("support", now), sum(now, start, -1), strength);
      now = sum(now, pulled, -rate);
    }
    const system = (v: Vector) => sum(v, bend(now, v), 1 / strength);
    return conjugateGradient(system, gradient("query", now));
  },
};

/** Solve `system(x) = b` as `learners.optimisation_based.implicit_maml.conjugate_gradient` does. */
function conjugateGradient(system: (v: Vector) => Vector, b: Vector): Vector {
  const dot = (u: Vector, v: Vector) => u.reduce((total, value, i) => total + value * v[i], 0);
  let x = b;
  let best = b;
  let r = sum(b, system(b), -1);
  let p = r;
  let squared = dot(r, r);
  let least = squared;
  const scale = Math.max(dot(b, b), Number.MIN_VALUE);
  for (let step = 0; step < CG_STEPS && squared > 1e-20 * scale; step++) {
    const product = system(p);
    const curvature = dot(p, product);
    if (!(curvature > 0)) break;
    const length = squared / curvature;
    x = sum(x, p, length);
    r = sum(r, product, -length);
    const after = dot(r, r);
    p = sum(r, p, after / squared);
    squared = after;
    if (squared < least) [best, least] = [x, squared];
  }
  return best;
}

/** What the page shows of gradients: (task, method) of them. */
function projected(found: Vector[][], { basis }: Plane): Gradients {
  const shape = [found.length, found[0].length];
  const arrays: Gradients = {
    gradients: emptyArray([...shape, 2]),
    gradient_share: emptyArray(shape),
    gradient_norm: emptyArray(shape),
    gradient_cosines: emptyArray(shape),
  };
  const dot = (u: Vector, v: ArrayLike<number>) =>
    u.reduce((total, value, i) => total + value * v[i], 0);
  for (const [i, gradient] of found.flat().entries()) {
    const first = found[Math.floor(i / shape[1])][0];
    const norm = normOf(gradient);
    const place = basis.map((direction) => dot(gradient, direction));
    arrays.gradients.data.set(place, 2 * i);
    arrays.gradient_share.data[i] = Math.hypot(...place) / norm;
    arrays.gradient_norm.data[i] = norm;
    arrays.gradient_cosines.data[i] = dot(gradient, first) / (norm * normOf(first));
  }
  return arrays;
}
