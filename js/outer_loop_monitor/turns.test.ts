import assert from "node:assert/strict";
import { test } from "node:test";
import type { Phase } from "./model.ts";
import { turnsOf } from "./turns.ts";

const at = (phase: Phase, step: number, target = 300) =>
  turnsOf({ phase, step, target, steps: 300 });

test("the first button says what it does: start, pause, resume, more", () => {
  const faces: [Phase, number, string][] = [
    ["ready", 0, "Start"],
    ["running", 0, "Pause"],
    ["running", 7, "Pause"],
    ["pausing", 7, "Pausing\u2026"],
    ["paused", 7, "Resume"],
    ["stopping", 7, "Stopping\u2026"],
    ["stopped", 7, "Resume"],
    ["stopped", 0, "Start"], // stopped within its first step
    ["failed", 0, "Resume"],
    ["failed", 7, "Resume"],
    ["finished", 300, "300 more steps"],
    ["finished", 120, "Resume"], // it ran out of patience
  ];
  for (const [phase, step, text] of faces) assert.equal(at(phase, step).main.text, text, phase);
});

test("at the end it offers what it will do: as many steps again", () => {
  const { main } = at("finished", 726, 700);
  assert.deepEqual([main.action, main.params], ["start", { more: 300 }]);
  assert.match(main.title, /from 700 to 1,026/);
  const one = turnsOf({ phase: "finished", step: 1, target: 1, steps: 1 });
  assert.equal(one.main.text, "1 more step");
});

test("a line says why a button is off, and is empty where all are on", () => {
  assert.equal(at("ready", 0).why, "Stop and Start over are off: it has not begun yet.");
  assert.match(at("running", 5).why, /^Start over is off while it trains/);
  assert.match(at("stopping", 5).why, /ends after the current task/);
  assert.equal(at("paused", 5).why, "");
  assert.equal(at("stopped", 5).why, "Stop is off: nothing runs.");
  assert.equal(at("finished", 300).why, "Stop is off: all steps are done.");
  for (const phase of ["ready", "running", "pausing", "stopping", "stopped", "finished"] as const) {
    const { main, stop, restart, why } = at(phase, phase === "ready" ? 0 : 300);
    assert.equal(
      Boolean(why),
      [main, stop, restart].some((each) => each.why),
      phase,
    );
  }
});

test("single steps are off while it trains and when all are done", () => {
  assert.match(at("running", 5).advance.why, /pause or stop it first/);
  assert.match(at("finished", 300).advance.why, /all steps are done/);
  assert.equal(at("ready", 0).advance.why, "");
  assert.equal(at("paused", 5).advance.why, "");
});
