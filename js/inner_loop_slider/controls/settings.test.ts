import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_CHOICE } from "../made_snapshot.ts";
import { ownValues, pythonLine } from "./settings.ts";

test("settings are written as Python, without those that are the learners' own", () => {
  const wanted = { inner_lr: 0.25, inner_steps: null, shown: ["MAML"], points: null };
  assert.equal(
    pythonLine(wanted, { step: 3, several: true, seed: [7, 0] }),
    'inner_loop_slider(learners, episode, inner_lr=0.25, shown=["MAML"], step=3)' +
      "  # episode seed: 7, 0",
  );
  assert.equal(
    pythonLine(
      { ...wanted, inner_lr: null, inner_steps: 0 },
      { step: 0, several: false, seed: [] },
    ),
    "inner_loop_slider(learners, episode, inner_steps=0, step=0)",
  );
});

test("learners without a setting of their own are left out", () => {
  const choice = (inner_lr: number | null) => ({ ...NO_CHOICE, inner_lr });
  assert.deepEqual(ownValues([choice(0), undefined, choice(null), choice(2)], "inner_lr"), [0, 2]);
});
