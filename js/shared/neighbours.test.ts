import assert from "node:assert/strict";
import { test } from "node:test";
import { type ItemBox, neighbourOf } from "./neighbours.ts";

const box = (left: number, top: number, size = 44): ItemBox => ({
  left,
  top,
  width: size,
  height: size,
});

/** Two classes: support wraps to two lines in the first, the pool's items are smaller. */
const boxes = new Map<string, ItemBox>([
  ["s0", box(200, 0)],
  ["s1", box(250, 0)],
  ["s2", box(200, 50)],
  ["q0", box(400, 25)],
  ["p0", box(600, 31, 32)],
  ["p1", box(636, 31, 32)],
  ["S0", box(200, 110)],
  ["Q0", box(400, 110)],
  ["Q1", box(450, 110)],
]);
const go = (from: string, ...ways: ("left" | "right" | "up" | "down")[]) =>
  ways.map((way) => neighbourOf(boxes, from, way));

test("left and right go to what stands beside it, over columns", () => {
  assert.deepEqual(go("s0", "right", "left"), ["s1", undefined]);
  assert.deepEqual(go("q0", "left", "right"), ["s1", "p0"]);
  assert.deepEqual(go("Q0", "left", "right"), ["S0", "Q1"]);
});

test("at the end of a line they stay", () => {
  assert.deepEqual(go("p1", "right"), [undefined]);
  assert.deepEqual(go("S0", "left"), [undefined]);
});

test("up and down go to the nearest above and below", () => {
  assert.deepEqual(go("s0", "down", "up"), ["s2", undefined]);
  assert.deepEqual(go("s2", "up", "down"), ["s0", "S0"]);
  assert.deepEqual(go("p1", "down"), ["Q1"]);
  assert.deepEqual(go("Q1", "up"), ["q0"]);
});

test("what is not there leads nowhere", () => {
  assert.equal(neighbourOf(boxes, "x", "up"), undefined);
  assert.equal(neighbourOf(new Map(), "s0", "left"), undefined);
});
