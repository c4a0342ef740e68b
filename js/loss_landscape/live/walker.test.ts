import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import type { NdArray } from "../../shared/arrays.ts";
import type { InnerLoopConfig } from "../../shared/mlp/config.ts";
import type { Arrays, Config, Place } from "../model.ts";
import { type Gradients, type Paths, walkerOf } from "./walker.ts";

type Nested = number | null | Nested[];
type Fields = keyof Paths | keyof Gradients;

interface Walks {
  inner_loop: InnerLoopConfig;
  titles: string[];
  steps: number;
  gradients: Config["gradients"];
  arrays: Record<string, { shape: number[]; data: number[] }>;
  /** What Python finds from each of some places. */
  walks: (Record<Fields, Nested> & { place: Place })[];
}

const folder = new URL("../../../tests/fixtures/loss_landscape/walks/", import.meta.url);

function read(name: string): Walks {
  return JSON.parse(readFileSync(new URL(name, folder), "utf8"));
}

function walkerFor({ inner_loop, titles, steps, gradients, arrays }: Walks) {
  const sent = Object.fromEntries(
    Object.entries(arrays).map(([name, { shape, data }]): [string, NdArray] => [
      name,
      { shape, data: Float64Array.from(data) },
    ]),
  );
  const config = { inner_loop, titles, steps, gradients } as Config;
  return walkerOf(config, sent as unknown as Arrays)!;
}

const flat = (values: Nested): (number | null)[] =>
  Array.isArray(values) ? values.flatMap(flat) : [values];

/** The largest difference, of a quantity as large as its largest value or of 1. */
function difference(found: ArrayLike<number>, expected: Nested): number {
  const values = flat(expected).map((value) => value ?? NaN);
  assert.equal(found.length, values.length);
  const size = Math.max(1, ...values.map((v) => Math.abs(v || 0)));
  return Math.max(
    ...values.map((value, i) => {
      if (Number.isNaN(value)) assert.ok(Number.isNaN(found[i]));
      return Math.abs((found[i] || 0) - (value || 0)) / size;
    }),
  );
}

for (const name of readdirSync(folder)) {
  const given = read(name);
  const walker = walkerFor(given);

  test(`paths and losses from any place of the plane are Python's: ${name}`, () => {
    for (const { place, ...expected } of given.walks) {
      const found = walker.pathsFrom(place);
      for (const field of ["path", "support_loss", "query_loss", "off_plane"] as const) {
        assert.deepEqual(found[field].shape.slice(0, 2), [given.titles.length, given.steps]);
        const far = difference(found[field].data, expected[field]);
        assert.ok(far < 1e-5, `${field} from ${place} is ${far} off`);
      }
      const losses = walker.lossesAt(place, 0);
      const [query, support] = [flat(expected.query_loss)[0], flat(expected.support_loss)[0]];
      assert.ok(difference([losses.query, losses.support], [query, support]) < 1e-5);
    }
  });

  test(`meta-gradients are Python's: ${name}`, () => {
    for (const { place, ...expected } of given.walks) {
      const found = walker.gradientsAt(place);
      for (const field of [
        "gradients",
        "gradient_norm",
        "gradient_share",
        "gradient_cosines",
      ] as const) {
        const far = difference(found[field].data, expected[field]);
        assert.ok(far < 1e-5, `${field} at ${place} is ${far} off`);
      }
    }
  });
}

test("without an inner loop that this can run, nothing is computed here", () => {
  assert.equal(walkerOf({ inner_loop: null } as Config, {} as Arrays), null);
});
