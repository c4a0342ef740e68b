import assert from "node:assert/strict";
import { test } from "node:test";
import { Camera } from "../../plot/map/camera.ts";
import type { Model } from "../../shared/model.ts";
import type { Arrays, Config, Traits } from "../model.ts";
import type { Space } from "../space/space.ts";
import { mixedOrder } from "./marks.ts";

Object.assign(globalThis, {
  addEventListener: () => {}, // the page's, to which repaint.ts listens
  matchMedia: () => ({ matches: still }),
});
let still = false;
const { glideOf, layoutsOf, rescaled } = await import("./layout.ts");

/** Two items and one prototype over two steps, and t-SNE of the second. */
function layouts(state: Partial<Traits>) {
  const model = { get: (name: keyof Traits) => state[name] } as unknown as Model<Traits>;
  const arrays = {
    pca: { data: Float32Array.from([0, 0, 1, 1]), shape: [1, 2, 2] },
    pca_prototypes: { data: Float32Array.from([2, 2, 3, 3]), shape: [2, 1, 2] },
  } as unknown as Arrays;
  const config = { explained: [0.6, 0.3] } as Config;
  return layoutsOf(model, config, arrays, { n: 2, states: 1 } as Space);
}
const places = btoa(
  String.fromCharCode(...new Uint8Array(Float32Array.from([-1, 0, 1, 0, 0, 0.5]).buffer)),
);
const tsne = { step: 1, neighbours: 2, metric: "cosine", seed: 0, places } as const;

test("principal axes hold for all steps; what moved not at all is sent once", () => {
  const { at } = layouts({ projection: "pca", projections: {} });
  assert.deepEqual([...at(1).items], [0, 0, 1, 1]);
  assert.deepEqual([...at(1).prototypes!], [3, 3]);
  assert.deepEqual(at(0).bounds, at(1).bounds);
  assert.equal(at(0).axes[1], "principal axis 2 \u00b7 30\u00a0% of variance");
});

test("a computed projection places prototypes only at the step it was made of", () => {
  const { at } = layouts({ projection: "tsne", projections: { tsne } });
  assert.deepEqual([...at(1).items], [-1, 0, 1, 0]);
  assert.deepEqual([...at(1).prototypes!], [0, 0.5]);
  assert.equal(at(0).prototypes, null);
  assert.deepEqual(at(0).axes, ["t-SNE 1", "t-SNE 2"]);
  assert.equal(layouts({ projection: "umap", projections: {} }).at(0).name, "pca");
});

test("another projection is glided to, from the old places in its own measure", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let now = 1000;
  context.mock.method(performance, "now", () => now);
  const state = { projection: "pca", projections: { tsne } } as Partial<Traits>;
  const { at } = layouts(state);
  const seen = { restored: 0, repaints: 0 };
  const glide = glideOf({
    camera: new Camera(),
    restore: () => seen.restored++,
    repaint: () => seen.repaints++,
  });
  const first = at(1);
  assert.equal(glide(first), first.items);
  state.projection = "tsne";
  const from = rescaled(first.items, first.bounds, at(1).bounds);
  assert.deepEqual([...glide(at(1))], [...from]);
  now += 350; // halfway
  assert.deepEqual(
    [...glide(at(1))].map((value) => value.toFixed(5)),
    [...from].map((value, i) => ((value + at(1).items[i]) / 2).toFixed(5)),
  );
  now += 351;
  const last = at(1);
  assert.equal(glide(last), last.items);
  assert.deepEqual(seen, { restored: 2, repaints: 2 });
  still = true; // who asked for less motion sees it at once
  state.projection = "pca";
  const back = at(1);
  assert.equal(glide(back), back.items);
});

test("the order mixes the items, support first", () => {
  const order = mixedOrder(300, (i) => i < 5);
  assert.deepEqual(order.slice(0, 5).sort(), [0, 1, 2, 3, 4]);
  assert.equal(new Set(order).size, 300);
  const firstHalf = order.slice(5, 150).filter((i) => i < 150).length;
  assert.ok(firstHalf > 50 && firstHalf < 95);
});
