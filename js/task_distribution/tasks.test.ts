import assert from "node:assert/strict";
import { test } from "node:test";
import { groupOf, rangeOf } from "./tasks.ts";

test("a range leaves out what is no number, and has a margin even where all are equal", () => {
  assert.deepEqual(rangeOf([0, NaN, 10, Infinity]), [-0.5, 10.5]);
  assert.deepEqual(rangeOf([2, 2]), [1.5, 2.5]);
  assert.deepEqual(rangeOf([]), [0, 1]);
});

test("meta-training stays as the test distribution moves", () => {
  assert.equal(groupOf("train", 3), 0);
  assert.equal(groupOf("test", 0), 1);
  assert.equal(groupOf("test", 3), 4);
});
