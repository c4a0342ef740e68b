// The items of the episode, in the order in which they are shown.
import { at } from "../../shared/arrays.ts";
import { numberText } from "../../shared/numbers.ts";
import type { Side } from "../../shared/packed_episode.ts";
import type { Arrays, Config } from "../model.ts";

export interface Item {
  id: string;
  side: Side;
  /** Its place among the items of its side in the episode. */
  i: number;
  /** The class, -1 in a regression. */
  label: number;
}

/** Return the support set as it was read; what was never read, last. */
export function supportInOrder(config: Config, arrays: Arrays, readAt: readonly number[]): Item[] {
  const when = ({ i }: Item) => (readAt[i] < 0 ? Number.MAX_SAFE_INTEGER : readAt[i]);
  return itemsOf(config, arrays, "support").sort((a, b) => when(a) - when(b) || a.i - b.i);
}

/** Return the queries by class. */
export function queriesInOrder(config: Config, arrays: Arrays): Item[] {
  return itemsOf(config, arrays, "query").sort((a, b) => a.label - b.label || a.i - b.i);
}

function itemsOf({ episode }: Config, arrays: Arrays, side: Side): Item[] {
  const labels = episode.class_names.length ? arrays[`${side}_y`].data : null;
  return episode[`${side}_ids`].map((id, i) => ({ id, side, i, label: labels ? labels[i] : -1 }));
}

type Sent = { config: Config; arrays: Arrays };

/** Return a support item in words: "item 2 (beth)", or "item 2 (x = 0.5)" on a curve. */
export function supportText({ config, arrays }: Sent, i: number): string {
  const names = config.episode.class_names;
  if (names.length) return `item ${i} (${names[arrays.support_y.data[i]]})`;
  const x = at(arrays.support_x, i).data;
  return x.length === 1 ? `item ${i} (x = ${numberText(x[0], 2)})` : `item ${i}`;
}

/** Return an item of either side in words: "query 3 (beth)". */
export function itemText(sent: Sent, { side, i, label }: Item): string {
  if (side === "support") return supportText(sent, i);
  const names = sent.config.episode.class_names;
  return names.length ? `query ${i} (${names[label]})` : `query ${i}`;
}

/** Return an item as the one whose looks are told: a query's class would say nothing of them. */
export function lookerText(sent: Sent, { side, i }: Item): string {
  return side === "query" ? `query ${i}` : supportText(sent, i);
}

/** Return an item's name over its details: "Query 3 at x = 0.5", "Support item 1, class beth". */
export function itemTitle({ config, arrays }: Sent, { side, i, label }: Item): string {
  const names = config.episode.class_names;
  const who = side === "query" ? `Query ${i}` : `Support item ${i}`;
  const ofClass = `, ${side === "query" ? "true class" : "class"} ${names[label]}`;
  return `${who}${placeText(arrays, { side, i })}${names.length ? ofClass : ""}`;
}

/** Return where a point or a sample of a curve lies; "" for images and longer vectors. */
function placeText(arrays: Arrays, { side, i }: Pick<Item, "side" | "i">): string {
  const { data: x, shape } = at(arrays[`${side}_x`], i);
  if (shape.length === 3 || x.length > 2) return "";
  if (x.length === 1) return ` at x = ${numberText(x[0])}`;
  return ` at (${Array.from(x, (value) => numberText(value)).join(", ")})`;
}
