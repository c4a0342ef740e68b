import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { float32, snapshotWith, traceConfig } from "../made_snapshot.ts";
import { furthestRows, layerGroups, layersOf, longestBar, longestIn, type Row } from "./layers.ts";

const path = new URL("../../../tests/fixtures/inner_loop_slider/layers.json", import.meta.url);
const fixture = JSON.parse(readFileSync(path, "utf8")) as {
  names: string[];
  /** (step, parameter) */
  distance: number[][];
  together: Record<string, number[]>;
};

function near(found: ArrayLike<number>, expected: number[]): void {
  assert.equal(found.length, expected.length);
  for (const [i, value] of expected.entries()) {
    assert.ok(Math.abs(found[i] - value) < 1e-6, `${found[i]} is not ${value}`);
  }
}

const outputs = float32([0, 0, 0], [3, 1, 1]);

test("the distances of layers, and of all of them, are Python's", () => {
  const { names, distance, together } = fixture;
  const now = snapshotWith({
    query_y: [0],
    traces: [traceConfig({ coords: { layer: names } })],
    arrays: {
      "0.outputs": outputs,
      "0.parameter_distance": float32(distance.flat(), [distance.length, names.length]),
    },
  });
  const layers = layersOf(now);
  assert.ok(layers);
  assert.deepEqual(
    layers.rows.map(({ name }) => name),
    ["layers.0", "head"],
  );
  for (const { name, bars } of layers.rows) near(bars[0].data, together[name]);
  near(layers.learners[0].data, together.all);
});

test("a layer's weight and bias are one", () => {
  assert.deepEqual(layerGroups(["encoder.a.weight", "encoder.a.bias", "b.weight"]), [
    { name: "a", members: [0, 1] },
    { name: "b", members: [2] },
  ]);
});

test("networks of as many layers are compared by place, others by name", () => {
  const rowsOf = (first: string[], second: string[]) => {
    const traces = [
      traceConfig({ name: "one", coords: { layer: first } }),
      traceConfig({ name: "two", coords: { layer: second } }),
    ];
    const zeros = (n: number) => float32(Array(3 * n).fill(0), [3, n]);
    const arrays = {
      "0.outputs": outputs,
      "0.parameter_distance": zeros(first.length),
      "1.parameter_distance": zeros(second.length),
    };
    const layers = layersOf(snapshotWith({ query_y: [0], traces, arrays }));
    return layers?.rows.map(({ name, bars }) => [name, bars.length]);
  };
  assert.deepEqual(rowsOf(["a", "b"], ["a", "c"]), [
    ["a", 2],
    ["b / c", 2],
  ]);
  assert.deepEqual(rowsOf(["a", "b"], ["b"]), [
    ["a", 1],
    ["b", 2],
  ]);
});

test("where no distances were recorded there is no chart", () => {
  const now = snapshotWith({ query_y: [0], arrays: { "0.outputs": outputs } });
  assert.equal(layersOf(now), null);
});

const row = (name: string, ...values: number[]): Row => ({
  name,
  bars: [{ look: 0, data: Float64Array.from(values) }],
});

test("of many layers those that moved furthest are kept, in their own order", () => {
  const rows = [row("a", 0, 1), row("b", 0, 3), row("c", 0, NaN), row("d", 0, 2)];
  assert.deepEqual(
    furthestRows(rows, 2).map(({ name }) => name),
    ["b", "d"],
  );
});

test("bars have one scale over all steps, unless one of them leaves the others far behind", () => {
  const learner = (...values: number[]) => ({
    name: "a",
    look: 0,
    data: Float64Array.from(values),
  });
  const calm = [row("a", 0, 1, 2), row("b", 0, 2, 3)];
  assert.equal(longestBar(calm, [learner(0, 2.2, 3.6)], 1), 3);
  const wild = [row("a", 0, 1, 2), row("b", 0, 1, 2), row("c", 0, 1, 1e6)];
  assert.equal(longestBar(wild, [learner(0, 1.7, 1e6)], 1), 1);
  assert.equal(longestBar(wild, [learner(0, 1.7, 1e6)], 2), 2);
});

test("beside a row stands its largest value; no number is larger than all", () => {
  const bars = [1, NaN, 2].map((value) => ({ look: 0, data: Float64Array.from([value]) }));
  assert.equal(longestIn({ name: "a", bars: [bars[0], bars[2]] }, 5), 2);
  assert.ok(Number.isNaN(longestIn({ name: "a", bars: [bars[0], bars[1]] }, 0)));
});
