// Large episodes: distances at one step after the other, what is kept of them, and the pieces of a printed matrix.
import assert from "node:assert/strict";
import { test } from "node:test";
import { distancesOf, runningDistances, type Space } from "./distances/class_means.ts";
import { Recent } from "./distances/recent.ts";
import { spaceBefore } from "./distances/spaces.ts";
import { HEADING, layoutOf } from "./matrix/layout.ts";
import { piecesOf } from "./matrix/pieces.ts";

const [WAY, STEPS, FEATURES] = [3, 7, 4];
const random = (count: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(i * i + 1));

function madeSpace(): Space {
  const [rows, labels] = [
    [0, 1, 2, 3, 4, 5],
    [0, 1, 2, 0, 1, 2],
  ];
  const present = (step: number, i: number) => i < step;
  const [every, queries] = [random(10 * FEATURES), random(4 * FEATURES)];
  const moved = Uint8Array.from([0, 0, 1, 0]);
  return {
    steps: STEPS,
    way: WAY,
    features: FEATURES,
    rows,
    labels,
    present,
    every,
    queries,
    moved,
  };
}

test("distances at one step after the other are those of all steps, in any order", () => {
  for (const metric of ["squared_euclidean", "cosine", "manhattan"] as const) {
    const space = madeSpace();
    const all = distancesOf(space, metric, 0, STEPS);
    const running = runningDistances(space, metric);
    for (const step of [6, 5, 0, 3, 3, 6, 1]) {
      const size = 4 * WAY;
      const expected = all.data.subarray(step * size, (step + 1) * size);
      assert.deepEqual([...running(step).data], [...expected]);
    }
  }
});

test("what was given stays as it was when another step is asked for", () => {
  const running = runningDistances(madeSpace(), "euclidean");
  const last = running(6);
  const copy = [...last.data];
  running(1);
  assert.deepEqual([...last.data], copy);
});

test("one number an example says from which step it is there", () => {
  const float = (data: Float32Array<ArrayBuffer>) => ({ data, shape: [data.length / 2, 2] });
  const int = (...values: number[]) => ({ data: Int32Array.from(values), shape: [values.length] });
  const arrays = {
    support_y: int(0, 1),
    query_y: int(0),
    "space.support": float(random(4) as Float32Array<ArrayBuffer>),
    "space.queries": float(random(2) as Float32Array<ArrayBuffer>),
    "space.since": int(1, 2),
  };
  const support = { rows: [0, 1], labels: [0, 1], moved: new Uint8Array(1) };
  const space = spaceBefore(arrays, { steps: 3, way: 2 }, support)!;
  const there = [0, 1, 2].map((step) => [space.present(step, 0), space.present(step, 1)]);
  assert.deepEqual(there, [
    [false, false],
    [true, false],
    [true, true],
  ]);
});

test("what was not asked for longest goes first", () => {
  const recent = new Recent(2);
  let made = 0;
  const get = (key: string) => recent.get(key, () => ++made);
  assert.deepEqual(["a", "b", "a", "c", "a", "b"].map(get), [1, 2, 1, 3, 1, 4]);
  assert.ok(!recent.has("c"));
  assert.equal(
    recent.always("d", () => 9),
    9,
  );
  get("e");
  assert.equal(
    recent.always("d", () => 10),
    9,
  );
});

test("a printed matrix breaks between rows, and loses none", () => {
  const members = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => from + i);
  const layout = layoutOf({
    groups: [
      { title: "a", members: members(0, 30) },
      { title: "b", members: members(30, 2) },
      { title: "c", members: members(32, 40) },
    ],
    names: ["a", "b", "c"],
    nQuery: 72,
    room: 400,
    images: true,
    measure: (text) => 6 * text.length,
  });
  const pieces = piecesOf(layout, [300, 500]);
  const rows = layout.rows.map((top) =>
    pieces.filter(({ start, end }) => top >= start && top + layout.row <= end),
  );
  assert.ok(rows.every((found) => found.length === 1));
  assert.ok(pieces.every(({ start, end }, i) => end - start <= (i ? 500 : 300)));
  // A piece that begins with a group has its heading; another goes on.
  for (const { start, goesOn } of pieces) {
    const begins = layout.groups.some(({ top }) => top === start);
    assert.equal(goesOn, !begins);
    assert.ok(begins || layout.rows.includes(start));
  }
  assert.equal(HEADING, 26);
});
