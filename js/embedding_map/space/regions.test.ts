import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Camera } from "../../plot/map/camera.ts";
import { enclosedBy, type Point } from "../../plot/map/places.ts";
import { type Region, regionAt, regionsOf } from "./regions.ts";

interface Made {
  planes: (number | null)[];
  nearest: number[];
}
const path = new URL("../../../tests/fixtures/embedding_map/regions.json", import.meta.url);
const fixture = JSON.parse(readFileSync(path, "utf8")) as {
  places: Point[];
  euclidean: Made;
  cosine: Made;
};
const planesOf = (made: Made) => Float64Array.from(made.planes, (value) => value ?? NaN);

/** Whether a region holds a place; the camera only turns places into pixels and back. */
function holds({ corners }: Region, [x, y]: Point): boolean {
  const camera = new Camera();
  camera.size(100, 100);
  camera.bounds([-3, -3, 3, 3]);
  camera.reset();
  const outline = corners.map(([u, v]): Point => [camera.u(u), camera.v(v)]);
  return enclosedBy(outline, [x, y], camera).length === 1;
}

for (const metric of ["euclidean", "cosine"] as const) {
  const planes = planesOf(fixture[metric]);
  test(`${metric}: a place belongs to the class that is nearest in the whole space`, () => {
    for (const [i, [u, v]] of fixture.places.entries()) {
      assert.equal(regionAt(planes, u, v), fixture[metric].nearest[i]);
    }
  });
  test(`${metric}: regions are drawn where their class decides, and cover the map once`, () => {
    const regions = regionsOf(planes, [-3, -3, 3, 3]);
    assert.ok(regions.length > 2);
    for (const [i, place] of fixture.places.entries()) {
      const owners = regions.filter((region) => holds(region, place)).map(({ k }) => k);
      assert.deepEqual(owners, [fixture[metric].nearest[i]]);
    }
  });
}

test("of twins the first has the region, and a class without a prototype none", () => {
  const planes = [1, 0, 0, 1, 0, 0, NaN, NaN, NaN, -1, 0, 0];
  const regions = regionsOf(planes, [-1, -1, 1, 1]);
  assert.deepEqual(
    regions.map(({ k }) => k),
    [0, 3],
  );
  const area = ({ corners }: Region) =>
    corners.reduce((sum, [x, y], i) => {
      const [nextX, nextY] = corners[(i + 1) % corners.length];
      return sum + (x * nextY - nextX * y) / 2;
    }, 0);
  assert.deepEqual(regions.map(area), [2, 2]);
  assert.deepEqual(regionsOf([NaN, NaN, NaN], [-1, -1, 1, 1]), []);
  assert.equal(regionAt([NaN, NaN, NaN], 0, 0), -1);
});
