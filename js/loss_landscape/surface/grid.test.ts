import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Float32 } from "../../shared/arrays.ts";
import type { Arrays, Config } from "../model.ts";
import { gridRead, lossesAt } from "./grid.ts";

const path = new URL("../../../tests/fixtures/loss_landscape/bilinear.json", import.meta.url);
const fixture = JSON.parse(readFileSync(path, "utf8")) as {
  grid: (number | null)[][];
  /** Places along a side at which it is read: the middles of pixels that span it. */
  pixels: number;
  read: (number | null)[][];
};

test("losses between grid points are Python's", () => {
  const { grid, pixels, read } = fixture;
  const n = grid.length;
  const data = Float32Array.from(grid.flat(), (value) => value ?? NaN);
  const steps = (pixel: number) => ((pixel + 0.5) / pixels) * (n - 1);
  for (const [row, expected] of read.entries()) {
    for (const [column, value] of expected.entries()) {
      const found = gridRead(data, n, steps(column), steps(row));
      if (value === null) assert.ok(Number.isNaN(found), `${row} ${column}`);
      else assert.ok(Math.abs(found - value) < 1e-9 * (1 + value), `${row} ${column}`);
    }
  }
});

test("at the edges the grid is read to its last point", () => {
  const data = Float32Array.from([0, 1, 2, 5]);
  assert.equal(gridRead(data, 2, 1, 1), 5);
  assert.equal(gridRead(data, 2, 0, 1), 2);
  assert.equal(gridRead(data, 2, 0.5, 0), 0.5);
});

test("losses are those of the shown task, at a place of the plane; before they are computed there are none", () => {
  const grid = (...values: number[]): Float32 => ({
    data: Float32Array.from(values),
    shape: [2, 2],
  });
  const arrays = { "query_loss.1": grid(0, 1, 2, 3), "support_loss.1": grid(4, 4, 4, 4) };
  const config = { sides: [0, 2], range: { x: [-2, 2], y: [0, 1] } };
  const given = (task: number) => ({
    arrays: arrays as unknown as Arrays,
    config: config as unknown as Config,
    task,
  });
  assert.deepEqual(lossesAt([-1, 1], given(1)), { query: 2.25, support: 4 });
  assert.equal(lossesAt([-1, 1], given(0)), null);
});
