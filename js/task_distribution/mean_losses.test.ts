import assert from "node:assert/strict";
import { test } from "node:test";
import type { Float32 } from "../shared/arrays.ts";
import { domainOf, meanLosses } from "./mean_losses.ts";

// Two groups of two tasks, three states.
const losses: Float32 = {
  data: new Float32Array([1, 2, 3, 3, 4, 5, 0, 0, 0, 0, 0, NaN]),
  shape: [2, 2, 3],
};

test("means are over tasks, at one state", () => {
  const [first, second] = meanLosses(losses, 0);
  assert.equal(first.mean, 2);
  assert.ok(Math.abs(first.half - 12.706204736) < 1e-9); // t with 1 degree of freedom, s = sqrt(2), over sqrt(2) tasks
  assert.deepEqual(second, { mean: 0, half: 0 });
});

test("a state behind the last is the last, and what is no number stays none", () => {
  const [first, second] = meanLosses(losses, 99);
  assert.equal(first.mean, 4);
  assert.ok(Number.isNaN(second.mean));
});

test("an axis of errors begins at 0, and a log axis holds intervals down to a fifth of their mean", () => {
  assert.deepEqual(domainOf([{ mean: 1, half: 3 }]), [[0, 4.2], false]);
  const [[low, high], log] = domainOf([
    { mean: 0.01, half: 0.5 }, // reaches 0
    { mean: 2, half: 0.5 },
    { mean: NaN, half: NaN },
    { mean: Infinity, half: Infinity },
  ]);
  assert.equal(log, true);
  assert.ok(low > 0.001 && low < 0.002, `${low}`);
  assert.ok(high > 2.5 && high < 4);
  assert.deepEqual(domainOf([]), [[0, 1.05e-9], false]);
});
