import assert from "node:assert/strict";
import { test } from "node:test";
import type { Float32, Int32 } from "../shared/arrays.ts";
import type { PackedEpisode } from "../shared/packed_episode.ts";
import { itemName, itemsOf, placeOf } from "./items.ts";

const floats = (shape: number[], ...values: number[]): Float32 => ({
  shape,
  data: Float32Array.from(values),
});
const labels = (...values: number[]): Int32 => ({
  shape: [values.length],
  data: Int32Array.from(values),
});

function episode(class_names: string[], support: string[], query: string[]): PackedEpisode {
  return {
    class_names,
    support_items: [],
    query_items: [],
    support_ids: support,
    query_ids: query,
    task: {},
    seed: [],
    feature_names: [],
  };
}

test("points are named by class and place, support first", () => {
  const names = ["low", "Class 2"];
  const items = itemsOf(episode(names, ["s0", "s1"], ["q0", "q1"]), {
    support_x: floats([2, 2], 0, 0, 1, 3),
    support_y: labels(0, 1),
    query_x: floats([2, 2], 0.5, 2, -2.5, 5),
    query_y: labels(1, 1),
  });
  assert.deepEqual(
    items.map(({ id, side, label }) => [id, side, label]),
    [
      ["s0", "support", 0],
      ["s1", "support", 1],
      ["q0", "query", 1],
      ["q1", "query", 1],
    ],
  );
  assert.equal(itemName(items[0], items, names), "support 1 of 1, class low, at (0.00, 0.00)");
  assert.equal(itemName(items[3], items, names), "query 2 of 2, Class 2, at (\u22122.50, 5.00)");
  assert.deepEqual(placeOf(items[3]), [-2.5, 5]);
});

test("a sample of a curve lies at x and its target", () => {
  const items = itemsOf(episode([], ["s0"], ["q0", "q1"]), {
    support_x: floats([1, 1], -2),
    support_y: floats([1, 1], 4),
    query_x: floats([2, 1], -1, 4),
    query_y: floats([2, 1], 1, 16),
  });
  assert.equal(itemName(items[2], items, []), "query 2 of 2, at (4.00, 16.0)");
  assert.deepEqual(placeOf(items[2]), [4, 16]);
});

test("a regression of vectors names the targets", () => {
  const items = itemsOf(episode([], ["s0"], ["q0"]), {
    support_x: floats([1, 3], 1, 2, 3),
    support_y: floats([1, 2], 0.5, -1),
    query_x: floats([1, 3], 4, 5, 6),
    query_y: floats([1, 2], 2, 3),
  });
  assert.equal(itemName(items[0], items, []), "support 1 of 1, target 0.500, \u22121.00");
});
