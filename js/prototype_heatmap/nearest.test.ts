import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { nearestOf, rowGroups } from "./distances/nearest.ts";
import type { Sort } from "./model.ts";

type Numbers = (number | null)[];
const path = new URL("../../tests/fixtures/prototype_heatmap/rows.json", import.meta.url);
const fixture = JSON.parse(readFileSync(path, "utf8")) as {
  /** (query, class). */
  distances: Numbers[];
  labels: number[];
  names: string[];
  groups: Record<Sort, [title: string, members: number[]][]>;
  nearest: { first: number[]; second: number[]; margin: Numbers };
};
const shape = [fixture.distances.length, fixture.names.length];
const distances = { data: Float64Array.from(fixture.distances.flat(), (d) => d ?? NaN), shape };

test("nearest, second nearest and margin are Python's", () => {
  const { first, second, margin } = nearestOf(distances);
  assert.deepEqual(Array.from(first), fixture.nearest.first);
  assert.deepEqual(Array.from(second), fixture.nearest.second);
  for (const [q, expected] of fixture.nearest.margin.entries()) {
    if (expected === null) assert.ok(Number.isNaN(margin[q]));
    else assert.ok(Math.abs(margin[q] - expected) < 1e-12);
  }
});

for (const [sort, expected] of Object.entries(fixture.groups)) {
  test(`rows by ${sort} stand in Python's order`, () => {
    const { labels, names } = fixture;
    const found = rowGroups(sort as Sort, nearestOf(distances), distances, labels, names);
    assert.deepEqual(
      found.map(({ title, members }) => [title, members]),
      expected,
    );
  });
}

test("of equal distances the first class wins, and infinity is nobody's", () => {
  const data = Float64Array.of(2, 2, 5, NaN, 3, NaN, Infinity, 1, 2);
  const { first, second, margin } = nearestOf({ data, shape: [3, 3] });
  assert.deepEqual(Array.from(first), [0, 1, 1]);
  assert.deepEqual(Array.from(second), [1, -1, 2]);
  assert.deepEqual(Array.from(margin), [0, NaN, 1]);
});
