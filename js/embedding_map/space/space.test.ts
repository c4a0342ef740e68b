import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Metric } from "../../shared/distances.ts";
import type { Arrays, Config, MatrixKind } from "../model.ts";
import { type Space, spaceOf } from "./space.ts";

type Sent = "z" | "labels" | "support" | "absorbed" | "prototypes";
interface Made {
  config: Config;
  shapes: Record<Sent, number[]>;
  arrays: Record<Sent, (number | null)[]>;
  nearest: Record<"squared_euclidean" | "euclidean" | "cosine", number[][]>;
  shares: Record<"euclidean" | "cosine", number[]>;
}
const path = new URL("../../../tests/fixtures/embedding_map/space.json", import.meta.url);
const fixture = JSON.parse(readFileSync(path, "utf8")) as {
  moving: Made;
  only_support: Made;
  matrix: Record<string, number[][]>;
};

function spaceFrom({ config, shapes, arrays }: Made): Space {
  const types = { z: Float32Array, prototypes: Float32Array, labels: Int32Array };
  const entries = Object.entries(shapes).map(([name, shape]) => {
    const Type = types[name as keyof typeof types] ?? Uint8Array;
    const data = new Type(arrays[name as Sent].map((value) => value ?? NaN));
    return [name, { data, shape }];
  });
  return spaceOf(config, Object.fromEntries(entries) as Arrays);
}

const space = spaceFrom(fixture.moving);

for (const name of ["moving", "only_support"] as const) {
  const made = fixture[name];
  const its = spaceFrom(made);
  test(`${name}: the nearest prototype of every item at every step is Python's`, () => {
    for (const [metric, steps] of Object.entries(made.nearest)) {
      for (const [step, expected] of steps.entries()) {
        assert.deepEqual([...its.nearest(step, metric as Metric)], expected, `${metric} ${step}`);
      }
    }
  });
  test(`${name}: the share that is nearest to its own is Python's, of the same items`, () => {
    for (const metric of ["euclidean", "cosine"] as const) {
      for (const [step, expected] of made.shares[metric].entries()) {
        const judged = [...its.nearest(step, metric).entries()].filter(([i]) => its.isJudged(i));
        const right = judged.filter(([i, k]) => k === its.labels[i]);
        assert.ok(Math.abs(right.length / judged.length - expected) < 1e-6, `${metric} ${step}`);
      }
    }
  });
}

test("distances and angles between the prototypes are Python's", () => {
  for (const [name, rows] of Object.entries(fixture.matrix)) {
    const isAngle = name === "angle" || name === "spread";
    const kind = (isAngle ? name : "distance") as MatrixKind;
    const metric = (isAngle ? "cosine" : name) as Metric;
    const found = space.matrix(space.steps - 1, kind, metric);
    for (const [at, expected] of rows.flat().entries()) {
      assert.ok(Math.abs(found[at] - expected) < 1e-6 * (1 + expected), `${name} ${at}`);
    }
  }
});

test("a prototype that is unknown has neither distance nor angle, one that is zero no angle", () => {
  const its = spaceFrom(fixture.only_support);
  const distances = its.matrix(0, "distance", "euclidean");
  assert.ok(distances[1] > 0);
  assert.ok(Number.isNaN(distances[2]));
  const angles = its.matrix(0, "angle", "euclidean");
  assert.equal(angles[4], 0);
  assert.ok(Number.isNaN(angles[1]) && Number.isNaN(angles[2]));
});

test("classes are ranked and neighbours found by distance, nearest first", () => {
  const step = space.steps - 1;
  for (let i = 0; i < space.n; i++) {
    const ranked = space.ranks(step, i, "euclidean");
    assert.equal(ranked[0][0], space.nearest(step, "euclidean")[i]);
    assert.ok(ranked.every(([, d], at) => at === 0 || d >= ranked[at - 1][1]));
    const all = space.neighbours(step, i, "euclidean", space.n);
    assert.equal(all.length, space.n - 1);
    assert.ok(all.every(([j, d], at) => j !== i && (at === 0 || d >= all[at - 1][1])));
    assert.deepEqual(space.neighbours(step, i, "euclidean", 3), all.slice(0, 3));
  }
});

test("the item shown at first is the query farthest from its own prototype", () => {
  const step = space.steps - 1;
  const away = (i: number) =>
    space.ranks(step, i, "cosine").find(([k]) => k === space.labels[i])?.[1] ?? -1;
  const queries = Array.from({ length: space.n }, (_, i) => i).filter((i) => !space.isSupport(i));
  const expected = queries.reduce((a, b) => (away(b) > away(a) ? b : a));
  assert.equal(space.farthest(step, "cosine"), expected);
});
