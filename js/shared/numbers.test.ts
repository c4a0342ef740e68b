import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { intervalOf } from "../contest/scores.ts";
import { boundsOf, intervalNote, intervalText, tQuantile } from "./numbers.ts";

interface Case {
  metric: string;
  mean: number;
  half: number | null;
  text: string;
}
const path = new URL("../../tests/fixtures/shared/intervals.json", import.meta.url);
interface Fixture {
  cases: Case[];
  quantiles: [df: number, quantile: number | null][];
  means: { values: number[]; mean: number; half: number | null; clear: boolean }[];
  notes: { n: number; half: number | null; note: string }[];
}
const { cases, quantiles, means, notes }: Fixture = JSON.parse(readFileSync(path, "utf8"));

/** Equal up to rounding; null is what JSON has for NaN. */
function assertClose(found: number, expected: number | null): void {
  const near = (wanted: number) => Math.abs(found - wanted) <= 1e-9 * Math.max(1, Math.abs(wanted));
  assert.ok(
    expected === null ? Number.isNaN(found) : near(expected),
    `${found} is not ${expected}`,
  );
}

test("quantiles, intervals, clear differences and notes are those of Python", () => {
  for (const [df, quantile] of quantiles) assertClose(tQuantile(df), quantile);
  for (const { values, mean, half, clear } of means) {
    const found = intervalOf(values)!;
    assertClose(found.mean, mean);
    assertClose(found.half, half);
    assert.equal(found.clear, clear, `${values}`);
  }
  for (const { n, half, note } of notes) assert.equal(intervalNote(n, half), note);
});

test("an interval is written as Python writes it", () => {
  for (const { metric, mean, half, text } of cases) {
    const isAccuracy = metric === "accuracy";
    const write = (value: number) => (isAccuracy ? 100 * value : value).toFixed(3);
    const unit = isAccuracy ? " %" : "";
    const found = intervalText([mean, half], boundsOf(metric), write, { unit });
    assert.equal(found, text, `${metric}: ${mean}, ${half}`);
  }
});

test("an interval without an end is said to be none", () => {
  assert.equal(intervalText([2, NaN], [0, 1], String), "2 (no interval)");
  assert.equal(intervalText([2, Infinity], [0, 1], String), "2 (no interval)");
  assert.equal(intervalText([2, undefined], [0, 1], String), "2 (no interval)");
});
