import assert from "node:assert/strict";
import { test } from "node:test";
import { fixture, type PlainRow, rowsFrom } from "./fixtures.ts";
import { type Built, episodeDict } from "./take_along.ts";
import type { Draw, EpisodeDocument } from "./types.ts";

interface Fixture {
  cases: { document: EpisodeDocument; rows: PlainRow[]; draw: Draw; dict: unknown }[];
}
const { cases } = fixture<Fixture>("take_along");
const builtOf = ({ document, rows, draw }: Fixture["cases"][number]): Built => ({
  document,
  rows: rowsFrom(rows),
  draw,
});

test("the episode as JSON is Python's Episode.to_dict", () => {
  for (const each of cases) {
    assert.deepEqual(JSON.parse(JSON.stringify(episodeDict(builtOf(each)))), each.dict);
  }
});

test("a document without its draw has no seed", () => {
  const dict = episodeDict({ ...builtOf(cases[0]), draw: undefined });
  assert.deepEqual([dict.seed, dict.task], [[], {}]);
});
