import assert from "node:assert/strict";
import { test } from "node:test";
import { float32, snapshotWith, traceConfig } from "./made_snapshot.ts";
import { divergedFrom, divergence, listed, scoresOf, settingsOf, settingText } from "./words.ts";

test("names are listed", () => {
  assert.equal(listed([]), "");
  assert.equal(listed(["a"]), "a");
  assert.equal(listed(["a", "b", "c"]), "a, b and c");
});

test("a setting is written as one types it", () => {
  assert.equal(settingText(0.3), "0.3");
  assert.equal(settingText(4), "4");
  assert.equal(settingText(0.0316228), "0.0316");
  assert.equal(settingText(1e-4), "1.0 \u00d7 10\u207b\u2074");
  assert.equal(settingText(undefined), "none");
});

test("settings are those that the trace recorded, in words", () => {
  const meta = { hyper: { inner_lr: 0.4, first_order: false, rates: [1] }, statistics: "none" };
  const text = "inner_lr 0.4, first_order no";
  assert.equal(settingsOf(traceConfig({ meta }), false), text);
  assert.equal(settingsOf(traceConfig({ meta, name: "mine" }), true), `mine (MAML): ${text}`);
  assert.equal(settingsOf(traceConfig(), true), "MAML");
});

test("scores are given with the unit of the loss, as far as they were recorded", () => {
  const now = snapshotWith({
    query_y: [0],
    arrays: {
      "0.outputs": float32([0, 0, 0], [3, 1, 1]),
      "0.query_loss": float32([1, 0.5, NaN]),
      "0.support_loss": float32([1, 0.25, 0.125]),
    },
  });
  const [trace] = now.traces;
  assert.equal(scoresOf(now, trace, 1), "Query loss 0.500 nats, support loss 0.250.");
  assert.equal(scoresOf(now, trace, 9), "Query loss not a number, support loss 0.125.");
});

test("options that mean nothing for what is shown are left out, and numbers that stand for words are words", () => {
  const settings = (hyper: Record<string, unknown>, rate: number | null = 1) => {
    const choice = { inner_lr: rate, inner_loop: { rate } as never };
    return settingsOf(traceConfig({ meta: { hyper, statistics: "none" } }), false, choice);
  };
  const maml = { inner_lr: 0.01, inner_steps: 2, test_steps: null, remember: "graphs" };
  assert.equal(
    settings({ ...maml, multi_step_loss: 1000000000 }),
    "inner_lr 0.01, inner_steps 2, every step counts",
  );
  assert.equal(settings({ ...maml, multi_step_loss: 0 }), "inner_lr 0.01, inner_steps 2");
  assert.equal(
    settings({ ...maml, multi_step_loss: 500 }),
    "inner_lr 0.01, inner_steps 2, earlier steps count for the first 500 outer steps",
  );
  assert.equal(settings({ ...maml, test_steps: 5 }), "inner_lr 0.01, inner_steps 5");
  assert.equal(settings(maml, null), "inner_steps 2, learned_rates yes"); // Meta-SGD's is a first value
});

test("a loss diverged if it keeps growing or is not finite, from where it stays above its start", () => {
  assert.equal(divergedFrom([1, 0.5, 0.2]), 0);
  assert.equal(divergedFrom([1, 2, 0.2]), 0);
  assert.equal(divergedFrom([1, 2, 1.5]), 0); // above where it began, but falling
  assert.equal(divergedFrom([1, 0.5, 2]), 0); // one step up, and who knows
  assert.equal(divergedFrom([1, 0.5, 20]), 2);
  assert.equal(divergedFrom([1, 2]), 0);
  assert.equal(divergedFrom([1, 11]), 1);
  assert.equal(divergedFrom([1, Infinity]), 1);
  assert.equal(divergedFrom([1, 5, 2, 9, 30]), 1); // in swings
  assert.equal(divergedFrom([1, 2, 0.5, 2, NaN]), 3);
  assert.equal(divergedFrom([1, 2, 3]), 1);
  assert.equal(divergedFrom([1, 2, 3], [1, 0.8, 0.7]), 0); // the queries are answered better
  assert.equal(divergedFrom([1, 2, 3], [1, 0.8, 1.2]), 1);
  assert.equal(divergedFrom([1]), 0);
  assert.equal(divergedFrom([]), 0);
});

test("divergence names the learners and a lower rate; what is no gradient descent promises nothing", () => {
  const meta = (inner_lr: number) => ({ hyper: { inner_lr } });
  const traces = [
    traceConfig({ name: "a", meta: meta(0.5) }),
    traceConfig({ name: "b", meta: meta(0.3) }),
    traceConfig({ name: "c", axis: "write" }),
  ];
  const outputs = float32([0, 0, 0], [3, 1, 1]);
  const up = float32([1, 2, 3]);
  const arrays = {
    "0.outputs": outputs,
    "0.support_loss": up,
    "1.support_loss": float32([1, 0.5, 20]),
    "2.support_loss": up,
  };
  const now = snapshotWith({ query_y: [0], traces, arrays });
  assert.equal(
    divergence(now),
    "Diverged: a from step 1 on and b from step 2 on the support loss keeps growing. " +
      "Try an inner rate below 0.3.",
  );
});
