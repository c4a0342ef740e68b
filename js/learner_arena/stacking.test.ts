import assert from "node:assert/strict";
import { test } from "node:test";
import { DOT, spread, stacked } from "./stacking.ts";

test("equal scores stand on one another, and what is no number stands nowhere", () => {
  const { dots, highest } = stacked([0.5, NaN, 0.5, 1], (score) => 100 * score);
  assert.deepEqual(
    dots.map(({ episode, level }) => [episode, level]),
    [
      [0, 0],
      [2, 1],
      [3, 0],
    ],
  );
  assert.equal(highest, 2);
  assert.equal(dots[0].u, dots[1].u);
  assert.ok(Math.abs(dots[0].u - 50) <= DOT + 0.3); // within half a column of its score
});

test("names are pushed apart until none lies on another, within the box", () => {
  const places = [{ v: 50 }, { v: 51 }, { v: 52 }, { v: 0 }, { v: 99 }];
  spread(places, [0, 100], 14);
  const vs = places.map(({ v }) => v);
  assert.deepEqual(
    [...vs].sort((a, b) => a - b),
    vs,
  );
  for (let i = 1; i < vs.length; i++) assert.ok(vs[i] - vs[i - 1] >= 14 - 1e-6);
  assert.ok(vs[0] >= 0 && vs.at(-1)! <= 100);
});
