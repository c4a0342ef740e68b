import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Point } from "../points/points.ts";
import { stepNames, titleOf } from "./texts.ts";

const path = new URL("../../../tests/fixtures/inner_loop_slider/texts.json", import.meta.url);
const fixture = JSON.parse(readFileSync(path, "utf8")) as {
  step_names: { steps: number; names: string[] }[];
  titles: { labels: number[]; way: number; title: string }[];
};

test("states are called what Python calls them", () => {
  for (const { steps, names } of fixture.step_names) assert.deepEqual(stepNames(steps), names);
});

test("episodes are called what Python calls them", () => {
  for (const { labels, way, title } of fixture.titles) {
    const support = labels.map((y, i): Point => [`s${i}`, [0], y]);
    assert.equal(titleOf({ support, query: [] }, way), title);
  }
});
