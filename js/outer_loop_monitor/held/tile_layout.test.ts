import assert from "node:assert/strict";
import { test } from "node:test";
import { layOutTiles, NAME, TILE } from "./tile_layout.ts";

test("queries stand class by class, rows break, and classes without queries take no room", () => {
  const { tiles, groups, height } = layOutTiles([2, 0, 0, 0], 3, NAME + 2 * TILE.width + 5);
  assert.deepEqual(
    tiles.map(({ query }) => query),
    [1, 2, 3, 0],
  );
  assert.deepEqual(
    groups.map(({ label }) => label),
    [0, 2],
  );
  assert.deepEqual([tiles[2].x, tiles[2].y], [NAME, TILE.height]);
  assert.equal(height, 3 * TILE.height);
});

test("in a narrow place there is one tile a row", () => {
  const { tiles } = layOutTiles([0, 0], 1, 100);
  assert.deepEqual(
    tiles.map(({ x, y }) => [x, y]),
    [
      [NAME, 0],
      [NAME, TILE.height],
    ],
  );
});
