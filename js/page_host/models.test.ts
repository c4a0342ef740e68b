import assert from "node:assert/strict";
import { test } from "node:test";
import { join, type Page, pageModels } from "./models.ts";
import { reasonOf } from "./render.ts";

const page = (models: Page["models"]): Page => ({ models, modules: {}, links: [] });

test("bytes lie where their path leads, and the record stays as it was", () => {
  const state = { value: [{ name: "a" }], plain: null };
  const record = {
    name: "Any",
    state,
    buffers: [
      { path: ["value", 0, "content"], data: "AQI=" },
      { path: ["plain"], data: "Aw==" },
      { path: ["nowhere", "to", "be"], data: "Aw==" },
    ],
  };
  const model = pageModels(page({ a: record })).get("a")!;
  const [file] = model.get("value") as { name: string; content: DataView }[];
  assert.deepEqual([file.name, file.content.getUint8(1)], ["a", 2]);
  assert.equal((model.get("plain") as DataView).getUint8(0), 3);
  assert.deepEqual(state, { value: [{ name: "a" }], plain: null });
});

test("a link of one way follows from the start, and of two ways back again", () => {
  const models = pageModels(
    page({ a: { name: "A", state: { value: 1 } }, b: { name: "B", state: { value: 2 } } }),
  );
  const [a, b] = [models.get("a")!, models.get("b")!];
  join(
    [{ source: ["IPY_MODEL_a", "value"], target: ["IPY_MODEL_b", "value"], both: false }],
    models,
  );
  assert.equal(b.get("value"), 1);
  b.set("value", 5);
  assert.equal(a.get("value"), 1);
  join(
    [{ source: ["IPY_MODEL_a", "value"], target: ["IPY_MODEL_b", "value"], both: true }],
    models,
  );
  b.set("value", 7);
  assert.equal(a.get("value"), 7);
});

test("a link to what the page does not hold is passed over", () => {
  const models = pageModels(page({ a: { name: "A", state: { value: 1 } } }));
  join(
    [{ source: ["IPY_MODEL_a", "value"], target: ["IPY_MODEL_gone", "value"], both: true }],
    models,
  );
  models.get("a")!.set("value", 2);
  assert.equal(models.get("a")!.get("value"), 2);
});

test("why a widget failed is said in words, without its error", () => {
  const secret = new Error("secret detail");
  assert.equal(reasonOf(secret), "its code failed to start without Python");
  assert.equal(reasonOf(secret, "it is known"), "it is known");
  assert.match(reasonOf(new EvalError("x"), "it is known"), /eval/);
  assert.match(
    reasonOf(new TypeError("Failed to fetch dynamically imported module: blob:x")),
    /network/,
  );
});
