import assert from "node:assert/strict";
import { test } from "node:test";
import { ordinal } from "./cell/facts.ts";
import { mattering, withoutText } from "./cell/without_text.ts";

const left = (place: number, first: number, change: number) => ({ place, label: 0, first, change });

test("examples that change the decision come first, then by the change of margin", () => {
  const all = [left(0, 0, 0), left(1, 0, -3), left(2, 1, 0.5), left(3, -1, NaN), left(4, 0, NaN)];
  const places = mattering(all, 0).map(({ place }) => place);
  assert.deepEqual(places, [2, 3, 1, 4]);
});

test("it says how many change the decision and how many nothing", () => {
  const all = [left(0, 1, -1), left(1, 0, 2), left(2, 0, 0)];
  const changing = mattering(all, 0);
  assert.equal(
    withoutText(all, changing, 0, 12),
    "Leaving out one of 3 examples changes the decision. 1 example of other classes changes nothing.",
  );
  assert.equal(
    withoutText(all, changing, 5, 1),
    "Leaving out any of 3 of 3 examples changes the decision. " +
      "1 example of other classes changes nothing. The 1 that matter most:",
  );
  assert.equal(
    withoutText(all.slice(1, 2), changing.slice(1), 0, 12),
    "None of 1 example decides alone.",
  );
});

test("ranks are numbered as people say them", () => {
  const ranks = [1, 2, 3, 4, 11, 12, 13, 20, 21, 22, 103, 111];
  const said = "1st 2nd 3rd 4th 11th 12th 13th 20th 21st 22nd 103rd 111th";
  assert.equal(ranks.map(ordinal).join(" "), said);
});
