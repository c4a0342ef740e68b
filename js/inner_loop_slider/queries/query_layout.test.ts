import assert from "node:assert/strict";
import { test } from "node:test";
import type { Item } from "../adaptations.ts";
import { EDGE, HEAD, layoutOf, piecesOf, queryAt, ROW } from "./query_layout.ts";

const items = [0, 0, 0, 2].map((label, i): Item => ({ id: `q${i}`, side: "query", i, label }));

test("queries stand in columns below the name of their class", () => {
  const layout = layoutOf(items, 3, 388); // (388 - 2 * 4 + 16) / 196: two columns
  assert.equal(layout.tile, 182);
  assert.deepEqual(layout.places.get("q1"), { x: 202, y: HEAD });
  assert.deepEqual(layout.places.get("q2"), { x: 4, y: HEAD + ROW });
  assert.deepEqual(
    layout.groups.map(({ k, y, height }) => [k, y, height]),
    [
      [0, 0, HEAD + 2 * ROW],
      [2, HEAD + 2 * ROW + 8, HEAD + ROW],
    ],
  );
  assert.equal(layoutOf(items, 3, 100).tile, 92);
});

test("no tile and no frame reaches beyond the width, which paper would cut", () => {
  for (const width of [80, 388, 560, 913]) {
    const { places, tile } = layoutOf(items, 3, width);
    for (const { x } of places.values()) {
      assert.ok(x - EDGE >= 0 && x + tile + EDGE <= width + 1e-9, `${x} of ${width}`);
    }
  }
});

test("a place is that of the query whose tile is there", () => {
  const layout = layoutOf(items, 3, 388);
  assert.equal(queryAt(layout, 204, HEAD + 3), "q1");
  assert.equal(queryAt(layout, 5, HEAD + ROW), "q2");
  assert.equal(queryAt(layout, 204, HEAD + ROW + 3), "");
  assert.equal(queryAt(layout, 5, 3), "");
});

test("a class is printed in one piece, a long one in several, each with room for its name", () => {
  const many = Array.from(
    { length: 45 },
    (_, i): Item => ({ id: `q${i}`, side: "query", i, label: 0 }),
  );
  const layout = layoutOf(
    [...many, ...items.map((item, i) => ({ ...item, id: `r${i}`, label: 1 }))],
    2,
    100,
  );
  assert.deepEqual(piecesOf(layout), [
    { top: 0, height: HEAD + 10 * ROW },
    { top: 10 * ROW, height: HEAD + 10 * ROW },
    { top: 20 * ROW, height: HEAD + 10 * ROW },
    { top: 30 * ROW, height: HEAD + 10 * ROW },
    { top: 40 * ROW, height: HEAD + 5 * ROW },
    { top: HEAD + 45 * ROW + 8, height: HEAD + 4 * ROW },
  ]);
});
