import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { boundsOf, intervalText } from "./numbers.ts";

interface Case {
  metric: string;
  mean: number;
  half: number | null;
  text: string;
}
const path = new URL("../../tests/fixtures/shared/intervals.json", import.meta.url);
const { cases }: { cases: Case[] } = JSON.parse(readFileSync(path, "utf8"));

test("an interval is written as Python writes it", () => {
  for (const { metric, mean, half, text } of cases) {
    const isAccuracy = metric === "accuracy";
    const write = (value: number) => (isAccuracy ? 100 * value : value).toFixed(3);
    const found = intervalText([mean, half], boundsOf(metric), write);
    assert.equal(`${found}${isAccuracy ? " %" : ""}`, text, `${metric}: ${mean}, ${half}`);
  }
});

test("an interval without an end is none", () => {
  assert.equal(intervalText([2, NaN], [0, 1], String), "2");
  assert.equal(intervalText([2, Infinity], [0, 1], String), "2");
  assert.equal(intervalText([2, undefined], [0, 1], String), "2");
});
