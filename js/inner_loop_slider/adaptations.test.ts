import assert from "node:assert/strict";
import { test } from "node:test";
import { largestOf, snapshotOf, stepOf } from "./adaptations.ts";
import { float32, NO_CHOICE, snapshotWith, traceConfig } from "./made_snapshot.ts";

const NAMES = ["aleph", "beth"];

test("queries are in the order of their classes, and the support follows", () => {
  const now = snapshotWith({
    names: NAMES,
    query_y: [1, 0, 1],
    arrays: { "0.probabilities": float32(Array(18).fill(0.5), [3, 3, 2]) },
  });
  assert.deepEqual(
    now.items.map(({ id, label }) => [id, label]),
    [
      ["q1", 0],
      ["q0", 1],
      ["q2", 1],
      ["s0", 0],
      ["s1", 1],
    ],
  );
  assert.equal(now.images, false);
});

test("the hardest query has the least probability of its class at the end; no number is worse", () => {
  const ends = (...end: number[]) =>
    snapshotWith({
      names: NAMES,
      query_y: [0, 1, 1],
      arrays: { "0.probabilities": float32([...Array(12).fill(0.5), ...end], [3, 3, 2]) },
    }).hardest;
  assert.equal(ends(0.9, 0.1, 0.8, 0.2, 0.4, 0.6), "q1");
  assert.equal(ends(0.9, 0.1, 0.8, 0.2, NaN, NaN), "q2");
  assert.equal(ends(0.5, 0.5, 0.5, 0.5, 0.5, 0.5), "q0");
});

test("of a regression the hardest query is furthest from its target", () => {
  const now = snapshotWith({
    query_y: [1, -2],
    arrays: { "0.outputs": float32([0, 0, 0, 0, 1.5, -1], [3, 2, 1]) },
  });
  assert.equal(now.hardest, "q1");
  assert.deepEqual(
    now.items.map(({ label }) => label),
    [-1, -1, -1],
  );
});

test("learners keep their look whoever is shown, and nothing shown shows all", () => {
  const choices = ["a", "b", "c"].map((name) => ({
    ...NO_CHOICE,
    name,
  }));
  const traces = [traceConfig({ name: "b" }), traceConfig({ name: "c", steps: 5 })];
  const outputs = { "0.outputs": float32([0, 0, 0], [3, 1, 1]) };
  const arrays = { ...outputs, "1.outputs": float32([0, 0, 0, 0, 0], [5, 1, 1]) };
  const now = snapshotWith({ query_y: [0], traces, choices, arrays, shown: ["c"] });
  assert.deepEqual(
    now.traces.map(({ name, i, look }) => [name, i, look]),
    [["c", 1, 2]],
  );
  assert.equal(now.several, true);
  assert.equal(now.longest.name, "c");
  const all = snapshotOf(now.config, now.arrays, ["gone"]);
  assert.deepEqual(
    all.traces.map(({ name }) => name),
    ["b", "c"],
  );
  assert.equal(all.key, now.key);
});

test("a trace that ended earlier stays at its end", () => {
  assert.equal(stepOf({ steps: 3 }, 7), 2);
  assert.equal(stepOf({ steps: 3 }, 1), 1);
});

test("the largest value is the first of several", () => {
  assert.equal(largestOf([0.2, 0.4, 0.4]), 1);
});
