import assert from "node:assert/strict";
import { test } from "node:test";
import { assigned, EditHistory, placesOf, refusal } from "./distances/edits.ts";
import type { Edit } from "./model.ts";

const places = placesOf(["s0", "s1"], ["q0", "q1"], ["p0"]);
const LABELS = [0, 1];
const assign = (edits: Edit[], place: number, label: number | null) =>
  assigned(edits, places, LABELS, place, label);
const drop: Edit = { op: "drop", item: "s0" };

test("an item has one edit at most, and none where it is as it was", () => {
  assert.deepEqual(assign([], 0, null), [drop]);
  assert.deepEqual(assign([drop], 0, 1), [{ op: "relabel", item: "s0", label: 1 }]);
  assert.deepEqual(assign([drop], 0, 0), []);
  assert.deepEqual(assign([drop], 3, 1), [drop, { op: "add", item: "q1", label: 1 }]);
  assert.deepEqual(assign([{ op: "add", item: "p0", label: 1 }], 4, 0), [
    { op: "add", item: "p0", label: 0 },
  ]);
  assert.deepEqual(assign([{ op: "add", item: "p0", label: 1 }], 4, null), []);
});

test("some support and some query stay", () => {
  const all: Edit[] = [drop, { op: "drop", item: "s1" }];
  assert.equal(refusal(all, places), "This would leave no support example; keep one.");
  assert.equal(refusal([...all, { op: "add", item: "p0", label: 0 }], places), "");
  const asked: Edit[] = ["q0", "q1"].map((item) => ({ op: "add", item, label: 0 }));
  assert.equal(refusal(asked, places), "This would leave no query to ask; keep one.");
  assert.equal(refusal(asked.slice(1), places), "");
});

test("undo goes back to what was, and without a memory takes the last edit back", () => {
  const history = new EditHistory();
  const relabel: Edit = { op: "relabel", item: "s1", label: 0 };
  history.remember([]);
  history.remember([drop]);
  assert.deepEqual(history.undo([relabel]), [drop]);
  assert.deepEqual(history.undo([drop]), []);
  assert.deepEqual(history.undo([drop, relabel]), [drop]); // of a saved state
});
