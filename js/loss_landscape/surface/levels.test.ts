import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { contourLevels } from "./levels.ts";

const path = new URL("../../../tests/fixtures/loss_landscape/levels.json", import.meta.url);
const cases = JSON.parse(readFileSync(path, "utf8")) as Record<
  string,
  { losses: (number | null)[]; levels: number[] }
>;

for (const [name, { losses, levels }] of Object.entries(cases)) {
  test(`contours are drawn where Python draws them: ${name}`, () => {
    assert.deepEqual(contourLevels(losses.map((loss) => loss ?? NaN)), levels);
  });
}
