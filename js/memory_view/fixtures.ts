// What Python wrote for the unit tests, and small episodes made for them.
import { readFileSync } from "node:fs";
import type { Float32, Int32 } from "../shared/arrays.ts";
import type { Arrays, Config } from "./model.ts";
import { type Recorded, recordedOf } from "./record/recorded.ts";

const FOLDER = new URL("../../tests/fixtures/memory_view/", import.meta.url);
const TYPES = {
  uint16: Uint16Array,
  int16: Int16Array,
  int32: Int32Array,
  float32: Float32Array,
};

/** What a component sent, as the fixtures hold it. */
export interface Sent {
  arrays: Record<string, { dtype: keyof typeof TYPES; shape: number[]; data: number[] }>;
  config: Pick<Config, "scales" | "taken" | "n_erased" | "head_names" | "head_groups">;
}

/** Where a query looks, as Python has it. */
export interface QueryFixture {
  step: number;
  query: number;
  items: number[];
  itself: number;
  empty: number;
}

export function fixture<Values>(name: string): Values {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf8"));
}

export const float32 = (shape: number[], data: number[]): Float32 => ({
  shape,
  data: Float32Array.from(data),
});
export const labels = (data: number[]): Int32 => ({
  shape: [data.length],
  data: Int32Array.from(data),
});

/** An episode of points with these arrays; items are "s0", "q0" and so on, classes "a", "b" and "c". */
export function recordedWith(given: Partial<Arrays>, changed: Partial<Config> = {}): Recorded {
  const support_y = given.support_y ?? labels([0, 1, 2]);
  const query_y = given.query_y ?? labels([0, 1, 2]);
  const [nSupport, nQueries] = [support_y.shape[0], query_y.shape[0]];
  const ids = (prefix: string, n: number) => Array.from({ length: n }, (_, i) => `${prefix}${i}`);
  const arrays: Arrays = {
    support_x: float32([nSupport, 2], new Array(2 * nSupport).fill(0)),
    query_x: float32([nQueries, 2], new Array(2 * nQueries).fill(0)),
    ...given,
    support_y,
    query_y,
  };
  const episode = {
    class_names: ["a", "b", "c"],
    support_ids: ids("s", nSupport),
    query_ids: ids("q", nQueries),
  };
  const config = {
    scales: {},
    taken: [-1, 0, 1, 2],
    n_erased: 0,
    head_names: [],
    head_groups: [],
    steps: 4,
    hardest: 0,
    episode,
    ...changed,
  } as unknown as Config;
  return recordedOf(config, arrays);
}

/** What Python sent, as the browser reads it. */
export function recordedFrom({ arrays, config }: Sent): Recorded {
  const read = Object.entries(arrays).map(([name, { dtype, shape, data }]) => {
    return [name, { shape, data: TYPES[dtype].from(data) }];
  });
  const steps = config.taken.length;
  return recordedWith(Object.fromEntries(read) as Partial<Arrays>, { ...config, steps });
}
