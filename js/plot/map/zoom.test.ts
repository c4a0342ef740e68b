import assert from "node:assert/strict";
import { mock, test } from "node:test";
import type { Model } from "../../shared/model.ts";
import { Camera } from "./camera.ts";
import type { ZoomTraits } from "./zoom.ts";

Object.assign(globalThis, { addEventListener: () => {} }); // the page's, to which repaint.ts listens
const { mapZoomOf, zoomKeys } = await import("./zoom.ts");

function made(zoom: number[]) {
  const state = { zoom };
  let tell = () => {};
  const seen = { repaints: 0, saved: [] as number[][] };
  const model = {
    get: () => state.zoom,
    set: (_: string, value: number[]) => {
      state.zoom = value;
      tell();
    },
    save_changes: () => seen.saved.push(state.zoom),
    on: (_: string, callback: () => void) => {
      tell = callback;
    },
    off: () => {},
  } as unknown as Model<ZoomTraits>;
  const camera = new Camera();
  camera.size(100, 100);
  camera.bounds([0, 0, 10, 10]);
  const { signal } = new AbortController();
  const repaint = () => {
    seen.repaints++;
  };
  const mapZoom = mapZoomOf({ model, camera, repaint, signal });
  return { camera, model, seen, mapZoom };
}

test("the first width restores what was saved, later ones keep all in sight", () => {
  const { camera, mapZoom } = made([2, 3, 5]);
  mapZoom.fit();
  assert.deepEqual(camera.saved(), [2, 3, 5]);
  const all = made([]);
  all.mapZoom.fit();
  assert.ok(all.camera.whole);
  all.camera.size(200, 200);
  all.camera.zoomAt(2);
  all.mapZoom.fit();
  assert.ok(all.camera.whole);
});

test("where the map comes to rest is saved once, and all as none", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { camera, seen, mapZoom } = made([]);
  mapZoom.fit();
  const keys = zoomKeys(mapZoom);
  keys["+"]({} as KeyboardEvent);
  keys["="]({} as KeyboardEvent);
  assert.ok(Math.abs(camera.zoom - 2.25) < 1e-9);
  assert.equal(seen.saved.length, 0);
  mock.timers.tick(250);
  assert.equal(seen.saved.length, 1);
  assert.ok(Math.abs(seen.saved[0][2] - 10 / 2.25) < 1e-9);
  keys[0]({} as KeyboardEvent);
  mock.timers.tick(250);
  assert.deepEqual(seen.saved[1], []);
  mock.timers.reset();
});

test("what Python sets moves the map; what the map saved itself does not", () => {
  const { camera, model, seen, mapZoom } = made([]);
  mapZoom.fit();
  model.set("zoom", [1, 2, 4]);
  assert.deepEqual(camera.saved(), [1, 2, 4]);
  assert.equal(seen.repaints, 1);
  model.set("zoom", [1, 2, 4]);
  assert.equal(seen.repaints, 1);
  model.set("zoom", []);
  assert.ok(camera.whole);
  assert.equal(seen.repaints, 2);
});
