import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Rgb } from "../../shared/colour.ts";
import { regionPixels, regionsOf } from "./region_pixels.ts";

const path = new URL("../../../tests/fixtures/inner_loop_slider/regions.json", import.meta.url);
const fixture = JSON.parse(readFileSync(path, "utf8")) as {
  across: number;
  up: number;
  finer: number;
  /** What stands for minus infinity. */
  closed: number;
  /** (row, column, way) */
  logits: number[][][];
  /** (row, column) of the finer grid, the lowest row first. */
  winner: number[][];
  probability: number[][];
};

test("classes and their probabilities are Python's, between grid points too", () => {
  const { finer, closed, logits, winner, probability } = fixture;
  const outputs = Float32Array.from(logits.flat(2), (v) => (v === closed ? -Infinity : v));
  const found = regionsOf(outputs, fixture, finer);
  assert.deepEqual([found.width, found.height], [winner[0].length, winner.length]);
  for (const [row, classes] of winner.entries()) {
    for (const [column, expected] of classes.entries()) {
      const at = (found.height - 1 - row) * found.width + column;
      assert.equal(found.winner[at], expected, `${row} ${column}`);
      const p = 1 / 3 + found.sureness[at] * (2 / 3);
      assert.ok(Math.abs(p - probability[row][column]) < 1e-5, `${row} ${column}`);
    }
  }
});

const COLOURS: Rgb[] = [
  [0, 0, 255],
  [255, 0, 0],
];
const INK: Rgb = [10, 20, 30];

/** Logits of two classes on a grid of n x n points that tie where x is at `border`. */
function halves(n: number, border: number): Float32Array {
  const rows = Array.from({ length: n }, () => [...Array(n).keys()]);
  return Float32Array.from(rows.flat().flatMap((x) => [border - x, x - border]));
}

test("a border is drawn in ink where the classes tie, and nowhere else", () => {
  const regions = regionsOf(halves(5, 2), { across: 5, up: 5 }, 4);
  const { width, data } = regionPixels(regions, COLOURS, INK);
  const pixel = (x: number) => [...data.slice(4 * (8 * width + x), 4 * (8 * width + x) + 4)];
  assert.deepEqual(pixel(1).slice(0, 3), COLOURS[0]);
  assert.deepEqual(pixel(15).slice(0, 3), COLOURS[1]);
  const [r, , b] = pixel(8);
  assert.ok(b < 120 && r < 30, `${pixel(8)}`);
  assert.ok(pixel(1)[3] > pixel(6)[3], "surer is deeper");
});

test("where all classes are alike there is paper, and where one is not a number nothing", () => {
  const alike = regionsOf(new Float32Array(18), { across: 3, up: 3 }, 2);
  assert.ok(regionPixels(alike, COLOURS, INK).data.every((v, i) => i % 4 < 3 || v === 0));
  const broken = regionsOf(new Float32Array(18).fill(NaN), { across: 3, up: 3 }, 2);
  assert.ok(broken.winner.every((k) => k === -1));
  assert.ok(regionPixels(broken, COLOURS, INK).data.every((v) => v === 0));
});
