import assert from "node:assert/strict";
import { test } from "node:test";
import { scoreWords } from "../contest/scores.ts";
import type { Arrays, Config } from "./model.ts";
import { playersOf } from "./players.ts";

const config = {
  names: ["low", "high"],
  metric: "accuracy",
  seeds: [[0], [1]],
  keys: ["a", ""],
  settings: {},
} as unknown as Config;
const arrays = {
  scores: { data: new Float32Array([0.25, 0.5, 0.75, 1]), shape: [2, 2] },
  seconds: { data: new Float32Array(8).fill(1), shape: [2, 2, 2] },
} as unknown as Arrays;
const words = scoreWords("accuracy");

test("the best comes first, and differences are paired", () => {
  const { players, base } = playersOf({ config, arrays, words }, {}, "");
  assert.deepEqual(
    players.map(({ name }) => name),
    ["high", "low"],
  );
  assert.equal(base.name, "high");
  assert.equal(players[0].difference, null);
  assert.equal(players[1].difference?.mean, -0.5);
  assert.equal(players[1].difference?.half, 0); // the same in each episode
});

test("a person takes part where an episode's key is known, and is compared there alone", () => {
  const { players } = playersOf({ config, arrays, words }, { a: { score: 1, seconds: 3 } }, "low");
  assert.deepEqual(
    players.map(({ name }) => name),
    ["You", "high", "low"],
  );
  assert.equal(players[0].difference?.n, 1);
  assert.equal(players[0].difference?.mean, 0.75);
});

test("less is better where errors are compared", () => {
  const { players } = playersOf({ config, arrays, words: scoreWords("squared error") }, {}, "");
  assert.equal(players[0].name, "low");
});
