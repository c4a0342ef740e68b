import assert from "node:assert/strict";
import { test } from "node:test";
import { logTicksOf, ticksOf } from "./axes.ts";

const values = (low: number, high: number, n: number) =>
  ticksOf(low, high, n).map(([value]) => value);

test("ticks are round numbers, no closer together than n of them would be", () => {
  assert.deepEqual(values(-0.3, 5.3, 8.4), [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(values(-0.96, 16.96, 6), [0, 5, 10, 15]);
  assert.deepEqual(values(0, 1, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(values(0, 30, 1), [0]);
  for (const n of [1, 1.5, 2, 3, 4, 5, 7, 9.3]) {
    const found = values(-3.7, 12.9, n);
    const step = found.length > 1 ? found[1] - found[0] : Infinity;
    assert.ok(step >= (16.6 / n) * (1 - 1e-9), `${n} ticks: every ${step}`);
  }
});

test("a range of one value is one tick", () => {
  assert.deepEqual(ticksOf(2, 2, 5), [[2, "2"]]);
});

test("a minus is a minus sign", () => {
  assert.deepEqual(ticksOf(-1, 0, 1), [
    [-1, "\u22121"],
    [0, "0"],
  ]);
});

test("an axis says more than one number, even if its labels come closer", () => {
  assert.deepEqual(values(-4.2, 4.4, 3), [-4, -2, 0, 2, 4]);
  assert.deepEqual(values(-0.9, 0.9, 2), [-0.5, 0, 0.5]);
});

const logTexts = (low: number, high: number, n: number) =>
  logTicksOf(low, high, n).map(([, text]) => text);

test("a log axis names the numbers that people name", () => {
  assert.deepEqual(logTexts(0.001, 1, 4), ["0.001", "0.01", "0.1", "1"]);
  assert.deepEqual(logTexts(0.0971, 4, 4), ["0.1", "1"]);
  assert.deepEqual(logTexts(1e-4, 10, 4), ["10\u207b\u2074", "0.01", "1"]);
});

test("a log axis of less than two decades is labelled too", () => {
  assert.deepEqual(logTexts(0.2, 0.9, 4), ["0.2", "0.5"]);
  assert.deepEqual(logTexts(0.3, 4, 2), ["0.5", "2"]);
  assert.ok(logTexts(1.2, 1.9, 4).length > 1);
});
