import assert from "node:assert/strict";
import { test } from "node:test";
import type { Theme } from "../shared/theme.ts";
import { float32, labels, recordedWith } from "./fixtures.ts";
import { growthLines, growthRange, growthText } from "./growth_lines.ts";
import { verdictOf } from "./record/answers.ts";
import { itemText, itemTitle, supportText } from "./record/items.ts";
import { stateOf } from "./state_of.ts";
import { movedBy, orderFrom, sortedUnits } from "./unit_order.ts";

// Two steps, two queries, three classes.
const third = [1 / 3, 1 / 3, 1 / 3];
const classes = recordedWith(
  {
    probabilities: float32([2, 2, 3], [...third, ...third, 0.75, 0.25, 0, 0.5, 0.125, 0.375]),
    query_y: labels([0, 2]),
  },
  { taken: [-1, 2, 0], hardest: 1 },
);
const curve = recordedWith(
  {
    support_x: float32([2, 1], [0.5, 1]),
    support_y: float32([2, 1], [2, 4]),
    query_x: float32([1, 1], [-1]),
    query_y: float32([1, 1], [3]),
    outputs: float32([3, 1, 1], [0, 1, 2.5]),
  },
  {
    taken: [-1, 0],
    steps: 3,
    episode: { class_names: [], support_ids: ["s0", "s1"], query_ids: ["q0"] } as never,
  },
);

test("the support set stands in the order read, what was never read last", () => {
  assert.deepEqual(
    classes.items.map(({ id }) => id),
    ["s2", "s0", "s1", "q0", "q1"],
  );
});

test("items in words", () => {
  assert.equal(supportText(classes, 2), "item 2 (c)");
  assert.equal(itemText(classes, classes.queries[1]), "query 1 (c)");
  assert.equal(itemTitle(classes, classes.queries[1]), "Query 1 at (0.00, 0.00), true class c");
  assert.equal(supportText(curve, 0), "item 0 (x = 0.50)");
  assert.equal(itemTitle(curve, curve.support[0]), "Support item 0 at x = 0.500");
});

test("what is predicted of a query, and when a support item is read", () => {
  const [right, wrong] = classes.queries;
  assert.deepEqual(verdictOf(classes, right, 0), {
    tone: "",
    text: "undecided: every class alike",
  });
  assert.deepEqual(verdictOf(classes, right, 1), {
    tone: "good",
    text: "\u25cf correct: a, 75\u00a0%",
  });
  assert.deepEqual(verdictOf(classes, wrong, 1), {
    tone: "bad",
    text: "\u2715 wrong: a, 50\u00a0%",
  });
  assert.equal(verdictOf(classes, classes.support[0], 0).text, "not read yet: step 1 reads it");
  assert.equal(verdictOf(classes, classes.support[0], 1).text, "read by step 1");
  assert.equal(verdictOf(classes, classes.support[2], 1).text, "");
  assert.equal(verdictOf(curve, curve.support[0], 1).text, "read by step 1, target 2.00");
  assert.equal(verdictOf(curve, curve.support[1], 1).text, "target 4.00");
  assert.equal(verdictOf(curve, curve.queries[0], 2).text, "predicted 2.50, target 3.00");
});

test("lines of probabilities: the true class is bold and drawn last", () => {
  const lines = growthLines(classes, 1);
  assert.deepEqual(
    lines.map(({ k, bold, at }) => [k, bold, at(1)]),
    [
      [0, false, 0.5],
      [1, false, 0.125],
      [2, true, 0.375],
    ],
  );
  assert.deepEqual(growthRange(lines, 2), [0, 1]);
  const said = "True class c (bold): 38\u00a0%. Predicted a: 50\u00a0%.";
  assert.equal(growthText(classes, 1, 1), said);
  assert.equal(growthText(classes, 0, 1), "True class a (bold): 75\u00a0%.");
});

test("lines of predicted values: the range holds values and target", () => {
  const [low, high] = growthRange(growthLines(curve, 0), 3);
  assert.ok(Math.abs(low + 0.24) < 1e-9 && Math.abs(high - 3.24) < 1e-9);
  const said = "Predicted 2.50, target 3.00 (dashed): 0.500 off.";
  assert.equal(growthText(curve, 0, 2), said);
});

test("in focus is the selected item, or else the query asked about, or else the hardest", () => {
  const moment = { step: 1, slot: -1, head: "all", theme: {} as Theme, id: "", pinned: false };
  const at = (query: number, id = "", pinned = false) => {
    const { focus, mode, asked } = stateOf(classes, { ...moment, query, id, pinned });
    return [focus.id, mode, asked?.id];
  };
  assert.deepEqual(at(-1), ["q1", "hardest", "q1"]);
  assert.deepEqual(at(77), ["q1", "hardest", "q1"]);
  assert.deepEqual(at(0), ["q0", "asked", "q0"]);
  assert.deepEqual(at(0, "s1"), ["s1", "pointed", "q0"]);
  assert.deepEqual(at(0, "q1", true), ["q1", "pinned", "q1"]);
  assert.deepEqual(at(0, "elsewhere", true), ["q0", "asked", "q0"]);
});

test("the slot looked at is the one written most, until one is chosen", () => {
  const written = recordedWith({ write_weights: float32([2, 3], [0, 0, 0, 0.1, 0.7, 0.2]) });
  const moment = { head: "all", theme: {} as Theme, id: "", pinned: false, query: -1 };
  const at = (step: number, slot: number) => stateOf(written, { ...moment, step, slot }).slot;
  assert.deepEqual([at(0, -1), at(1, -1), at(1, 2), at(1, 99)], [-1, 1, 2, 1]);
});

test("units by change, value or number", () => {
  const hidden = float32([2, 4], [0, 0.5, 0, 0, 0.25, 0.5, -0.75, 0.25]);
  assert.deepEqual(sortedUnits(hidden, "change", 1), [2, 0, 3, 1]);
  assert.deepEqual(sortedUnits(hidden, "change", 0), [0, 1, 2, 3]);
  assert.deepEqual(sortedUnits(hidden, "value", 1), [1, 0, 3, 2]);
  assert.deepEqual(sortedUnits(hidden, "number", 1), [0, 1, 2, 3]);
  assert.equal(orderFrom("z"), "change");
  assert.equal(movedBy(hidden, 1), Math.sqrt(0.0625 + 0.5625 + 0.0625));
});
