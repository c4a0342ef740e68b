import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { softmaxOf } from "./distances/class_means.ts";
import { editedSupport } from "./distances/edits.ts";
import { Prototypes, type Rule } from "./distances/prototypes.ts";
import { Shown } from "./distances/shown.ts";
import type { Arrays, Edit, ShownMetric } from "./model.ts";

type Numbers = (number | null)[];
/** (step, query, class). */
type Distances = Numbers[][];

interface Fixture {
  config: Rule & { edited: Edit[] };
  arrays: Record<string, { data: Numbers; shape: number[] }>;
  edits: Edit[];
  expected: Record<
    ShownMetric,
    {
      old: Distances;
      new: Distances;
      /** Before and after, a pair a step. */
      right: [number, number][];
      nearest: { first: number[]; second: number[]; margin: Numbers }[];
    }
  >;
  support: { rows: number[]; labels: number[]; moved: boolean[] };
  /** Of the last step, after the edits. */
  probabilities: number[][];
  /** Of the last step, before the edits: one list a query. */
  without: Record<
    ShownMetric,
    { place: number; label: number; first: number; change: number | null }[][]
  >;
}

const read = (name: string): Fixture => {
  const path = new URL(`../../tests/fixtures/prototype_heatmap/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(path, "utf8"));
};
const orNaN = (value: number | null) => value ?? NaN;

function arraysOf(fixture: Fixture): Arrays {
  const made = Object.entries(fixture.arrays).map(([name, { data, shape }]) => [
    name,
    { data: Float32Array.from(data, orNaN), shape },
  ]);
  return Object.fromEntries(made);
}

function made(name: string, edited = true) {
  const fixture = read(name);
  const arrays = arraysOf(fixture);
  const prototypes = new Prototypes(fixture.config, arrays);
  if (edited) prototypes.setEdits(fixture.edits, arrays);
  return { fixture, prototypes, last: prototypes.steps - 1 };
}

function assertNear(found: ArrayLike<number>, expected: Numbers, tolerance = 1e-9): void {
  assert.equal(found.length, expected.length);
  for (const [i, value] of expected.entries()) {
    if (value === null) assert.ok(Number.isNaN(found[i]), `${i}: ${found[i]}`);
    else assert.ok(Math.abs(found[i] - value) <= tolerance * (1 + Math.abs(value)), `${i}`);
  }
}

for (const name of ["edits", "asked"]) {
  test(`${name}: distances are Python's at every step, before the edits and after them`, () => {
    const { fixture, prototypes } = made(name);
    for (const [metric, expected] of Object.entries(fixture.expected)) {
      for (const which of ["old", "new"] as const) {
        const shown = metric as ShownMetric;
        assertNear(prototypes.stack(which, shown).data, expected[which].flat(2));
        // One step alone is computed alone.
        const { prototypes: fresh, last } = made(name);
        assertNear(fresh.at(which, shown, last).data, expected[which][last].flat());
      }
    }
  });

  test(`${name}: decisions, margins and counts are Python's`, () => {
    const { fixture, prototypes } = made(name);
    for (const [metric, { nearest, right }] of Object.entries(fixture.expected)) {
      for (const [step, expected] of nearest.entries()) {
        const found = prototypes.nearest("new", metric as ShownMetric, step);
        assert.deepEqual(Array.from(found.first), expected.first);
        assert.deepEqual(Array.from(found.second), expected.second);
        assertNear(found.margin, expected.margin, 1e-5); // of recorded float32
        const counts = (["old", "new"] as const).map((which) =>
          prototypes.nRight(which, metric as ShownMetric, step),
        );
        assert.deepEqual(counts, right[step]);
      }
    }
  });

  test(`${name}: the support after the edits is Python's`, () => {
    const { fixture, prototypes } = made(name);
    const found = editedSupport(fixture.edits, prototypes.places, prototypes.supportLabels);
    const { rows, labels, moved } = fixture.support;
    assert.deepEqual(found, { rows, labels, moved: Uint8Array.from(moved, Number) });
  });

  test(`${name}: probabilities after the edits are the learner's`, () => {
    const { fixture, prototypes, last } = made(name);
    const found = prototypes.probabilities("new", "", last)!.data;
    for (const [q, row] of fixture.probabilities.entries()) {
      if (fixture.support.moved[q]) continue;
      assertNear(found.subarray(3 * q, 3 * q + 3), row, 1e-6);
    }
    assert.equal(prototypes.probabilities("new", "cosine", last), null);
  });
}

test("alone, the learner's own distances are shown as they were recorded", () => {
  const { fixture, prototypes } = made("edits", false);
  const recorded = fixture.arrays.distances.data;
  assertNear(prototypes.stack("new", "").data, recorded, 1e-7);
  assert.equal(prototypes.stack("new", "").data.constructor, Float32Array);
});

test("decisions without an example are Python's where it is dropped", () => {
  const { fixture, prototypes, last } = made("edits", false);
  for (const [metric, queries] of Object.entries(fixture.without)) {
    for (const [q, expected] of queries.entries()) {
      const found = prototypes.without("old", metric as ShownMetric, last, q);
      const plain = ({ place, label, first }: (typeof expected)[number]) => [place, label, first];
      assert.deepEqual(found.map(plain), expected.map(plain));
      const changes = expected.map(({ change }) => change);
      assertNear(
        found.map(({ change }) => change),
        changes,
        1e-5, // of recorded float32
      );
    }
  }
});

test("after edits an example is known by its place among all items", () => {
  const { fixture, prototypes, last } = made("edits");
  const places = prototypes.without("new", "", last, 0).map(({ place }) => place);
  assert.deepEqual(places, fixture.support.rows);
});

test("class means move where their support changed, and nowhere else", () => {
  const { prototypes, last } = made("edits");
  const shifts = prototypes.shifts("", last);
  // Class 0 gets two, class 1 loses one, and class 2 has a pool item in the place of its only example.
  assert.ok(
    shifts.every((shift) => shift && shift.distance > 0 && shift.wasThere && shift.isThere),
  );
  prototypes.setEdits([{ op: "drop", item: prototypes.places.ids[3] }]);
  const [first, second, third] = prototypes.shifts("", last);
  assert.deepEqual([first, second], [null, null]);
  assert.deepEqual(third, { distance: NaN, wasThere: true, isThere: false });
});

test("a softmax over nothing gives even odds", () => {
  const { data } = softmaxOf({ data: Float64Array.of(NaN, NaN, 0, Math.log(3)), shape: [2, 2] }, 1);
  assertNear(data, [0.5, 0.5, 0.75, 0.25]);
});

test("what is shown follows the choices", () => {
  const { fixture, prototypes, last } = made("edits", false);
  const shown = new Shown(prototypes, fixture.config.episode.class_names, "own distance");
  shown.step = last;
  assert.deepEqual([shown.which, shown.quantity, shown.nAsked], ["new", "distance", 7]);
  shown.compare = "difference"; // of no edits
  assert.equal(shown.quantity, "distance");
  prototypes.setEdits(fixture.edits);
  shown.takeEdits();
  assert.deepEqual([shown.quantity, shown.nAsked, shown.isAsked(3)], ["change", 6, false]);
  const { old, new: fresh } = fixture.expected[""];
  const change = fresh[last].flat().map((d, i) => (d === null ? null : d - old[last].flat()[i]!));
  assertNear(shown.values.data, change);
  assert.deepEqual(shown.members(2), [13]); // the pool's item
  shown.compare = "old";
  assert.deepEqual([shown.nAsked, shown.isAsked(3)], [7, true]);
  assert.deepEqual(shown.members(2), [3]);
  assert.deepEqual([shown.metricWords, shown.metric], ["own distance", ""]);
});

test("with 'above the nearest' each row counts from its nearest", () => {
  const { fixture, prototypes, last } = made("edits", false);
  const shown = new Shown(prototypes, fixture.config.episode.class_names, "own distance");
  [shown.step, shown.relative] = [last, true];
  for (const [q, row] of fixture.arrays.distances.data.slice(-21).entries()) {
    if (q % 3) continue;
    const three = fixture.arrays.distances.data
      .slice(-21)
      .slice(q, q + 3)
      .map(orNaN);
    assert.ok(row !== null);
    assert.equal(shown.zeroOf(q / 3), Math.fround(Math.min(...three)));
  }
  const { low } = shown.ranges.get("", "excess");
  assert.equal(low, 0);
});
