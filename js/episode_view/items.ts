// The items of an episode as records, and what each is called.
import { at, type Data, type NdArray } from "../shared/arrays.ts";
import { numberText } from "../shared/numbers.ts";
import type { PackedEpisode, Side } from "../shared/packed_episode.ts";
import type { Arrays } from "./model.ts";

export interface Item {
  id: string;
  side: Side;
  /** The class, -1 in a regression. */
  label: number;
  x: NdArray;
  /** The label, or the targets. */
  y: Data;
  /** The targets in words, null where there are classes. */
  target: string | null;
}

/** Support first, then query. */
export function itemsOf(episode: PackedEpisode, arrays: Arrays): Item[] {
  const classes = episode.class_names.length > 0;
  const ofSide = (side: Side) =>
    episode[`${side}_ids`].map((id, i): Item => {
      const y = at(arrays[`${side}_y`], i).data;
      const label = classes ? y[0] : -1;
      const target = classes ? null : Array.from(y, (value) => numberText(value)).join(", ");
      return { id, side, label, x: at(arrays[`${side}_x`], i), y, target };
    });
  return [...ofSide("support"), ...ofSide("query")];
}

/** What an item is called: "query 3 of 15, class aleph", "support 2 of 10, at (0.310, −1.20)". */
export function itemName(item: Item, items: Item[], names: string[]): string {
  const mates = items.filter(({ side, label }) => side === item.side && label === item.label);
  const which = `${item.side} ${mates.indexOf(item) + 1} of ${mates.length}`;
  const name = names[item.label];
  const what = item.label < 0 ? "" : `, ${/^class\b/i.test(name) ? "" : "class "}${name}`;
  if (item.x.shape.length === 1 && item.x.shape[0] <= 2)
    return `${which}${what}, at ${place(item)}`;
  return `${which}${what}${item.target === null ? "" : `, target ${item.target}`}`;
}

function place({ x, y, target }: Item): string {
  const numbers = [...x.data, ...(target === null ? [] : y)];
  return `(${numbers.map((value) => numberText(value)).join(", ")})`;
}

/** Where an item lies in a plot: two numbers, or a number and its target. */
export function placeOf({ x, y, label }: Item): [number, number] {
  return label < 0 ? [x.data[0], y[0]] : [x.data[0], x.data[1]];
}
