import assert from "node:assert/strict";
import { test } from "node:test";
import { innerLoopOf, type Task } from "./inner_loop.ts";
import { LINE } from "./made_line.ts";
import { parametersAt, placeOf, rowOfLosses } from "./plane.ts";

const plane = {
  origin: Float64Array.of(1, 2),
  basis: [
    [0.6, 0.8],
    [-0.8, 0.6],
  ] as [number[], number[]],
};

test("a place of the plane and its parameters belong together", () => {
  const there = parametersAt(plane, 2, -1);
  assert.deepEqual(
    [...there].map((v) => Math.round(1e9 * v) / 1e9),
    [3, 3],
  );
  const { x, y, off } = placeOf(plane, there);
  assert.ok(Math.abs(x - 2) + Math.abs(y + 1) + off < 1e-12);
});

test("what lies off the plane is measured", () => {
  const deep = {
    origin: Float64Array.of(0, 0, 0),
    basis: [
      [1, 0, 0],
      [0, 1, 0],
    ] as [number[], number[]],
  };
  assert.deepEqual(placeOf(deep, Float64Array.of(3, 4, -5)), { x: 3, y: 4, off: 5 });
});

test("a row of losses is that of the parameters there", () => {
  const parameters = { data: Float32Array.of(1, 2), shape: [2] };
  const loop = innerLoopOf(LINE, { parameters });
  const items = { x: [2], y: [0], n: 1 };
  const task: Task = { support: items, query: { ...items, y: [1] } };
  const row = rowOfLosses(loop, task, "query", { plane, xs: [0, 5], y: 0 });
  assert.deepEqual([...row], [9, 169]); // 1 * 2 + 2 and 4 * 2 + 6, less 1, squared
});
