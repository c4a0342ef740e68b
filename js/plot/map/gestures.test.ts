import assert from "node:assert/strict";
import { test } from "node:test";
import { Camera } from "./camera.ts";
import { gesturesOn } from "./gestures.ts";
import type { Point } from "./places.ts";

/** A canvas that hears events, and what came of them. */
function playground(options: { lassoing?: boolean; focused?: boolean } = {}) {
  const camera = new Camera();
  camera.size(100, 100);
  camera.bounds([0, 0, 10, 10]);
  camera.reset();
  const seen: unknown[] = [];
  const canvas = Object.assign(new EventTarget(), { setPointerCapture: () => {} });
  const node = { focus: () => seen.push("focus"), getRootNode: () => root };
  const root = { activeElement: options.focused ? node : null };
  gesturesOn({
    node: node as unknown as HTMLElement,
    canvas: canvas as unknown as HTMLCanvasElement,
    camera,
    at: (event) => [event.clientX, event.clientY],
    hit: ([u]) => (u < 50 ? 7 : -1),
    on: {
      hover: (i) => seen.push(["hover", i]),
      pick: (i) => seen.push(["pick", i]),
      chosen: (indices) => seen.push(["chosen", indices]),
      moved: () => seen.push("moved"),
    },
    lassoing: () => options.lassoing ?? false,
    loop: (outline) => seen.push(["loop", outline?.length ?? null]),
    hint: { show: () => seen.push("hint"), hide: () => {} },
    enclosed: (outline) => outline.map(([u]) => u),
  });
  const send = (type: string, [clientX, clientY]: Point, also: object = {}) => {
    const event = new Event(type, { cancelable: true });
    const pointer = { clientX, clientY, button: 0, pointerId: 1, shiftKey: false, ...also };
    canvas.dispatchEvent(Object.assign(event, pointer));
    return event;
  };
  return { camera, seen, send };
}

test("moving hovers, leaving ends it, and a press without a move picks", () => {
  const { seen, send } = playground();
  send("pointermove", [10, 10]);
  send("pointermove", [90, 10]);
  send("pointerleave", [101, 10]);
  send("pointerdown", [10, 10]);
  send("pointermove", [12, 12]); // a hand that trembles
  send("pointerup", [12, 12]);
  const hovers = [7, -1, -1].map((i) => ["hover", i]);
  assert.deepEqual(seen, [...hovers, "focus", ["loop", null], ["pick", 7]]);
});

test("another button than the first does nothing", () => {
  const { seen, send } = playground();
  send("pointerdown", [10, 10], { button: 2 });
  send("pointerup", [10, 10], { button: 2 });
  assert.deepEqual(seen, []);
});

test("dragging moves the map and picks nothing", () => {
  const { camera, seen, send } = playground();
  send("pointerdown", [50, 50]);
  send("pointermove", [60, 50]);
  send("pointermove", [60, 40]);
  send("pointerleave", [60, 40]);
  send("pointerup", [60, 40]);
  assert.deepEqual(camera.saved(), [4, 4, 10]);
  assert.deepEqual(seen, ["focus", "moved", "moved", ["loop", null]]);
});

for (const [how, options, also] of [
  ["Shift", {}, { shiftKey: true }],
  ["the lasso's mode", { lassoing: true }, {}],
] as const) {
  test(`dragging with ${how} chooses what the outline holds`, () => {
    const { camera, seen, send } = playground(options);
    send("pointerdown", [10, 10], also);
    send("pointermove", [20, 10], also);
    send("pointermove", [20, 30], also);
    send("pointerup", [20, 30], also);
    assert.ok(camera.whole);
    const loops = [2, 3, null].map((n) => ["loop", n]);
    assert.deepEqual(seen, ["focus", ...loops, ["chosen", [10, 20, 20]]]);
  });
}

test("a gesture that the browser takes away chooses nothing", () => {
  const { seen, send } = playground();
  send("pointerdown", [10, 10]);
  send("pointercancel", [10, 10]);
  send("pointermove", [10, 10]);
  assert.deepEqual(seen, ["focus", ["loop", null], ["hover", 7]]);
});

test("two fingers zoom and move together, and the end of a pinch picks nothing", () => {
  const { camera, seen, send } = playground();
  send("pointerdown", [40, 50]);
  send("pointerdown", [60, 50], { pointerId: 2 });
  send("pointermove", [70, 50], { pointerId: 2 }); // 20 apart about 50, now 30 apart about 55
  assert.equal(camera.zoom, 1.5);
  assert.ok(Math.abs(camera.u(5) - 55) < 1e-9); // what lay between them still does
  send("pointerup", [70, 50], { pointerId: 2 });
  send("pointerup", [40, 50]);
  assert.deepEqual(seen, ["focus", ["loop", null], "moved"]);
});

test("the wheel zooms only with Ctrl or where the map has the focus", () => {
  const wheel = { deltaY: -100, deltaMode: 0, ctrlKey: false, metaKey: false };
  const away = playground();
  assert.equal(away.send("wheel", [50, 50], wheel).defaultPrevented, false);
  assert.ok(away.camera.whole);
  assert.equal(away.send("wheel", [50, 50], { ...wheel, ctrlKey: true }).defaultPrevented, true);
  assert.ok(Math.abs(away.camera.zoom - Math.exp(0.22)) < 1e-9);
  assert.deepEqual(away.seen, ["hint", "moved"]); // without Ctrl it says how
  const here = playground({ focused: true });
  here.send("wheel", [50, 50], { ...wheel, deltaY: -2, deltaMode: 1 }); // lines
  assert.ok(Math.abs(here.camera.zoom - Math.exp(0.0022 * 60)) < 1e-9);
  here.send("wheel", [50, 50], { ...wheel, deltaY: -9999 }); // one turn is never a leap
  assert.ok(Math.abs(here.camera.zoom - Math.exp(0.0022 * 360)) < 1e-9);
  assert.deepEqual(here.seen, ["moved", "moved"]);
});
