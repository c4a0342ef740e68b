// Places of a plot in its own numbers.
import type { Box, Scale } from "../../plot/axes.ts";
import type { Adaptations } from "../adaptations.ts";

export type Place = readonly [x: number, y: number];

interface Axes {
  box: Box;
  x: Scale;
  y: Scale;
}

const within = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

/** The place at a pixel, held within the plot. */
export function placeIn({ box, x, y }: Axes, u: number, v: number): Place {
  const across = x.invert(within(u, box.left, box.right));
  return [across, y.invert(within(v, box.top, box.bottom))];
}

export function middleOf({ box, x, y }: Axes): Place {
  return [x.invert((box.left + box.right) / 2), y.invert((box.top + box.bottom) / 2)];
}

/** How far one key press moves a point: a fiftieth of the plot. */
export function strideOf({ box, x, y }: Axes): Place {
  const across = Math.abs(x.invert(box.right) - x.invert(box.left));
  return [across / 50, Math.abs(y.invert(box.top) - y.invert(box.bottom)) / 50];
}

/** Where an item lies: in the plane, or on the curve with its target; null for one that is not there. */
export function placeOfItem({ items, arrays, names }: Adaptations, id: string): Place | null {
  const item = items.find((each) => each.id === id);
  if (!item) return null;
  const [x, y] = [arrays[`${item.side}_x`], arrays[`${item.side}_y`]];
  if (names.length) return [x.data[2 * item.i], x.data[2 * item.i + 1]];
  return [x.data[item.i], y.data[item.i]];
}
