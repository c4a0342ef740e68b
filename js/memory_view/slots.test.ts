import assert from "node:assert/strict";
import { test } from "node:test";
import {
  fixture,
  float32,
  type QueryFixture,
  recordedFrom,
  recordedWith,
  type Sent,
} from "./fixtures.ts";
import type { SlotPart } from "./record/slots.ts";
import { holdsText } from "./slots/contents_text.ts";
import { factsOf, runsOf, runText } from "./slots/history.ts";
import { SlotValues } from "./slots/values.ts";
import { stepText } from "./step_text.ts";

interface SlotsFixture extends Sent {
  /** (step, slot, item). */
  weights: number[][][];
  /** (step, slot): the three items it holds most of. */
  contents: SlotPart[][][];
  shares: QueryFixture[];
}
const near = (found: number, expected: number) =>
  assert.ok(Math.abs(found - expected) < 1e-5, `${found} is not ${expected}`);

for (const [name, made] of Object.entries(fixture<Record<string, SlotsFixture>>("slots"))) {
  const { slots, shares } = recordedFrom(made);
  assert.ok(slots);
  test(`${name}: what slots hold is Python's`, () => {
    for (const [t, ofSlots] of made.weights.entries()) {
      for (const [s, weights] of ofSlots.entries()) {
        const found = slots.weights(t, s);
        for (const [i, weight] of weights.entries()) near(found[i], weight);
      }
    }
  });
  test(`${name}: contents and empty slots are Python's`, () => {
    for (const [t, ofSlots] of made.contents.entries()) {
      const { item, part } = slots.tops(t);
      for (const [s, contents] of ofSlots.entries()) {
        const found = slots.contents(t, s, 3);
        assert.deepEqual(
          found.map(([i]) => i),
          contents.map(([i]) => i),
        );
        for (const [k, [, share]] of contents.entries()) near(found[k][1], share);
        assert.equal(item[s], contents[0]?.[0] ?? -1);
        near(part[s], contents[0]?.[1] ?? 0);
      }
    }
  });
  test(`${name}: where reading falls is Python's`, () => {
    assert.equal(shares.kind, "reading");
    for (const { step, query, items, itself, empty } of made.shares) {
      const found = shares.ofQuery(step, query, []);
      for (const [i, share] of items.entries()) near(found.items[i], share);
      near(found.itself, itself);
      near(found.empty, empty);
    }
  });
}

const byHand = recordedFrom(fixture<Record<string, SlotsFixture>>("slots").by_hand);

test("a slot's history: what it held, and since when", () => {
  const runs = runsOf(byHand.slots!, 1, 3);
  assert.deepEqual(runs, [
    { item: 0, first: 1, last: 1 },
    { item: 1, first: 2, last: 3 },
  ]);
  assert.equal(runText(runs[0], 3), "after step 1");
  assert.equal(runText(runs[1], 3), "since step 2");
  assert.equal(runText(runs[1], 4), "steps 2 to 3");
});

test("a slot's facts, as far as they are recorded", () => {
  const asked = byHand.queries[0];
  assert.deepEqual(factsOf(byHand, 1, { step: 3, asked }), [
    ["Held most", "item 0, after step 1; item 1, since step 2"],
    ["Written most", "by step 2, 100\u00a0% of its write"],
    ["Overwritten", "item 0 at step 2"],
    ["Usage", "1.90; 3 of 4 slots are less used"],
    ["Query 0", "reads 30\u00a0% here"],
  ]);
  assert.deepEqual(factsOf(byHand, 3, { step: 0, asked: null }), [
    ["Usage", "0.00; 3 of 4 slots are less used"],
  ]);
  const bare = recordedWith({ write_weights: float32([4, 1], [0, 1, 1, 1]) });
  const held = ["Held most", "item 0, since step 1"]; // of equal weights the first
  assert.deepEqual(factsOf(bare, 0, { step: 2, asked }), [
    held,
    ["Written most", "by step 1, 100\u00a0% of its write"],
  ]);
});

test("what a slot holds in words", () => {
  assert.equal(holdsText(byHand, 3, 0), "holds item 2 (c)");
  assert.equal(holdsText(byHand, 3, 1), "a blend, 67\u00a0% item 1 (b), 33\u00a0% item 2 (c)");
  assert.equal(holdsText(byHand, 3, 2), "empty, as good as never written");
});

test("what the matrix of slots may show, and nonsense shows writes", () => {
  const values = new SlotValues(byHand);
  assert.deepEqual(
    values.options.map(([shown]) => shown),
    ["writes", "reads", "usage"],
  );
  assert.equal(values.shown("usage"), "usage");
  assert.equal(values.shown("x"), "writes");
  assert.equal(values.at("writes", 3, 1, null), 0.5);
  const now = { step: 3, asked: byHand.queries[0] };
  assert.equal(
    values.text("writes", null, now),
    "A click chooses a slot and selects the item that it holds.",
  );
  assert.equal(
    values.text("writes", [0, 0], now),
    "Slot 0: nothing is written yet. At this step: holds item 2 (c).",
  );
  const bare = new SlotValues(recordedWith({ write_weights: float32([4, 1], [0, 1, 1, 1]) }));
  assert.equal(bare.shown("usage"), "writes");
});

test("what a step did", () => {
  assert.equal(stepText(byHand, 0), "Nothing is read yet.");
  assert.equal(
    stepText(byHand, 3),
    "This step read item 2 (c), written to slot 0 (50\u00a0%), 1 (50\u00a0%). 2 of 4 slots hold mostly one item.",
  );
  const kept = recordedWith({ hidden: float32([4, 1], [0, 1, 2, 3]) }, { taken: [-1, 0, -1, 1] });
  assert.equal(stepText(kept, 1), "This step read item 0 (a).");
  assert.equal(stepText(kept, 2), "This step read nothing new.");
});
