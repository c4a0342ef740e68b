import assert from "node:assert/strict";
import { test } from "node:test";
import { contourLines, type GridLine } from "./contours.ts";
import { gridRead } from "./grid.ts";

const N = 21;

/** Losses on a grid of N x N points, by column and row. */
function gridOf(loss: (u: number, v: number) => number): Float32Array {
  const places = Array.from({ length: N * N }, (_, i) => [i % N, Math.floor(i / N)]);
  return Float32Array.from(places, ([u, v]) => loss(u, v));
}

const bowl = (u: number, v: number) => (u - 10.3) ** 2 + (v - 9.6) ** 2;

function isClosed(line: GridLine): boolean {
  const [first, last] = [line[0], line[line.length - 1]];
  return first[0] === last[0] && first[1] === last[1];
}

test("a bowl's level is one closed line, and every point of it has that loss", () => {
  const data = gridOf(bowl);
  const [line, ...others] = contourLines(data, N, 30);
  assert.deepEqual(others, []);
  assert.ok(isClosed(line));
  for (const [u, v] of line) {
    assert.ok(Math.abs(gridRead(data, N, u, v) - 30) < 1e-4);
    assert.ok(Math.abs(Math.hypot(u - 10.3, v - 9.6) - Math.sqrt(30)) < 0.1);
  }
});

test("a closed line begins where it is lowest, an open one at its lower end", () => {
  const [closed] = contourLines(gridOf(bowl), N, 30);
  const lowest = Math.min(...closed.map(([, v]) => v));
  assert.equal(closed[0][1], lowest);
  for (const loss of [(u: number, v: number) => u + v, (u: number, v: number) => -u - v]) {
    const [open, ...others] = contourLines(gridOf(loss), N, loss(4.5, 3));
    assert.deepEqual(others, []);
    assert.deepEqual(open[0], [7.5, 0]);
    assert.deepEqual(open[open.length - 1], [0, 7.5]);
  }
});

test("lines end at the edge of the grid and never run along it", () => {
  const lines = contourLines(gridOf(bowl), N, 120); // beyond the edge on each of its sides
  assert.equal(lines.length, 4);
  for (const line of lines) {
    assert.ok(!isClosed(line));
    for (const end of [line[0], line[line.length - 1]]) {
      assert.ok(
        end.some((at) => at === 0 || at === N - 1),
        `${end}`,
      );
    }
    for (const [u, v] of line) {
      assert.ok(u >= 0 && u <= N - 1 && v >= 0 && v <= N - 1);
      assert.ok(Math.abs(bowl(u, v) - 120) < 1);
    }
  }
});

test("lines end beside what is not finite", () => {
  for (const hole of [NaN, Infinity, -Infinity]) {
    const data = gridOf((u, v) => (u === 15 && v === 10 ? hole : bowl(u, v)));
    const lines = contourLines(data, N, 30);
    assert.equal(lines.length, 1);
    assert.ok(!isClosed(lines[0]));
    for (let i = 1; i < lines[0].length; i++) {
      const [[a, b], [c, d]] = [lines[0][i - 1], lines[0][i]];
      assert.ok(Number.isFinite(gridRead(data, N, (a + c) / 2, (b + d) / 2)));
    }
  }
});

test("a ring around a hill and one around a pit are two lines", () => {
  const data = gridOf((u, v) => bowl(u - 5, v - 4) ** -0.5 - bowl(u + 5, v + 4) ** -0.5);
  assert.equal(contourLines(data, N, 0.4).length, 1);
  assert.equal(contourLines(data, N, -0.4).length, 1);
  const moat = gridOf((u, v) => Math.abs(Math.sqrt(bowl(u, v)) - 5));
  const lines = contourLines(moat, N, 2);
  assert.equal(lines.length, 2);
  assert.ok(lines.every(isClosed));
});

test("a level that no loss reaches has no line", () => {
  assert.deepEqual(contourLines(gridOf(bowl), N, -1), []);
  assert.deepEqual(contourLines(gridOf(bowl), N, 1e4), []);
  assert.deepEqual(
    contourLines(
      gridOf(() => NaN),
      N,
      1,
    ),
    [],
  );
});
