import assert from "node:assert/strict";
import { test } from "node:test";
import type { Spec } from "../chart_view/model.ts";
import {
  adviceOf,
  legendBelow,
  narrower,
  recoloured,
  stacked,
  takeStep,
  titleWithin,
  within,
} from "./spec.ts";

test("the slider of the step is taken out, and no other", () => {
  const bind = { input: "range", min: 0, max: 6, name: "Gradient step: " };
  const other = { name: "other", bind: { input: "range" } };
  const spec: Spec = { params: [other, { name: "step", value: 2, bind }] };
  const slider = takeStep(spec);
  assert.deepEqual(slider, {
    param: { name: "step", value: 2 },
    min: 0,
    max: 6,
    label: "Gradient step",
  });
  assert.deepEqual(spec.params, [other, { name: "step", value: 2 }]);
  assert.deepEqual(
    [-3, 4, 9].map((step) => within(slider!, step)),
    [0, 4, 6],
  );
  assert.equal(takeStep({ params: [{ name: "step", bind: { input: "checkbox" } }] }), null);
  assert.equal(takeStep({}), null);
});

test("what to try names the steps of this very chart", () => {
  const slider = { param: { name: "step" }, min: 0, max: 6, label: "Gradient step" };
  assert.match(adviceOf(slider, ""), /^Drag the slider to gradient step 6, or press play/);
  assert.match(adviceOf(slider, "write"), /to write 6/);
});

test("a slider without a name is called Step", () => {
  assert.equal(takeStep({ params: [{ name: "step", bind: { input: "range" } }] })?.label, "Step");
});

test("colours change everywhere but in data", () => {
  const spec = {
    mark: { color: "#1f2328", size: 3 },
    data: { values: [{ colour: "#1f2328" }] },
    datasets: { one: [{ colour: "#1f2328" }] },
    layer: [{ encoding: { color: { scale: { range: ["#1f2328", null] } } } }],
  };
  const made = recoloured(spec, (text) => (text === "#1f2328" ? "white" : text));
  assert.equal(made.mark.color, "white");
  assert.deepEqual(made.layer[0].encoding.color.scale.range, ["white", null]);
  assert.deepEqual([made.data, made.datasets], [spec.data, spec.datasets]);
  assert.equal(spec.mark.color, "#1f2328");
});

test("panels side by side come below each other, however deep", () => {
  const made = stacked({ hconcat: [{ hconcat: [{ width: 1 }] }, { facet: "p", columns: 2 }] });
  assert.deepEqual(made, { vconcat: [{ vconcat: [{ width: 1 }] }, { facet: "p", columns: 1 }] });
});

test("every panel with a width is narrower, and keeps 120 pixels", () => {
  const spec = {
    vconcat: [{ width: 300 }, { facet: "p", spec: { width: 130 } }, { width: "container" }],
  };
  assert.deepEqual(narrower(spec, 50.5), {
    vconcat: [{ width: 249 }, { facet: "p", spec: { width: 120 } }, { width: "container" }],
  });
});

test("legend and title keep what else was said of them", () => {
  const spec = { config: { legend: { symbolSize: 9 }, title: { anchor: "start" }, axis: 1 } };
  assert.deepEqual(titleWithin(legendBelow(spec), 284).config, {
    legend: { symbolSize: 9, orient: "bottom", columns: 2 },
    title: { anchor: "start", fontSize: 12, subtitleFontSize: 11, limit: 284 },
    axis: 1,
  });
});
