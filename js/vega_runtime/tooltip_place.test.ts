import assert from "node:assert/strict";
import { test } from "node:test";
import { placeBeside } from "./tooltip_place.ts";

test("a tooltip stands below and right of the pointer, and elsewhere at the edges", () => {
  const room = [400, 300] as const;
  const at = (x: number, y: number) => placeBeside([x, y], [100, 50], room);
  assert.deepEqual(at(20, 20), [30, 30]);
  assert.deepEqual(at(350, 20), [240, 30]);
  assert.deepEqual(at(20, 280), [30, 220]);
  assert.deepEqual(at(350, 280), [240, 220]);
});

test("a tooltip that fits nowhere stands above and left", () => {
  assert.deepEqual(placeBeside([50, 50], [500, 400], [400, 300]), [-460, -360]);
});
