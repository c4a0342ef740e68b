import assert from "node:assert/strict";
import { test } from "node:test";
import { curveRange, leavingText } from "./curve_range.ts";

test("the range of a curve holds what is known, and of fits what does not squash it", () => {
  const near = (found: number[], expected: number[]) => {
    for (const [i, value] of expected.entries()) assert.ok(Math.abs(found[i] - value) < 1e-9);
  };
  near(curveRange([[0, 1], [2]], [[0.5]]), [-0.12, 2.12]);
  near(curveRange([[0, 2]], [[2.5, NaN, -Infinity]]), [-0.12, 2.62]);
  near(curveRange([[0, 2]], [[100], [-100]]), [-1.12, 3.12]);
  near(curveRange([[1, 1]], [[1]]), [0.94, 1.06]);
});

test("a fit that is not seen in full is said to leave", () => {
  const fit = (...values: number[]) => leavingText(Float32Array.from(values), [-1, 1]);
  assert.equal(fit(0, 0.5), "");
  assert.equal(fit(-2, 3), "The fit leaves the plot: it reaches \u22122.00 and 3.00.");
  assert.equal(fit(0, Infinity), "The fit is infinite at this step and is not drawn there.");
});
