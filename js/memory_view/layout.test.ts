import assert from "node:assert/strict";
import { test } from "node:test";
import { acrossRows, tileAt, tileSizes, tilesOf } from "./items/tiles.ts";
import { cellAt, labelEvery, layoutOf, movedFrom, type Shape } from "./matrix/layout.ts";
import { placeOn } from "./matrix/ramp.ts";
import type { Item } from "./record/items.ts";

const shape: Shape = { rows: 4, columns: 10, gutter: 34, tall: 400, most: 16 };
const none = { images: false, coloured: false };

test("columns are of whole pixels where that leaves any, and rows as high as they may be", () => {
  const { column, row, heads, head, bottom, right, height } = layoutOf(shape, 245, none);
  assert.deepEqual([column, row, heads, head], [20, 16, "none", 2]);
  assert.deepEqual([bottom, right, height], [66, 234, 88]);
  assert.equal(layoutOf({ ...shape, columns: 100 }, 240, none).column, 2);
  assert.equal(layoutOf(shape, 2000, none).column, 34);
  assert.equal(layoutOf({ ...shape, rows: 150 }, 245, none).row, 3);
  assert.equal(layoutOf({ ...shape, rows: 300 }, 245, none).row, 2);
  assert.equal(layoutOf({ ...shape, part: 0.5, beside: 25 }, 245, none).column, 9);
});

test("pictures stand over columns that have room for them, else the signs of classes", () => {
  const has = { images: true, coloured: true };
  const headsAt = (width: number) => layoutOf({ ...shape, titles: 16 }, width, has);
  assert.deepEqual([headsAt(245).heads, headsAt(245).head], ["pictures", 39]);
  assert.deepEqual([headsAt(120).heads, headsAt(120).head], ["signs", 29]);
  assert.deepEqual([headsAt(100).heads, headsAt(100).head], ["none", 18]);
});

test("a pointer means a cell, beside the columns a row, and in a gap nothing", () => {
  const layout = layoutOf({ ...shape, gap: (r) => (r > 1 ? 4 : 0) }, 245, none);
  assert.deepEqual(cellAt(layout, 34, 2), [0, 0]);
  assert.deepEqual(cellAt(layout, 233, 33), [1, 9]);
  assert.equal(cellAt(layout, 50, 36), null);
  assert.deepEqual(cellAt(layout, 234, 38), [2, -1]);
  assert.equal(cellAt(layout, 20, 20), null);
  assert.equal(cellAt(layout, 50, 71), null);
});

test("keys move over the cells and stop at the edges", () => {
  assert.deepEqual(movedFrom([-1, 3], [1, 0], shape), [0, 3]);
  assert.deepEqual(movedFrom([3, 3], [10, 0], shape), [3, 3]);
  assert.deepEqual(movedFrom([2, 3], [0, Infinity], shape), [2, 9]);
  assert.deepEqual(movedFrom([2, 3], [0, -Infinity], shape), [2, 0]);
});

test("labels are as dense as they have room", () => {
  assert.equal(labelEvery(16, 12), 1);
  assert.equal(labelEvery(3, 12), 5);
  assert.equal(labelEvery(2, 12), 10);
});

test("places on a ramp: sizes by their root, numbers with a sign about the middle", () => {
  assert.deepEqual(
    [0, 0.25, 1, 2, -1].map((value) => placeOn(value, 1, "size")),
    [0, 128, 255, 255, 0],
  );
  assert.deepEqual(
    [-2, 0, 2].map((value) => placeOn(value, 2, "sign")),
    [0, 128, 255],
  );
});

const items = (side: Item["side"], n: number): Item[] =>
  Array.from({ length: n }, (_, i) => ({ id: `${side[0]}${i}`, side, i, label: 0 }));

test("tiles stand in rows, the queries below the support set", () => {
  const sizes = tileSizes(8, true);
  assert.deepEqual(sizes, { dense: false, size: 36, width: 44, height: 62 });
  assert.deepEqual(tileSizes(71, false), { dense: true, size: 26, width: 32, height: 32 });
  const tiles = tilesOf(items("support", 5), items("query", 3), sizes, 140);
  assert.deepEqual(tiles.places.get("s3"), { x: 4, y: 84 });
  assert.deepEqual(tiles.places.get("q1"), { x: 48, y: 184 });
  assert.deepEqual([tiles.middle, tiles.height], [162, 246]);
  assert.equal(tileAt(tiles, sizes, 50, 185), "q1");
  assert.equal(tileAt(tiles, sizes, 50, 183), "");
  assert.equal(tileAt(tiles, sizes, 139, 30), "");
});

test("up and down lead to the nearest item of the next row, of the other side too", () => {
  const tiles = tilesOf(items("support", 5), items("query", 3), tileSizes(8, true), 140);
  assert.equal(acrossRows(tiles, "s1", 1), "s4");
  assert.equal(acrossRows(tiles, "s2", 1), "s4");
  assert.equal(acrossRows(tiles, "s4", 1), "q1");
  assert.equal(acrossRows(tiles, "q2", -1), "s4");
  assert.equal(acrossRows(tiles, "q0", 1), undefined);
});
