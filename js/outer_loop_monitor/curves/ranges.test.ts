import assert from "node:assert/strict";
import { test } from "node:test";
import { neighbourOf } from "../transport.ts";
import { rangeOf, rangeTicks } from "./ranges.ts";

test("values that span little have a linear axis, those that span much a log one", () => {
  assert.equal(rangeOf([[1, 2, 3]]).log, false);
  const wide = rangeOf([[0.001, 1]]);
  assert.ok(wide.log && wide.low < 0.001 && wide.high > 1);
  assert.equal(rangeOf([[-1, 1000]]).log, false); // no log of what is negative
});

test("an axis has a range where there is no value, and where all are equal", () => {
  assert.deepEqual(rangeOf([[NaN]]), { low: 0, high: 1, log: false });
  const { low, high } = rangeOf([[2, 2]]);
  assert.ok(low < 2 && high > 2);
});

test("one spike does not flatten the rest", () => {
  const values = [...Array(199).fill(1), 40];
  assert.ok(rangeOf([values], { trim: 0.01 }).high < 2);
  assert.ok(rangeOf([values]).high > 40);
});

test("a log axis of one decade has ticks between its powers", () => {
  const ticks = rangeTicks({ low: 0.5, high: 20, log: true }, 6);
  assert.deepEqual(
    ticks.map(([, text]) => text),
    ["0.5", "1", "2", "5", "10", "20"],
  );
});

test("keys go from stop to stop, also from between two", () => {
  const stops = [0, 10, 20];
  assert.equal(neighbourOf(stops, 10, 1), 20);
  assert.equal(neighbourOf(stops, 20, 1), 20);
  assert.equal(neighbourOf(stops, 15, -1), 10);
  assert.equal(neighbourOf(stops, 10, -1), 0);
  assert.equal(neighbourOf(stops, 0, -5), 0);
  assert.equal(neighbourOf([], 0, 1), undefined);
});
