import assert from "node:assert/strict";
import { test } from "node:test";
import { planeOf } from "./svg_plane.ts";

const labels = { xLabel: "x", yLabel: "y" };

test("a curve's axes span what they are given", () => {
  const plane = planeOf({
    width: 454,
    height: 246,
    xs: [0, 4],
    ys: [-1, 1],
    equal: false,
    ...labels,
  });
  assert.deepEqual(
    [plane.xs, plane.ys],
    [
      [0, 4],
      [-1, 1],
    ],
  );
  assert.equal(plane.x(0), 44);
  assert.equal(plane.x(4), 444);
  assert.equal(plane.y(-1), 210); // the screen's y goes down
  assert.equal(plane.y(1), 10);
  assert.equal(plane.x.invert(244), 2);
});

test("in the plane a unit is as long across as up, about the same middle", () => {
  const plane = planeOf({
    width: 454,
    height: 246,
    xs: [0, 4],
    ys: [0, 4],
    equal: true,
    ...labels,
  });
  assert.deepEqual(plane.ys, [0, 4]); // the axis that fills its room stays
  assert.deepEqual(plane.xs, [-2, 6]);
  assert.equal(plane.x(1) - plane.x(0), plane.y(0) - plane.y(1));
});
