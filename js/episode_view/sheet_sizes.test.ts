import assert from "node:assert/strict";
import { test } from "node:test";
import { sheetSizes } from "./sheet_sizes.ts";

test("few items are as large as they get", () => {
  assert.deepEqual(sheetSizes(1000, true, { support: 1, query: 4 }), { thumb: 56, support: 56 });
  assert.deepEqual(sheetSizes(1000, true, { support: 3, query: 4 }), { thumb: 56, support: 176 });
});

test("more items shrink before they wrap", () => {
  // 5 + 15 items on one line leave 830 - 25 - 18 * 4 = 733 pixels for 20 pictures.
  assert.deepEqual(sheetSizes(1000, true, { support: 5, query: 15 }), { thumb: 36, support: 196 });
});

test("many items wrap into lines of equal length", () => {
  const { thumb, support } = sheetSizes(420, true, { support: 5, query: 15 });
  assert.ok(thumb >= 30 && thumb <= 56);
  const lines = 2; // 3 + 8 items of 31 pixels
  const wide = support + 25 + Math.ceil(15 / lines) * (thumb + 4) - 4;
  assert.ok(wide <= 420, `${wide} pixels`);
});

test("there is an answer where no width suffices", () => {
  assert.deepEqual(sheetSizes(10, false, { support: 5, query: 15 }), { thumb: 29, support: 44 });
});

test("a sheet without names has their room too", () => {
  const widest = { support: 5, query: 15 };
  assert.ok(sheetSizes(1000, false, widest).thumb > sheetSizes(1000, true, widest).thumb);
});
