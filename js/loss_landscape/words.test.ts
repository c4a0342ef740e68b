import assert from "node:assert/strict";
import { test } from "node:test";
import type { Float32 } from "../shared/arrays.ts";
import type { Arrays, Config } from "./model.ts";
import type { State } from "./state.ts";
import {
  aboutText,
  levelText,
  methodName,
  offText,
  placeText,
  pointText,
  stepText,
} from "./words.ts";

const array = (shape: number[], ...values: number[]): Float32 => ({
  data: Float32Array.from(values),
  shape,
});

const ARRAYS = {
  path: array([2, 2, 2], 0, 0, 3, 0, 0, 0, 0, 1),
  off_plane: array([2, 2], 0, 4, 0, 1e-7),
  query_loss: array([2, 2], 2, 1, 2, 0.5),
  support_loss: array([2, 2], 1, 0.25, 1, NaN),
} as unknown as Arrays;

const CONFIG: Config = {
  label: "Loss landscape of MAML",
  meta: {
    learner: "MAML",
    n_parameters: 12345,
    hyper: { inner_steps: 1, inner_lr: 0.3, inner_optimiser: null },
    statistics: "none",
  },
  titles: ["task 1", "task 2"],
  axes: ["across", "up"],
  plane: { first: 0, third: "random", seed: 3 },
  range: { x: [-2, 3], y: [-2, 3] },
  sides: [21, 0],
  levels: [{ query: [], support: [] }, null],
  steps: 2,
  loss_unit: "squared error",
  gradients: {
    names: [],
    settings: { inner_lr: 0.3, inner_steps: 1, proximal_strength: 2 },
  },
  inner_loop: null,
};

const state = (changed: Partial<State>) =>
  ({
    arrays: ARRAYS,
    config: CONFIG,
    task: 0,
    step: 0,
    start: [0, 0],
    held: null,
    ...changed,
  }) as State;

test("a step is said with its losses, how far it went, and how far off the plane", () => {
  assert.equal(
    stepText(state({})),
    "Task 1, before adaptation: query loss 2.00, support loss 1.00.",
  );
  assert.equal(
    stepText(state({ step: 1 })),
    "Task 1, after 1 of 1 inner steps: query loss 1.00, support loss 0.250; " +
      "5.00 from the initialisation, 4.00 off the plane.",
  );
  assert.equal(
    stepText(state({ step: 1, task: 1, config: { ...CONFIG, titles: ["task 1"] } })),
    "After 1 of 1 inner steps: query loss 0.500, support loss not a number; " +
      "1.00 from the initialisation, on the plane.",
  );
});

test("losses are said at the pointer, where the initialisation is held, or where it is", () => {
  const losses = { query: 2, support: 1 };
  const read = "query loss 2.00, support loss 1.00";
  assert.equal(pointText(state({}), null, losses), `At the initialisation, (0.00, 0.00): ${read}.`);
  assert.equal(
    pointText(state({}), [3, -0.001], losses),
    `At the pointer, (3.00, 0.00): ${read}; 3.00 from the initialisation.`,
  );
  assert.equal(
    pointText(state({ held: [0, -1] }), null, null),
    "Held here, (0.00, \u22121.00): losses not computed yet; 1.00 from the last path's start.",
  );
});

test("places are as fine as the square deserves, without a minus before zero", () => {
  assert.equal(
    placeText([0.123456, -0.3], { x: [0, 0.05], y: [0, 0.05] }),
    "(0.1235, \u22120.3000)",
  );
  assert.equal(placeText([123.4, -0.4], { x: [0, 500], y: [0, 500] }), "(123, 0)");
});

test("levels are written as round numbers, tiny and huge ones as powers", () => {
  assert.equal(levelText(0.015), "0.015");
  assert.equal(levelText(-2), "\u22122");
  assert.equal(levelText(0), "0");
  assert.equal(levelText(2e-5), "2 \u00d7 10\u207b\u2075");
  assert.equal(offText(1e-7), "0");
  assert.equal(offText(0.2), "0.200");
});

test("what is seen: parameters, settings, direction and grid", () => {
  const text = "12,345 parameters move, inner steps 1, rate 0.3, random direction of seed 3";
  assert.equal(aboutText(CONFIG, 0), `${text}, 21 \u00d7 21 points`);
  assert.equal(aboutText(CONFIG, 1), `${text}, not computed yet`);
});

test("a method that is not known keeps its name", () => {
  assert.equal(methodName("second_order"), "second order (MAML)");
  assert.equal(methodName("mine"), "mine");
});
