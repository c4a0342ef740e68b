import assert from "node:assert/strict";
import { test } from "node:test";
import { float32, snapshotWith, traceConfig } from "../made_snapshot.ts";
import {
  domainOf,
  type Line,
  needsLog,
  notFinite,
  type Series,
  seriesNotes,
  seriesOf,
} from "./series.ts";

const line = (values: number[], changed: Partial<Line> = {}): Line => ({
  role: "query",
  name: "query",
  learner: "MAML",
  look: 0,
  absorbing: false,
  data: Float32Array.from(values),
  ...changed,
});

const chartOf = (lines: Line[], changed: Partial<Series> = {}): Series => ({
  key: "loss",
  title: "Loss, nats",
  lines,
  several: false,
  steps: 3,
  xLabel: "",
  ...changed,
});

test("a log scale is taken where values are positive and span much", () => {
  assert.equal(needsLog([line([1, 0.1])]), false);
  assert.equal(needsLog([line([1]), line([0.01])]), true);
  assert.equal(needsLog([line([1, 0.01, -1])]), false);
  assert.equal(needsLog([line([1, 0.01, 0, Infinity, NaN])]), true);
});

test("a linear chart begins at 0, a log one at most four decades below the start", () => {
  assert.deepEqual(domainOf(chartOf([line([2, 1])]), false), [0, 2.08]);
  assert.deepEqual(domainOf(chartOf([line([-2, -1])]), false), [-2, 1]);
  const [low, high] = domainOf(chartOf([line([1, 1e-9])]), true);
  assert.ok(Math.abs(low - 1e-4) < 1e-9);
  assert.equal(high, 1);
  assert.deepEqual(domainOf(chartOf([line([2, 2])]), true), [1, 4]);
  assert.deepEqual(domainOf(chartOf([line([NaN])]), true), [0.1, 1]);
  assert.deepEqual(domainOf(chartOf([line([NaN])]), false), [0, 1]);
  assert.deepEqual(domainOf(chartOf([line([0.3])], { fixed: [0, 1] }), false), [0, 1]);
});

test("steps without a number are named", () => {
  assert.equal(notFinite([1, 2]), "");
  assert.equal(notFinite([1, Infinity, 2]), "infinite at step 1");
  assert.equal(notFinite([1, Infinity, -Infinity]), "infinite from step 1 on");
  assert.equal(notFinite([1, NaN, NaN, 2]), "not a number at steps 1 to 2");
  assert.equal(notFinite([NaN, 1, NaN, 2]), "not a number within steps 0 to 2");
  assert.equal(notFinite([1, Infinity, NaN]), "infinite at step 1 and not a number at step 2");
});

test("lines of one fate share a sentence, and what a learner means is no alarm", () => {
  const both = [line([1, NaN]), line([1, NaN], { role: "support", name: "support" })];
  assert.deepEqual(seriesNotes(chartOf(both)), [
    { text: "Query and support loss are not a number at step 1 (\u2715).", alarming: true },
  ]);
  const absorbing = [line([1, Infinity], { absorbing: true })];
  assert.deepEqual(seriesNotes(chartOf(absorbing)), [
    {
      text: "Query loss is infinite at step 1 (\u2715): a class without support has probability 0.",
      alarming: false,
    },
  ]);
  assert.deepEqual(seriesNotes(chartOf(absorbing, { several: true })), [
    {
      text: "MAML: infinite at step 1 (\u2715), since a class without support has probability 0.",
      alarming: false,
    },
  ]);
  const gradient = [line([1, NaN], { role: "gradient", name: "gradient" })];
  assert.deepEqual(seriesNotes(chartOf(gradient, { key: "gradient" })), [
    { text: "Gradient norm is not a number at step 1 (\u2715).", alarming: true },
  ]);
});

test("charts are those of what was recorded over steps; the last one names the steps", () => {
  const now = snapshotWith({
    names: ["aleph", "beth"],
    query_y: [0],
    traces: [traceConfig({ name: "a" }), traceConfig({ name: "b" })],
    arrays: {
      "0.probabilities": float32([1, 0, 1, 0, 1, 0], [3, 1, 2]),
      "0.query_loss": float32([3, 2, 1]),
      "1.query_loss": float32([3, 2, 1]),
      "1.support_loss": float32([3, 2, 1]),
      "0.query_accuracy": float32([0, 1, 1]),
      "0.gradient_norm": float32([1]),
    },
  });
  const [loss, accuracy, ...rest] = seriesOf(now);
  assert.deepEqual(rest, []);
  assert.deepEqual(
    loss.lines.map(({ role, name, learner }) => [role, name, learner]),
    [
      ["query", "a", "a"],
      ["query", "b", "b"],
      ["support", "support", "b"],
    ],
  );
  assert.equal(loss.xLabel, "");
  assert.deepEqual([accuracy.chance, accuracy.xLabel], [0.5, "inner-loop step"]);
});
