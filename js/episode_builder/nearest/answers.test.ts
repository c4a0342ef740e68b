import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type PlainRow, rowsFrom } from "../../episode_document/fixtures.ts";
import type { EpisodeDocument } from "../../episode_document/types.ts";
import type { Metric } from "../../shared/distances.ts";
import { type Answers, answersOf } from "./answers.ts";

interface Found {
  classes: Record<string, number | null>;
  distances: Record<string, (number | null)[]>;
  right: number;
  missing: string[];
}
interface Fixture {
  metric: Metric;
  cases: {
    document: EpisodeDocument;
    rows: (PlainRow & { z: number[] })[];
    answers: Found;
    every_second: Found;
  }[];
}

function check(found: Answers, expected: Found): void {
  const classes = Object.fromEntries([...found.of].map(([key, { cls }]) => [key, cls]));
  assert.deepEqual(classes, expected.classes);
  assert.equal(found.right, expected.right);
  assert.deepEqual(found.missing.toSorted(), expected.missing.toSorted());
  for (const [key, { distances }] of found.of) {
    for (const [k, distance] of distances.entries()) {
      const wanted = expected.distances[key][k];
      if (wanted === null) assert.ok(Number.isNaN(distance));
      else assert.ok(Math.abs(distance - wanted) <= 1e-9 * (1 + wanted), `${distance} ${wanted}`);
    }
  }
}

for (const metric of ["squared_euclidean", "euclidean", "cosine"]) {
  test(`answers by ${metric} are Python's, where embeddings are missing too`, () => {
    const folder = new URL("../../../tests/fixtures/episode_builder/", import.meta.url);
    const text = readFileSync(new URL(`nearest_${metric}.json`, folder), "utf8");
    for (const { document, rows, answers, every_second } of (JSON.parse(text) as Fixture).cases) {
      const own = rowsFrom(rows);
      const known = rows.map(({ number, z }): [number, number[]] => [number, z]);
      check(answersOf(document, own, new Map(known), metric as Metric), answers);
      const half = new Map(known.filter((_, i) => i % 2 === 0));
      check(answersOf(document, own, half, metric as Metric), every_second);
    }
  });
}
