import assert from "node:assert/strict";
import { test } from "node:test";
import type { Theme } from "../shared/theme.ts";
import { configOf, onPaper } from "./paper.ts";

const theme = { font: "f", fg: "white", muted: "grey", grid: "line" } as Theme;

test("white paper is the page's, and other paper stays", () => {
  const ours = onPaper({ config: { background: "#ffffff", axis: 1 } }, true);
  assert.deepEqual(ours.config, { background: "transparent", axis: 1 });
  assert.equal(ours.background, undefined);
  assert.equal(onPaper({ background: "#333" }, true).background, "#333");
  assert.equal(onPaper({ config: { background: "#333" } }, true).background, "#333");
});

test("black ink keeps white paper on a dark page alone, and black in data is a value", () => {
  const black = { mark: { type: "rule", color: "black" } };
  assert.equal(onPaper(black, true).background, "white");
  assert.equal(onPaper(black, false).background, undefined);
  assert.equal(onPaper({ data: { values: [{ c: "black" }] } }, true).background, undefined);
});

test("text takes the page's colours where the paper is the page's", () => {
  assert.equal((configOf({}, theme).title as { color: string }).color, "white");
  assert.deepEqual(configOf({ background: "white" }, theme), { font: "f" });
});
