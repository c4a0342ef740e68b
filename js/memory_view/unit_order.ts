// The units of a hidden state, sorted by what is of interest.
import type { Float32 } from "../shared/arrays.ts";

export type Order = "change" | "value" | "number";

export const ORDERS: readonly (readonly [Order, string])[] = [
  ["change", "change at this step"],
  ["value", "value at this step"],
  ["number", "number"],
];

/** Return the order that was saved; nonsense counts as "change". */
export function orderFrom(saved: string): Order {
  return ORDERS.find(([order]) => order === saved)?.[0] ?? "change";
}

/** Return the change of a unit at a step, 0 at the first. */
export function changeOf({ data, shape }: Float32, t: number, unit: number): number {
  const n = shape[1];
  return t ? data[t * n + unit] - data[(t - 1) * n + unit] : 0;
}

/** Return the Euclidean norm of how the state changed at a step. */
export function movedBy(hidden: Float32, t: number): number {
  let sum = 0;
  for (let u = 0; u < hidden.shape[1]; u++) sum += changeOf(hidden, t, u) ** 2;
  return Math.sqrt(sum);
}

/** Return the units in an order, the largest first; by their number where they tie. */
export function sortedUnits(hidden: Float32, order: Order, t: number): number[] {
  const n = hidden.shape[1];
  const sizeOf = {
    number: () => 0,
    value: (u: number) => hidden.data[t * n + u],
    change: (u: number) => Math.abs(changeOf(hidden, t, u)),
  }[order];
  const sizes = Float32Array.from({ length: n }, (_, u) => sizeOf(u));
  return Array.from(sizes.keys()).sort((a, b) => sizes[b] - sizes[a] || a - b);
}
