import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { groupsOf, likenessOf } from "./likeness.ts";
import type { Arrays, Config, Measure, Traits } from "./model.ts";
import { nextCell } from "./opened.ts";

interface Told {
  ranked: number[][];
  rows: Record<Traits["order"], number[]>;
  means: [within: number, between: number] | null;
  nearest: number[];
}
interface Made {
  names: string[];
  groups: string[];
  arrays: Record<string, (number | null)[]>;
  told: Record<Measure, Told>;
}
const path = new URL("../../tests/fixtures/task_map_view/likeness.json", import.meta.url);
const fixture = JSON.parse(readFileSync(path, "utf8")) as Record<string, Made>;

for (const [name, made] of Object.entries(fixture)) {
  const config = { names: made.names, groups: made.groups } as Config;
  const arrays = Object.fromEntries(
    Object.entries(made.arrays).map(([key, values]) => {
      return [key, { data: Float32Array.from(values, (value) => value ?? NaN) }];
    }),
  ) as unknown as Arrays;
  for (const [measure, told] of Object.entries(made.told)) {
    const likeness = likenessOf(config, arrays, measure as Measure);
    test(`${name}, ${measure}: the others by nearness are Python's`, () => {
      for (const [a, expected] of told.ranked.entries()) {
        assert.deepEqual(likeness.ranked(a), expected);
      }
    });
    test(`${name}, ${measure}: rows, the nearest two and the groups' means are Python's`, () => {
      for (const [order, rows] of Object.entries(told.rows)) {
        assert.deepEqual(likeness.rows(order as Traits["order"]), rows, order);
      }
      assert.deepEqual(likeness.nearest, told.nearest);
      const means = likeness.means && [likeness.means.within, likeness.means.between];
      assert.equal(means === null, told.means === null);
      for (const [i, value] of (means ?? []).entries()) {
        assert.ok(Math.abs(value - told.means![i]) < 1e-6 * (1 + Math.abs(value)));
      }
    });
    test(`${name}, ${measure}: the scale spans what is between two tasks`, () => {
      const n = made.names.length;
      const off = [...likeness.values].filter((v, at) => at % (n + 1) && Number.isFinite(v));
      assert.deepEqual(likeness.extent, [Math.min(...off), Math.max(...off)]);
    });
  }
}

test("groups are numbered in the order of their names", () => {
  const groups = groupsOf({ groups: ["b", "a", "b"] } as Config);
  assert.deepEqual(groups.names, ["a", "b"]);
  assert.deepEqual([0, 1, 2].map(groups.of), [1, 0, 1]);
  assert.equal(groupsOf({ groups: [] as string[] } as Config).of(3), 0);
});

test("an arrow key goes over the diagonal of the matrix and stops at its edges", () => {
  const rows = [5, 2, 0, 1];
  assert.deepEqual(nextCell(rows, [5, 0], 0, -1), [5, 2]);
  assert.deepEqual(nextCell(rows, [5, 2], 1, 0), [0, 2]); // (2, 2) is no pair
  assert.deepEqual(nextCell(rows, [0, 5], 0, 99), [0, 1]);
  assert.equal(nextCell(rows, [5, 2], 0, -1), null); // (5, 5) is at the edge
  assert.deepEqual(nextCell(rows, [5, 1], 0, 1), [5, 1]);
});
