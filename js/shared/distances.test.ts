import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { METRIC_WORDS, type Metric, metricName, rowDistance } from "./distances.ts";

const path = new URL("../../tests/fixtures/shared/distances.json", import.meta.url);
const fixture = JSON.parse(readFileSync(path, "utf8")) as {
  z: number[][];
  centres: (number | null)[][];
  distances: Record<Metric, (number | null)[][]>;
};

for (const metric of Object.keys(METRIC_WORDS) as Metric[]) {
  test(`${metric} distances are Python's, to rows of zeros and of NaN too`, () => {
    const features = fixture.z[0].length;
    const z = Float32Array.from(fixture.z.flat());
    const centres = Float32Array.from(fixture.centres.flat(), (value) => value ?? NaN);
    for (const [i, row] of fixture.distances[metric].entries()) {
      for (const [j, expected] of row.entries()) {
        const found = rowDistance(metric, features, z, i, centres, j);
        if (expected === null) assert.ok(Number.isNaN(found));
        else assert.ok(Math.abs(found - expected) <= 1e-9 * (1 + Math.abs(expected)), `${i} ${j}`);
      }
    }
  });
}

test("a metric's name is short", () => {
  assert.equal(metricName("squared_euclidean"), "Squared Euclidean");
  assert.equal(metricName("cosine"), "Cosine");
});
