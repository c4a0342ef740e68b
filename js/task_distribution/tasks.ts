// Tasks as all panels name, colour and find them.
import { shapePath } from "../plot/shapes.ts";
import { at, type NdArray } from "../shared/arrays.ts";
import { classColour } from "../shared/colour.ts";
import type { Theme } from "../shared/theme.ts";
import type { Arrays, Config } from "./model.ts";

export type Side = "train" | "test";
export type Part = "support" | "query";
/** A side, and the number of a task in it. */
export type Task = [side: Side, number: number];

/** Meta-training is round and blue, meta-testing a diamond and orange: by shape as well as by colour. */
export const SIDES: Record<Side, { k: number; shape: number; text: string }> = {
  train: { k: 0, shape: 0, text: "meta-training" },
  test: { k: 1, shape: 3, text: "meta-testing" },
};
export const BOTH: Side[] = ["train", "test"];

/** What the panels show. */
export interface State {
  /** The shift. */
  step: number;
  chosen: Task;
  theme: Theme;
}

export function sideColour(side: Side, theme: Theme, alpha = 1): string {
  return classColour(SIDES[side].k, theme, alpha);
}

export function sideMark(
  ctx: CanvasRenderingContext2D,
  side: Side,
  [x, y, r]: readonly [number, number, number],
): void {
  shapePath(ctx, SIDES[side].shape, x, y, r);
  ctx.fill();
}

/** The group of a side's tasks at a shift. */
export function groupOf(side: Side, step: number): number {
  return side === "train" ? 0 : step + 1;
}

/** The range of the finite values, with a margin of a part of it; 0 to 1 for none. */
export function rangeOf(values: Iterable<number>, margin = 0.05): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return [0, 1];
  const by = margin * (high - low) || 0.5;
  return [low - by, high + by];
}

/** Item i of a task. */
export function itemOf(array: NdArray, group: number, task: number, i: number): NdArray {
  return at(at(at(array, group), task), i);
}

/** The label of an item. */
export function labelOf(
  arrays: Arrays,
  part: Part,
  group: number,
  task: number,
  i: number,
): number {
  return at(at(arrays[`${part}_y`], group), task).data[i];
}

/** Where an item of a curve or of the plane lies. */
export function pointOf(
  arrays: Arrays,
  kind: Config["kind"],
  part: Part,
  [group, task, i]: readonly [number, number, number],
): [number, number] {
  const x = itemOf(arrays[`${part}_x`], group, task, i).data;
  if (kind !== "curve") return [x[0], x[1]];
  return [x[0], itemOf(arrays[`${part}_y`], group, task, i).data[0]];
}

/** Support and query items of a task. */
export function countsOf(arrays: Arrays): Record<Part, number> {
  return { support: arrays.support_x.shape[2], query: arrays.query_x.shape[2] };
}
