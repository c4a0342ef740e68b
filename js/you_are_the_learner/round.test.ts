import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { Model } from "../shared/model.ts";
import type { Traits } from "./model.ts";
import { Round } from "./round.ts";

const SECRET = { truth: [0, 1, 1], answers: [[0, 1, 0]], ids: ["a", "b", "c"] };

let state: Record<string, unknown>;
const model = {
  get: (name: string) => state[name],
  set: (name: string, value: unknown) => {
    state[name] = value;
  },
  save_changes() {},
} as unknown as Model<Traits>;

beforeEach(() => {
  const bytes = new TextEncoder().encode(JSON.stringify(SECRET)).map((byte) => byte ^ 0x5a);
  const episode = { class_names: ["x", "y"], key: "k", kind: "images", n: 3 };
  state = {
    config: {
      names: ["ProtoNet"],
      episodes: [episode],
      reveal: "end",
      metric: "accuracy",
      title: "",
    },
    buffer: new DataView(bytes.buffer),
    arrays: { "0.sealed": { dtype: "uint8", shape: [bytes.length], offset: 0 } },
    scores: { other: { score: 1, seconds: 1, queries: 1 } },
  };
});

test("a saved state that does not fit counts as not answered", () => {
  Object.assign(state, { answers: [[7, "1", 1]], times: [[-1, 2]], done: "no", place: 9 });
  const round = new Round(model);
  assert.deepEqual(round.answers, [[null, null, 1]]);
  assert.deepEqual(round.times, [[0, 2, 0]]);
  assert.equal(round.place, 0);
  assert.deepEqual(round.queues, [[0, 1]]);
});

test("answers are scored as the learners' are", () => {
  const round = new Round(model);
  round.answer(0, 0, 1);
  round.answer(1, 0, 2);
  round.answer(2, 1, 3);
  assert.equal(round.left(), 0);
  round.finish();
  assert.equal(round.yours(0), 2 / 3);
  assert.deepEqual(round.theirs(0), [2 / 3]);
  assert.deepEqual(state.scores, {
    other: { score: 1, seconds: 1, queries: 1 },
    k: { score: 2 / 3, seconds: 2, queries: 3 },
  });
});

test("undo takes the last answer back, and asks its query next", () => {
  const round = new Round(model);
  round.answer(0, 1, 0);
  round.answer(2, 1, 0);
  assert.equal(round.undo(), 2);
  assert.equal(round.current(), 2);
  assert.equal(round.undo(), 0);
  assert.equal(round.undo(), undefined);
});

test("a query that is skipped comes last, and one that is chosen first", () => {
  const round = new Round(model);
  assert.ok(round.skip(2));
  assert.deepEqual(round.queues[0], [1, 2, 0]);
  assert.equal(round.times[0][0], 2);
  round.choose(0);
  assert.deepEqual(round.queues[0], [0, 1, 2]);
});

test("a new round forgets its own scores and no others", () => {
  const round = new Round(model);
  for (const q of [0, 1, 2]) round.answer(q, 0, 0);
  round.finish();
  round.restart();
  assert.deepEqual(Object.keys(state.scores as object), ["other"]);
  assert.equal(round.left(), 3);
});
