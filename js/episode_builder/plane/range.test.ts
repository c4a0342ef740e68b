import assert from "node:assert/strict";
import { test } from "node:test";
import type { Draw, EpisodeDocument, Point } from "../../episode_document/types.ts";
import { placed, pointsAlong, rangesOf, truthOf } from "./range.ts";

const drawOf = (task: Record<string, unknown>) => ({ task }) as Draw;
function documentOf(...places: Point[]): EpisodeDocument {
  const item = { row: null, class: null, side: "query", rank: 0, locked: false } as const;
  const items = Object.fromEntries(places.map((at, i) => [i, { ...item, at }]));
  return { items } as unknown as EpisodeDocument;
}

test("a wave and a line tell their curve, other tasks none", () => {
  const wave = truthOf(drawOf({ amplitude: 2, phase: 0.5, x_low: -5, x_high: 5 }))!;
  assert.equal(wave.f(0.5 + Math.PI / 2), 2);
  assert.deepEqual(wave.xs, [-5, 5]);
  assert.equal(truthOf(drawOf({ amplitude: 2, phase: 0 }))!.xs, null);
  assert.equal(truthOf(drawOf({ weights: [3] }))!.f(2), 6);
  for (const task of [{}, { weights: [1, 2] }, { weights: "3" }, { amplitude: 1.25 }]) {
    assert.equal(truthOf(drawOf(task)), null);
  }
  assert.equal(truthOf(undefined), null);
});

test("the axes span all items with a margin", () => {
  const [xs, ys] = rangesOf(documentOf([0, -10], [50, 90]), null);
  assert.deepEqual(xs, [-6, 56]);
  assert.deepEqual(ys, [-22, 102]);
});

test("few items still have room around them", () => {
  assert.deepEqual(rangesOf(documentOf(), null)[0], [-1.24, 1.24]);
  const [xs] = rangesOf(documentOf([3, 3]), null);
  assert.deepEqual(xs, [2.5, 3.5]);
});

test("the axes span all of the curve where it has ends", () => {
  const truth = truthOf(drawOf({ amplitude: 1, phase: 0, x_low: -5, x_high: 5 }))!;
  const [xs, ys] = rangesOf(documentOf([0, 0]), truth);
  assert.deepEqual(xs, [-6.2, 6.2]);
  assert.ok(ys[0] < -1.2 && ys[1] > 1.2);
  const points = pointsAlong(truth, [0, 1], 4);
  assert.deepEqual(
    points.map(([x]) => x),
    [0, 0.25, 0.5, 0.75, 1],
  );
});

test("a place is of float32 and within the plot", () => {
  assert.deepEqual(placed(0.1, 1e9), [Math.fround(0.1), 1e5]);
});
