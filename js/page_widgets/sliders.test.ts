import assert from "node:assert/strict";
import { test } from "node:test";
import { PageModel } from "../page_host/models.ts";
import { printed, scaleOf } from "./sliders.ts";

const manager = { get_model: () => Promise.reject(new Error("none")) };
const model = (name: string, state: object) =>
  new PageModel("id", { name, state: { ...state } }, manager);

test("a readout is printed by the format that the notebook used", () => {
  assert.equal(printed(".2f", 0.125), "0.13");
  assert.equal(printed("d", 7), "7");
  assert.equal(printed(".1%", 0.25), "25.0%");
  assert.equal(printed("no format", 1.5), "1.5");
});

test("a slider over exponents stands at the logarithm of its value", () => {
  const scale = scaleOf(
    model("FloatLogSliderModel", { base: 10, min: -4, max: 0, readout_format: ".3g" }),
  );
  assert.ok(Math.abs(scale.placeOf(0.01) + 2) < 1e-12);
  assert.ok(Math.abs(scale.valueAt(-2) - 0.01) < 1e-12);
});

test("a slider over options moves their index", () => {
  const scale = scaleOf(
    model("SelectionSliderModel", { _options_labels: ["low", "high"], index: 1 }),
  );
  assert.deepEqual([scale.trait, scale.min, scale.max, scale.print(1)], ["index", 0, 1, "high"]);
});
