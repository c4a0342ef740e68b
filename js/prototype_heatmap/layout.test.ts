import assert from "node:assert/strict";
import { test } from "node:test";
import { cellAt, layoutOf } from "./matrix/layout.ts";

const groups = [
  { title: "a", members: [1, 0] },
  { title: "b", members: [2] },
];
const options = { groups, names: ["a", "b"], nQuery: 3, images: true, measure: () => 20 };

test("cells share the width between their limits", () => {
  const cell = (room: number) => layoutOf({ ...options, room }).cell;
  assert.deepEqual([60, 200, 1000].map(cell), [28, 80, 116]);
});

test("rows stand below their group's heading, groups apart", () => {
  const layout = layoutOf({ ...options, room: 200 });
  assert.equal(layout.head, 18 + 44 + 10);
  assert.deepEqual(layout.rows, [72 + 26 + 32, 72 + 26, 72 + 90 + 6 + 26]);
  assert.equal(layout.height, 72 + 96 + 58 + 6);
  assert.equal(layout.width, 40 + 160);
});

test("names that do not fit stand on end, and are no longer than 96 pixels", () => {
  const layout = layoutOf({ ...options, images: false, room: 200, measure: () => 300 });
  assert.deepEqual([layout.upright, layout.lines, layout.thumb], [true, 96, 0]);
  assert.equal(layoutOf({ ...options, room: 200 }).upright, false);
});

test("a place is a cell, a row's head, or nothing", () => {
  const layout = layoutOf({ ...options, room: 200 });
  const at = (x: number, y: number, scrolled = 0) =>
    cellAt(layout, { u: x, v: y, x, y: y + scrolled });
  assert.deepEqual(at(41, 99), [1, 0]);
  assert.deepEqual(at(199, 131), [0, 1]);
  assert.deepEqual(at(10, 131), [0, -1]);
  assert.equal(at(41, 80), null); // the heading
  assert.equal(at(41, 40), null); // the heads of the columns
  assert.equal(at(201, 99), null); // beside the cells
  assert.deepEqual(at(41, 99, 96), [2, 0]); // scrolled by one group
});
