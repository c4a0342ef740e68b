import assert from "node:assert/strict";
import { test } from "node:test";
import { LINE } from "../../shared/mlp/made_line.ts";
import { float32, NO_CHOICE, snapshotWith, traceConfig } from "../made_snapshot.ts";
import type { Choice } from "../model.ts";
import { givenEpisode, moved, pointsOf } from "../points/points.ts";
import { adapterOf, type Sent } from "./adapted.ts";
import { keptFor } from "./kept.ts";

/** y = w x + b from w = b = 0, on the support point (0, 0). */
const OWN_LINE = { ...LINE, prefix: "loop.0.", steps: 2, rate: 0.25 };

function sent(): Sent {
  const line: Choice = { ...NO_CHOICE, name: "line", inner_lr: 0.25, inner_steps: 2 };
  const choices: Choice[] = [
    { ...line, inner_loop: OWN_LINE },
    { ...line, name: "torch only" },
  ];
  const { config, arrays } = snapshotWith({
    query_y: [1, 2],
    choices,
    traces: [traceConfig({ name: "line" }), traceConfig({ name: "torch only" })],
    arrays: {
      "0.outputs": float32([0, 0, 0, 0, 0, 0], [3, 2, 1]),
      "1.outputs": float32([9, 8, 9, 8, 9, 8], [3, 2, 1]),
      "0.probe": float32([-1, 1], [2, 1]),
      "loop.0.parameters": float32([0, 0]),
    },
  });
  const shown = ["line", "torch only"];
  return { config, arrays, settings: { inner_lr: null, inner_steps: null, shown, points: null } };
}

test("what Python sent is shown as long as nothing else is wanted", () => {
  const given = sent();
  const found = adapterOf()(given, given.settings);
  assert.equal(found.arrays, given.arrays);
  assert.equal(found.config, given.config);
  assert.deepEqual(found.left, []);
});

test("other settings are computed where they can be, and the others are named", () => {
  const given = sent();
  const adapt = adapterOf();
  const points = moved(pointsOf(givenEpisode(given)), "s0", [0], 1); // the target 1 at x = 0
  const wanted = { ...given.settings, inner_steps: 1, points };
  const { config, arrays, left } = adapt(given, wanted);
  assert.deepEqual(left, ["torch only"]);
  assert.equal(config.traces[0].steps, 2);
  // from 0 with rate 0.25 the gradient -2 takes the bias to a half
  assert.deepEqual([...arrays["0.outputs"]!.data], [0, 0, 0.5, 0.5]);
  assert.deepEqual([...arrays["0.support_loss"]!.data], [1, 0.25]);
  assert.deepEqual([...arrays["0.gradient_norm"]!.data], [2, 1]);
  assert.deepEqual([...arrays["0.probe_outputs"]!.data], [0, 0, 0.5, 0.5]);
  assert.deepEqual([...arrays["1.outputs"]!.data], [9, 8, 9, 8, 9, 8]); // as Python sent it
  assert.deepEqual([...arrays.support_y.data], [1]);
  const more = adapt(given, { ...wanted, inner_steps: 2 });
  assert.deepEqual([...more.arrays["0.support_loss"]!.data], [1, 0.25, 0.0625]);
});

test("another rate is taken", () => {
  const given = sent();
  const points = moved(pointsOf(givenEpisode(given)), "s0", [0], 1);
  const wanted = { ...given.settings, inner_lr: 0.5, inner_steps: 1, points };
  assert.deepEqual([...adapterOf()(given, wanted).arrays["0.support_loss"]!.data], [1, 0]);
});

test("answers to queries are kept by what they are of", () => {
  const answers = float32([1, 2, 3, 4], [2, 2, 1]);
  const { data, shape } = keptFor(answers, ["a", "b"], ["b", "new"]);
  assert.deepEqual(shape, [2, 2, 1]);
  assert.deepEqual([...data], [2, NaN, 4, NaN]);
});
