import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { isMerged, lastUpTo, pointAt, recordOf, runningMean } from "./record.ts";

interface Fixture {
  packed: string;
  columns: Record<string, number[]>;
  smoothed: { losses: number[]; smooth: number[]; newest: number }[];
}
const path = new URL("../../tests/fixtures/outer_loop_monitor/history.json", import.meta.url);
const fixture: Fixture = JSON.parse(readFileSync(path, "utf8"));

test("a record is read as Python packed it", () => {
  const record = recordOf(fixture.packed, 9);
  assert.equal(record.n, fixture.columns.first.length);
  for (const [name, values] of Object.entries(fixture.columns)) {
    const read = record[name as keyof typeof record] as Float32Array;
    assert.deepEqual(Array.from(read), Array.from(Float32Array.from(values)), name);
  }
  assert.ok(isMerged(record)); // more steps than points
});

test("nothing packed is a record of no points", () => {
  assert.equal(recordOf("", 0).n, 0);
});

test("a step lies in the point that stands for it", () => {
  const record = recordOf(fixture.packed, 9);
  const last = record.last.at(-1)!;
  assert.equal(pointAt(record, last), record.n - 1);
  assert.equal(pointAt(record, record.first[1]), 1);
  assert.equal(pointAt(record, record.first[0] - 1), -1);
  assert.equal(lastUpTo([], 3), -1);
  assert.equal(lastUpTo([1, 3, 3, 5], 3), 2);
});

test("the loss is smoothed as Python smooths it, to the figure that Python tells", () => {
  for (const { losses, smooth, newest } of fixture.smoothed) {
    const found = runningMean(Float32Array.from(losses));
    assert.deepEqual(Array.from(found), Array.from(Float32Array.from(smooth)));
    assert.equal(found.at(-1), Math.fround(newest));
  }
});

test("a running mean passes over what is not finite, and stays where all are equal", () => {
  const smooth = runningMean(Float32Array.from([2, NaN, 2, 2]));
  assert.deepEqual(Array.from(smooth), [2, NaN, 2, 2]);
  const rising = runningMean(Float32Array.from({ length: 100 }, (_, i) => i));
  assert.ok(rising[99] > rising[98] && rising[99] < 99);
});
