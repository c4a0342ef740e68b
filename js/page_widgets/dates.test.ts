import assert from "node:assert/strict";
import { test } from "node:test";
import { read, written } from "./dates.ts";

const day = { year: 2026, month: 10, date: 30 };

test("months count from 0 in Python's messages and from 1 in the browser's fields", () => {
  assert.equal(written("date", day), "2026-11-30");
  assert.deepEqual(read("date", "2026-11-30"), day);
});

test("times show seconds and milliseconds where there are any", () => {
  assert.equal(written("time", { hours: 9, minutes: 5, seconds: 0, milliseconds: 0 }), "09:05");
  assert.equal(
    written("time", { hours: 9, minutes: 5, seconds: 7, milliseconds: 40 }),
    "09:05:07.040",
  );
});

test("what is written is read again", () => {
  const moment = { ...day, hours: 3, minutes: 4, seconds: 5, milliseconds: 60 };
  assert.deepEqual(read("datetime-local", written("datetime-local", moment)), moment);
});

test("no moment is an empty field", () => {
  assert.equal(written("date", null), "");
  assert.equal(read("time", ""), null);
  assert.equal(read("date", "tomorrow"), null);
});
