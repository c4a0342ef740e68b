import assert from "node:assert/strict";
import { test } from "node:test";
import { around, labelRoom } from "./label_room.ts";

const BOX = { left: 0, right: 100, top: 0, bottom: 100 };

test("the first place that is free is taken, and then it is no longer free", () => {
  const room = labelRoom(BOX);
  const places: [number, number][] = [
    [50, 50],
    [50, 70],
  ];
  assert.deepEqual(room.take(20, 10, places), [50, 50]);
  assert.deepEqual(room.take(20, 10, places), [50, 70]);
  assert.equal(room.take(20, 10, places), null);
  assert.deepEqual(room.take(20, 10, [[50, 60]]), [50, 60]); // they may touch
});

test("a label stays within the box", () => {
  const room = labelRoom(BOX);
  assert.equal(room.take(20, 10, [[9, 50]]), null);
  assert.equal(room.take(20, 10, [[50, 96]]), null);
  assert.deepEqual(room.take(20, 10, [[10, 95]]), [10, 95]);
});

test("marks and lines stay free", () => {
  const room = labelRoom(BOX);
  room.dot(20, 20, 5);
  room.way([
    [0, 50],
    [100, 50],
  ]);
  room.way([
    [NaN, 80],
    [50, 80],
  ]);
  assert.equal(room.take(10, 10, [[28, 20]]), null);
  assert.equal(room.take(10, 10, [[57, 58]]), null);
  assert.deepEqual(room.take(10, 10, [[50, 80]]), [50, 80]);
});

test("beside a mark a label stands first to the right, then to the left", () => {
  const [right, left, above] = around([50, 50], 20, 10);
  assert.deepEqual(
    [right, left, above],
    [
      [70, 50],
      [30, 50],
      [50, 34],
    ],
  );
});
