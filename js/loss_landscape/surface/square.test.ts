import assert from "node:assert/strict";
import { test } from "node:test";
import { arrowShapes } from "../marks/arrow_shapes.ts";
import { panelSize, squareOf } from "./square.ts";

const { width, height, box } = panelSize(500);
const square = squareOf(box, { x: [-2, 3], y: [-1, 4] });

test("a panel leaves room for its axes, and its plane is a square", () => {
  assert.deepEqual([width, height], [500, 482]);
  assert.equal(square.side, 436);
  assert.equal(box.bottom - box.top, 436);
});

test("places have pixels, and pixels places; the screen's y goes down", () => {
  assert.deepEqual(square.pixel([-2, -1]), [box.left, box.bottom]);
  assert.deepEqual(square.pixel([3, 4]), [box.right, box.top]);
  assert.deepEqual(square.place([box.left + 218, box.bottom - 109]), [0.5, 0.25]);
  assert.deepEqual(square.gridPixel(5)([4, 0]), [box.right, box.bottom]);
});

test("what lies beside the square is held within it", () => {
  assert.deepEqual(square.place([0, 1000]), [-2, -1]);
  assert.equal(square.holds([box.left - 1, 50]), false);
  assert.equal(square.holds([box.left, box.top]), true);
});

test("arrows begin at the rim of the mark; the longest has the largest share", () => {
  const descent = (name: string, way: [number, number], share: number) => ({ name, way, share });
  const [first, second, ...rest] = arrowShapes(
    [100, 100],
    [
      descent("long", [3, 0], 0.5),
      descent("short", [0, 2], 0.001),
      descent("none", [0, 0], 0.2),
      descent("broken", [NaN, 1], NaN),
    ],
    80,
  );
  assert.deepEqual(rest, []);
  assert.deepEqual([first.from, first.tip, first.length], [[111, 100], [191, 100], 80]);
  assert.equal(second.length, 7); // its direction is still seen
  assert.deepEqual([second.u, second.v], [0, -1]); // uphill on the plane is up on the screen
  assert.deepEqual(second.tip, [100, 82]);
});
