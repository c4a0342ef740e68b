import assert from "node:assert/strict";
import { test } from "node:test";
import { fixture, type QueryFixture, recordedFrom, recordedWith, type Sent } from "./fixtures.ts";
import { looksOf, strongest } from "./items/item_looks.ts";
import { looksLists } from "./looks/lists.ts";
import { LooksRows } from "./looks/rows.ts";
import { headChoice, headOptions, headsOf, headText } from "./record/heads.ts";

interface Choice {
  head: string;
  heads: number[];
  shares: QueryFixture[];
}
const made = fixture<Sent & { choices: Choice[] }>("attention");
const recorded = recordedFrom(made);
const { config, shares, support, queries } = recorded;
const near = (found: number, expected: number) =>
  assert.ok(Math.abs(found - expected) < 1e-6, `${found} is not ${expected}`);

for (const { head, heads, shares: expected } of made.choices) {
  test(`the heads of "${head}", and where they look, are Python's`, () => {
    assert.deepEqual(headsOf(config, head), heads);
    for (const { step, query, items, itself, empty } of expected) {
      const found = shares.ofQuery(step, query, heads);
      for (const [i, share] of items.entries()) near(found.items[i], share);
      near(found.itself, itself);
      assert.equal(found.empty, empty);
    }
  });
}

test("choices of heads in words", () => {
  assert.equal(headText(config, "all"), "mean of 4 heads");
  assert.equal(headText(config, "layer:1"), "layer 2, mean of 2 heads");
  assert.equal(headText(config, "head:2"), "layer 2 head 1");
  assert.equal(
    headText({ head_names: ["attention"], head_groups: [["attention", [0]]] }, "all"),
    "",
  );
  assert.equal(headChoice(config, "head:2"), "head:2");
  assert.equal(headChoice(config, "head:<b>"), "all");
  assert.deepEqual(headOptions(config).slice(0, 3), [
    ["all", "all 4 heads (mean)"],
    ["layer:0", "layer 1 (mean of 2)"],
    ["head:0", "layer 1 head 1"],
  ]);
});

test("each head of a query, and their mean", () => {
  const heads = [0, 1, 2, 3];
  const each = shares.byHead(4, queries[1])!;
  const mean = shares.ofQuery(4, queries[1].i, heads).items;
  for (const i of mean.keys()) {
    near(heads.reduce((sum, h) => sum + each[h * mean.length + i], 0) / 4, mean[i]);
  }
});

test("a support item's looks begin when it is read", () => {
  const heads = [0];
  assert.equal(shares.whenRead(2, 3, heads), null);
  assert.equal(shares.byHead(2, support[3]), null);
  const own = shares.whenRead(5, 3, heads)!;
  near(
    own.reduce((a, b) => a + b),
    1,
  );
  const among = shares.amongItems(5, 3, heads)!;
  near(among[1], own[1]); // read before it
  near(among[4], shares.whenRead(5, 4, heads)![3]); // read after it
  assert.equal(among[5], 0); // not read yet
});

test("under a query stand the shares of what is read, under a support item those of all that look at it", () => {
  const now = { step: 3, heads: [0, 1, 2, 3] };
  const ofQuery = looksOf(recorded, { ...now, focus: queries[0] });
  assert.deepEqual([...ofQuery.keys()], ["s0", "s1", "s2"]);
  assert.ok([...ofQuery.values()].every(({ outward }) => outward));
  const ofItem = looksOf(recorded, { ...now, focus: support[1] });
  const outward = [...ofItem].filter(([, look]) => look.outward).map(([id]) => id);
  assert.deepEqual(outward, ["s0", "s1"]);
  assert.equal(ofItem.size, queries.length + 3);
  assert.equal(looksOf(recorded, { ...now, focus: support[4] }).size, 0);
});

test("the strongest looks get a line, without the item itself", () => {
  const look = (share: number) => ({ share, outward: true });
  const looks = new Map([
    ["a", look(0.3)],
    ["b", look(0.5)],
    ["c", look(0.019)],
    ["d", look(0.028)],
  ]);
  const found = strongest(looks, "a", 0.5).map(([id]) => id);
  assert.deepEqual(found, ["b"]); // c is small, d is small beside b
});

test("lists of looks: one for a query, two for a support item", () => {
  const now = { step: 6, head: "all", heads: [0, 1, 2, 3] };
  const [list, ...more] = looksLists(recorded, { ...now, focus: queries[2] });
  assert.equal(list.title, "Attends to (mean of 4 heads)");
  assert.equal(more.length, 0);
  assert.match(list.rest, /^Rest: itself 10\u00a0%/);
  const [by, own] = looksLists(recorded, { ...now, focus: support[2] });
  assert.equal(by.title, "Attended to by (mean of 4 heads)");
  assert.match(by.rest, /^On average over queries: /);
  assert.equal(own.title, "When it was read, it attended to (mean of 4 heads)");
  assert.match(own.rest, /^Later items attended to it, most of them item [345] /);
  const before = looksLists(recorded, { ...now, step: 0, focus: queries[2] });
  assert.deepEqual(before, [{ title: "Attends to no item yet", entries: [], rest: "" }]);
  assert.deepEqual(looksLists(recordedWith({}), { ...now, focus: queries[2] }), []);
});

test("rows of the matrix: heads, queries or items, and the query asked about where items have no record", () => {
  const rows = new LooksRows(recorded);
  assert.equal(rows.kind("queries"), "queries");
  assert.equal(rows.kind("y"), "heads");
  assert.deepEqual(
    (["heads", "queries", "items"] as const).map((kind) => rows.count(kind)),
    [4, 6, 6],
  );
  const now = { step: 3, head: "all", heads: [0, 1, 2, 3], focus: support[4], asked: queries[0] };
  assert.equal(rows.subject(now), support[4]);
  assert.equal(rows.text("heads", null, now), "Item 4 is not read yet.");
  assert.match(
    rows.text("queries", [1, 0], now),
    /^query 1 \(mean of 4 heads\): \d+\u00a0% of its attention to item 0 /,
  );
  assert.match(rows.text("queries", [1, 4], now), /item 4 \([abc]\) is not read yet\.$/);
  const { context_attention: _, ...arrays } = recorded.arrays;
  const bare = new LooksRows(recordedWith(arrays, config));
  assert.equal(bare.kind("items"), "heads");
  assert.equal(bare.subject(now), queries[0]);
});
