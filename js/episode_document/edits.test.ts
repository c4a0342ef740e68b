import assert from "node:assert/strict";
import { test } from "node:test";
import {
  addClass,
  addItem,
  copyToOther,
  type Destination,
  move,
  ordered,
  removeClass,
  resize,
  shift,
} from "./edits.ts";
import { changed, fixture } from "./fixtures.ts";
import { type DocumentItem, type EpisodeDocument, MOST_ITEMS, type Place } from "./types.ts";

interface Fixture {
  /** Two classes, each with one support item, one query and ten in the pool. */
  document: EpisodeDocument;
  resized: {
    document: EpisodeDocument;
    k_shot: number;
    n_query: number;
    result: EpisodeDocument;
  }[];
  added: {
    row: number;
    class: number;
    side: Place;
    items: EpisodeDocument["items"];
    next: number;
  }[];
}
const python = fixture<Fixture>("edits");
const start = python.document;
const keysOf = (document: EpisodeDocument, side: Place, cls?: number) =>
  ordered(document, side, cls).map(([key]) => key);

test("an item is added as in Python", () => {
  for (const { row, class: cls, side, items, next } of python.added) {
    const found = changed(start, (d) => addItem(d, { row, class: cls, side }));
    assert.deepEqual(found.items, items);
    assert.equal(found.next, next);
  }
});

test("sizes are changed as in Python where the pool suffices", () => {
  for (const { document, k_shot, n_query, result } of python.resized) {
    const found = structuredClone(document);
    assert.equal(resize(found, { k_shot, n_query }), true);
    assert.deepEqual(found, result);
  }
});

test("a pool that does not suffice is told", () => {
  assert.equal(resize(structuredClone(start), { k_shot: 12 }), false);
  assert.equal(resize(structuredClone(start), { k_shot: 11 }), true);
});

test("a side is ordered by rank, then by key as a number", () => {
  const item: DocumentItem = { row: 1, class: 0, side: "query", rank: 3, locked: false };
  const items = { 10: item, 9: item, 11: { ...item, rank: 1 }, 12: { ...item, class: 1 } };
  assert.deepEqual(keysOf({ ...start, items }, "query", 0), ["11", "9", "10"]);
  assert.deepEqual(keysOf({ ...start, items }, "query"), ["11", "9", "10", "12"]);
  assert.deepEqual(keysOf({ ...start, items }, "support"), []);
});

const moved = (document: EpisodeDocument, key: string, to: Destination) =>
  changed(document, (d) => move(d, key, to));

test("a moved item stands behind the last, or just before another", () => {
  const [first, second, third] = keysOf(start, "pool", 0);
  const behind = moved(start, second, { side: "query" });
  assert.equal(keysOf(behind, "query").at(-1), second);
  const before = moved(start, third, { side: "pool", before: second });
  assert.deepEqual(keysOf(before, "pool", 0).slice(0, 3), [first, third, second]);
  const foremost = moved(start, third, { side: "pool", before: first });
  assert.equal(keysOf(foremost, "pool")[0], third);
  assert.deepEqual(moved(start, first, { before: first }), start);
  assert.deepEqual(moved(start, "nothing", { side: "query" }), start);
});

test("another class alone leaves the rank, and a curve has no classes", () => {
  const [key] = keysOf(start, "support", 0);
  const found = moved(start, key, { cls: 1 });
  assert.deepEqual(found.items[key], { ...start.items[key], class: 1 });
  const curve: EpisodeDocument = { ...start, kind: "curve" };
  assert.deepEqual(moved(curve, key, { cls: 1 }), curve);
});

test("a side is numbered again where there is no room between two", () => {
  const [a, b, c] = keysOf(start, "pool", 0);
  const tight = changed(start, (d) => {
    d.items[b].rank = d.items[a].rank + 1e-7;
  });
  const found = moved(tight, c, { side: "pool", before: b });
  assert.deepEqual(keysOf(found, "pool", 0).slice(0, 3), [a, c, b]);
  const ranks = ordered(found, "pool").map(([, { rank }]) => rank);
  assert.equal(new Set(ranks).size, ranks.length);
});

test("neighbours are exchanged, and there is none beyond the ends", () => {
  const [a, b, ...rest] = keysOf(start, "pool", 1);
  assert.deepEqual(
    keysOf(
      changed(start, (d) => shift(d, a, 1)),
      "pool",
      1,
    ),
    [b, a, ...rest],
  );
  assert.deepEqual(
    changed(start, (d) => shift(d, a, -1)),
    start,
  );
});

test("an item is copied to the other set, but not out of the pool", () => {
  const [key] = keysOf(start, "support", 0);
  const copy = structuredClone(start);
  assert.equal(copyToOther(copy, key), true);
  const added = copy.items[start.next];
  assert.deepEqual([added.row, added.class, added.side], [start.items[key].row, 0, "query"]);
  assert.equal(copyToOther(copy, keysOf(copy, "pool")[0]), false);
});

test("a point is copied with a place of its own", () => {
  const copy = structuredClone(start);
  const key = addItem(copy, { side: "query", at: [1, 2] });
  copyToOther(copy, key);
  copy.items[key].at![0] = 9;
  assert.deepEqual(copy.items[Number(key) + 1].at, [1, 2]);
});

test("there is an end to adding", () => {
  const full = structuredClone(start);
  while (addItem(full, { side: "pool" }));
  assert.equal(Object.keys(full.items).length, MOST_ITEMS);
  while (addClass(full));
  assert.equal(full.classes.length, 100);
});

test("classes come with a name of their own and go with their items", () => {
  const found = structuredClone(start);
  found.classes[0].name = "new class 3";
  addClass(found);
  assert.equal(found.classes[2].name, "new class 4");
  assert.equal(found.settings.n_way, 3);
  removeClass(found, 0);
  assert.deepEqual(
    found.classes.map(({ key }) => key),
    [1, start.next],
  );
  assert.ok(Object.values(found.items).every((item) => item.class === 1));
  removeClass(found, 1);
  assert.equal(found.settings.n_way, 2); // what is drawn next has two at least
});
