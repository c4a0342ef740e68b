import assert from "node:assert/strict";
import { test } from "node:test";
import { fixture, type PlainRow, rowsFrom } from "./fixtures.ts";
import type { EpisodeDocument } from "./types.ts";
import { type Counts, itemId, titleOf, verdictOf } from "./verdict.ts";

interface Fixture {
  cases: {
    rows: PlainRow[];
    verdicts: {
      document: EpisodeDocument;
      problem: string;
      notes: string[];
      /** "" where there is no episode. */
      title: string;
      /** Key -> `str(ItemId)`. */
      ids: Record<string, string>;
    }[];
  }[];
}
const { cases } = fixture<Fixture>("verdicts");

test("the verdict on a document is Python's, word by word", () => {
  const problems = new Set<string>();
  for (const { rows: plain, verdicts } of cases) {
    const rows = rowsFrom(plain);
    for (const { document, problem, notes, title, ids } of verdicts) {
      const found = verdictOf(document, rows);
      assert.equal(found.problem, problem);
      assert.deepEqual(found.notes, notes);
      if (title) assert.ok(titleOf(document, found.counts).startsWith(title), title);
      for (const [key, item] of Object.entries(document.items)) {
        assert.equal(itemId(key, item, rows).join("/"), ids[key]);
      }
      problems.add(problem);
    }
  }
  assert.ok(problems.size > 9);
});

test("the items at fault are named", () => {
  for (const { rows, verdicts } of cases) {
    for (const { document, problem, ids } of verdicts) {
      const { bad } = verdictOf(document, rowsFrom(rows));
      const [, id] = /^Item (.*) is in/.exec(problem) ?? [];
      const sets = Object.entries(document.items).filter(([, { side }]) => side !== "pool");
      const alike = sets.map(([key]) => key).filter((key) => ids[key] === id);
      assert.deepEqual([...bad].sort(), alike.sort());
      assert.ok(!id || bad.size === 2);
    }
  }
});

const sheet = cases[0].verdicts[0].document;
const counts = (...pairs: [number, number][]): Counts[] =>
  pairs.map(([support, query]) => ({ support, query, pool: 0 }));

test("the title tells how uneven an episode is", () => {
  assert.equal(titleOf(sheet, counts([1, 3], [1, 3])), "2-way 1-shot, 6 queries (3 a class)");
  assert.equal(
    titleOf(sheet, counts([1, 2], [3, 3])),
    "2-way, 1 to 3 shots, 5 queries (2 to 3 a class)",
  );
  assert.equal(titleOf(sheet, counts([0, 1])), "1-way 0-shot, 1 query (1 a class)");
  assert.equal(titleOf(sheet, []), "0-way 0-shot, 0 queries (0 a class)");
  assert.equal(titleOf({ ...sheet, kind: "curve" }, counts([5, 1])), "5-shot regression, 1 query");
});
