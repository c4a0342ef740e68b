import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { InnerLoopArrays, InnerLoopConfig } from "./config.ts";
import {
  accuracyAt,
  distancesFrom,
  type InnerLoop,
  innerLoopOf,
  lossAt,
  normOf,
  predictionsOf,
  runOf,
  type Task,
} from "./inner_loop.ts";
import { probabilitiesOf } from "./losses.ts";

type Nested = number | null | Nested[];

interface Case {
  config: InnerLoopConfig;
  arrays: Record<"parameters" | "rates", string | undefined>;
  steps: number;
  support_x: number[][];
  support_y: Nested;
  query_x: number[][];
  query_y: Nested;
  probe: number[][];
  trace: Record<string, Nested[]>;
}

const path = new URL("../../../tests/fixtures/mlp/inner_loops.json", import.meta.url);
const { closed, cases } = JSON.parse(readFileSync(path, "utf8")) as {
  closed: number;
  cases: Record<string, Case>;
};

function float32(text: string): Float32Array<ArrayBuffer> {
  const bytes = Uint8Array.from(Buffer.from(text, "base64"));
  return new Float32Array(bytes.buffer);
}

function arraysOf({ arrays }: Case): InnerLoopArrays {
  const found: Record<string, { data: Float32Array<ArrayBuffer>; shape: number[] }> = {};
  for (const [name, text] of Object.entries(arrays)) {
    const data = float32(text!);
    found[name] = { data, shape: [data.length] };
  }
  return found;
}

const flat = (nested: Nested): number[] => [nested].flat(9) as number[];

function itemsOf(x: number[][], y: Nested) {
  return { x: flat(x), y: flat(y), n: x.length };
}

function taskOf(given: Case): Task {
  return {
    support: itemsOf(given.support_x, given.support_y),
    query: itemsOf(given.query_x, given.query_y),
  };
}

let furthest = 0;

/** Numbers within 1e-5 of Python's, relatively where they are large. */
function near(found: ArrayLike<number>, expected: Nested, where: string): void {
  const wanted = flat(expected);
  assert.equal(found.length, wanted.length, where);
  for (const [i, value] of wanted.entries()) {
    if (value === closed) {
      assert.equal(found[i], -Infinity, where);
      continue;
    }
    const away = Math.abs(found[i] - value) / Math.max(1, Math.abs(value));
    furthest = Math.max(furthest, away);
    assert.ok(away < 1e-5, `${where}: ${found[i]} is not ${value}`);
  }
}

function compareStep(given: Case, loop: InnerLoop, task: Task, t: number): void {
  const { trace } = given;
  const run = runOf(loop, task);
  const state = run.at(t);
  const { parameters } = state;
  const outputs = predictionsOf(loop, task, parameters, task.query);
  near(outputs, trace.outputs[t], "outputs");
  near(
    predictionsOf(loop, task, parameters, task.support),
    trace.support_outputs[t],
    "support_outputs",
  );
  const probe = { x: flat(given.probe), n: given.probe.length };
  near(predictionsOf(loop, task, parameters, probe), trace.probe_outputs[t], "probe_outputs");
  near([state.supportLoss], trace.support_loss[t], "support_loss");
  near([lossAt(loop, task, parameters, "support")], trace.support_loss[t], "support_loss");
  const queryLoss = lossAt(loop, task, parameters, "query");
  if (trace.query_loss) near([queryLoss], trace.query_loss[t], "query_loss");
  else assert.equal(queryLoss, Infinity);
  near([normOf(state.gradient)], trace.gradient_norm[t], "gradient_norm");
  const moved = distancesFrom(loop, loop.parameters, parameters);
  near(moved, trace.parameter_distance[t], "parameter_distance");
  if (!trace.probabilities) return;
  const p = probabilitiesOf(outputs, task.query.n, loop.width);
  near(p, trace.probabilities[t], "probabilities");
  near([accuracyAt(loop, outputs, task.query)], trace.query_accuracy[t], "query_accuracy");
}

for (const [name, given] of Object.entries(cases)) {
  test(`the inner loop is Python's: ${name}`, () => {
    const loop = innerLoopOf(given.config, arraysOf(given));
    const task = taskOf(given);
    for (let t = 0; t <= given.steps; t++) compareStep(given, loop, task, t);
  });
}

test("the largest difference from Python is far below 1e-5", () => {
  console.log(`largest difference from Python: ${furthest.toExponential(2)}`);
  assert.ok(furthest < 1e-7, `${furthest}`);
});
