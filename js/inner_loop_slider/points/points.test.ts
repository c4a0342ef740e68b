import assert from "node:assert/strict";
import { test } from "node:test";
import { float32, snapshotWith } from "../made_snapshot.ts";
import { added, givenEpisode, moved, pointsOf, removed, samePoints, withPoints } from "./points.ts";

const line = () => {
  const outputs = float32([0, 0, 0, 0, 0, 0], [3, 2, 1]);
  const now = snapshotWith({ query_y: [1, -2], arrays: { "0.outputs": outputs } });
  const given = givenEpisode(now);
  return { given, points: pointsOf(given) };
};

test("an episode's points are those that were sent", () => {
  const { points } = line();
  assert.deepEqual(points, {
    support: [["s0", [0], 0]],
    query: [
      ["q0", [0], 1],
      ["q1", [0], -2],
    ],
  });
});

test("a point is added with an id of its own, in single precision", () => {
  const { points } = line();
  const first = added(points, "support", { x: [0.1], y: 0.2, label: -1 });
  assert.equal(first.id, "clicked/curve/1");
  assert.deepEqual(first.points.support[1], [first.id, [Math.fround(0.1)], Math.fround(0.2)]);
  const second = added(first.points, "query", { x: [1], y: 2, label: -1 });
  assert.equal(second.id, "clicked/curve/2");
  assert.equal(added(points, "query", { x: [1, 2], y: 2, label: 3 }).id, "clicked/3/1");
  assert.equal(points.support.length, 1);
});

test("a point moves, its label stays and its target goes with it", () => {
  const { points } = line();
  assert.deepEqual(moved(points, "q1", [3], 4).query[1], ["q1", [3], 4]);
  assert.deepEqual(moved(points, "q1", [3], null).query[1], ["q1", [3], -2]);
});

test("the last point of a side stays", () => {
  const { points } = line();
  assert.equal(removed(points, "s0"), null);
  const one = removed(points, "q0")!;
  assert.deepEqual(one.query, [["q1", [0], -2]]);
  assert.equal(removed(one, "q1"), null);
});

test("points make an episode, and come back", () => {
  const { given, points } = line();
  const more = added(points, "query", { x: [0.5], y: 1.5, label: -1 }).points;
  const made = withPoints(given, more);
  assert.deepEqual(made.episode.query_ids, ["q0", "q1", "clicked/curve/1"]);
  assert.deepEqual(made.arrays.query_y.shape, [3, 1]);
  assert.ok(samePoints(pointsOf(made), more));
  assert.ok(!samePoints(points, more));
  assert.ok(!samePoints(null, more));
});
