import assert from "node:assert/strict";
import { test } from "node:test";
import { boundsOf, Camera } from "./camera.ts";

function near(found: readonly number[], expected: readonly number[], within = 1e-9): void {
  assert.equal(found.length, expected.length);
  for (const [i, value] of found.entries()) {
    assert.ok(Math.abs(value - expected[i]) <= within, `${found} is not ${expected}`);
  }
}

/** 400 by 200 pixels over 10 by 10 units: 20 pixels a unit, the middle at (5, 5). */
function square(): Camera {
  const camera = new Camera();
  camera.size(400, 200);
  camera.bounds([0, 0, 10, 10]);
  camera.reset();
  return camera;
}

test("bounds hold all that is finite, with a margin of the longer side", () => {
  near(boundsOf([0, 0, 10, 5], [NaN, 100, 3, Infinity, 4, -5]), [-0.6, -5.6, 10.6, 5.6]);
  near(boundsOf([2, 3]), [2 - 6e-8, 3 - 6e-8, 2 + 6e-8, 3 + 6e-8]);
  assert.deepEqual(boundsOf([NaN, 1]), [-1, -1, 1, 1]);
});

test("one scale serves both axes, and the screen's y goes down", () => {
  const camera = square();
  assert.equal(camera.scale, 20);
  near([camera.u(5), camera.v(5), camera.u(0), camera.v(10)], [200, 100, 100, 0]);
  near(camera.place(100, 0), [0, 10]);
  near(camera.frame, [-5, 0, 15, 10]);
  assert.ok(camera.whole);
});

test("an edge in pixels stays free, up to half of the size", () => {
  for (const [edge, scale] of [
    [20, 16],
    [90, 10],
  ]) {
    const camera = new Camera({ edge });
    camera.size(400, 200);
    camera.bounds([0, 0, 10, 10]);
    camera.reset();
    assert.equal(camera.scale, scale);
  }
});

test("what lies at a pixel stays there when it is zoomed about", () => {
  const camera = square();
  const place = camera.place(120, 40);
  camera.zoomAt(1.5, 120, 40);
  assert.equal(camera.scale, 30);
  near([camera.u(place[0]), camera.v(place[1])], [120, 40]);
  assert.ok(!camera.whole);
});

test("zoom stays between half of all and 200 times it", () => {
  const camera = square();
  camera.zoomAt(1e6);
  assert.ok(Math.abs(camera.zoom - 200) < 1e-9);
  camera.zoomAt(1e-9);
  assert.ok(Math.abs(camera.zoom - 0.5) < 1e-9);
});

test("the map is moved with the pointer, its middle never out of its bounds", () => {
  const camera = square();
  camera.pan(40, -20);
  near(camera.saved(), [3, 4, 20]);
  camera.pan(4000, 0);
  near(camera.saved(), [0, 4, 20]);
});

test("a place comes into sight by the shortest way, and what is no place moves nothing", () => {
  const camera = square();
  camera.zoomAt(4); // 80 pixels a unit: 2.5 to 7.5 and 3.75 to 6.25 are in sight
  camera.reveal(5, 5);
  near(camera.saved(), [5, 5, 5]);
  camera.reveal(8, 5);
  near([camera.u(8), camera.v(5)], [360, 100]);
  camera.reveal(8, 9);
  near([camera.u(8), camera.v(9)], [360, 40]);
  const before = camera.saved();
  camera.reveal(NaN, NaN);
  near(camera.saved(), before);
});

test("what was saved is restored, and all is shown where nothing was", () => {
  const camera = square();
  camera.restore([2, 3, 5]);
  near(camera.saved(), [2, 3, 5]);
  assert.equal(camera.scale, 80);
  for (const none of [[], [1, 2], [1, 2, 0], [NaN, 0, 1]]) {
    camera.restore([2, 3, 5]);
    camera.restore(none);
    assert.ok(camera.whole);
  }
});

test("a new size keeps the share that is in sight", () => {
  const camera = square();
  camera.zoomAt(3);
  camera.size(800, 600);
  assert.ok(Math.abs(camera.zoom - 3) < 1e-9);
  assert.equal(camera.scale, 180);
});
