import assert from "node:assert/strict";
import { test } from "node:test";
import { rangeOf } from "./distances/ranges.ts";
import { partOf } from "./matrix/shades.ts";

test("a range spans what is finite", () => {
  assert.deepEqual(rangeOf([3, NaN, 1, Infinity, 2]), { low: 1, high: 3, clipped: false });
  assert.deepEqual(rangeOf([NaN]), { low: 0, high: 1, clipped: false });
  assert.deepEqual(rangeOf([]), { low: 0, high: 1, clipped: false });
});

test("a few far outliers do not push the rest into one colour", () => {
  const values = Array.from({ length: 200 }, (_, i) => i / 100);
  values[0] = 1000;
  const { low, high, clipped } = rangeOf(values);
  assert.equal(low, 0.01);
  assert.equal(clipped, true);
  assert.ok(high > 1.9 && high < 2);
});

test("many values are judged by some of them", () => {
  const values = Float64Array.from({ length: 200_000 }, (_, i) => i % 1000);
  assert.deepEqual(rangeOf(values), { low: 0, high: 999, clipped: false });
});

test("distances are spread by their root, changes evenly", () => {
  const range = { low: 0, high: 4, clipped: false };
  assert.deepEqual(
    [-1, 0, 1, 4, 9].map((v) => partOf(v, range, false)),
    [0, 0, 0.5, 1, 1],
  );
  assert.equal(partOf(0, { low: -2, high: 2, clipped: false }, true), 0.5);
  assert.equal(partOf(3, { low: 3, high: 3, clipped: false }, false), 0);
});
