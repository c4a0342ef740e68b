// Changes of a document, made in place: the store gives a copy, and compares it with what was there.
import {
  type DocumentItem,
  type Entry,
  type EpisodeDocument,
  MOST_CLASSES,
  MOST_ITEMS,
  type Place,
  type Settings,
} from "./types.ts";

/** The items of a side in order, of one class where it is given. */
export function ordered(document: EpisodeDocument, side: Place, cls?: number | null): Entry[] {
  return Object.entries(document.items)
    .filter(([, item]) => item.side === side && (cls === undefined || item.class === cls))
    .sort(([a, p], [b, q]) => p.rank - q.rank || Number(a) - Number(b));
}

/** A rank on a side just before an item, or behind the last one. */
function rankOn(document: EpisodeDocument, side: Place, before?: string): number {
  const order = ordered(document, side).filter(([key]) => key !== before);
  const next = document.items[before ?? ""];
  if (!next || next.side !== side) return order.length ? order.at(-1)![1].rank + 1 : 0;
  const below = order.filter(([, item]) => item.rank <= next.rank).at(-1)?.[1].rank;
  const least = below ?? next.rank - 2;
  if (next.rank - least > 1e-6) return (least + next.rank) / 2;
  // No room between two: number all of them again.
  for (const [i, [, item]] of ordered(document, side).entries()) item.rank = i;
  return next.rank - 0.5;
}

export interface Destination {
  side?: Place;
  /** The key of a class. */
  cls?: number;
  /** The key of the item that it is put before; behind the last one without it. */
  before?: string;
}

/** Put an item elsewhere. Another class alone leaves its rank. */
export function move(document: EpisodeDocument, key: string, to: Destination): void {
  const item = document.items[key];
  if (!item || key === to.before) return;
  const side = to.side ?? item.side;
  if (to.cls !== undefined && document.kind !== "curve") item.class = to.cls;
  if (side === item.side && to.before === undefined) return;
  const rank = rankOn(document, side, to.before);
  item.side = side;
  item.rank = rank;
}

/** Exchange an item with its neighbour among those of its class and side. */
export function shift(document: EpisodeDocument, key: string, by: 1 | -1): void {
  const item = document.items[key];
  const mates = ordered(document, item.side, item.class);
  const other = mates[mates.findIndex(([each]) => each === key) + by]?.[1];
  if (other) [item.rank, other.rank] = [other.rank, item.rank];
}

/** Add an item behind the last of its side; return its key, "" where there is no room. */
export function addItem(
  document: EpisodeDocument,
  item: Pick<DocumentItem, "side"> & Partial<DocumentItem>,
): string {
  if (Object.keys(document.items).length >= MOST_ITEMS) return "";
  const key = String(document.next);
  const rank = rankOn(document, item.side);
  document.items[key] = { row: null, class: null, locked: false, rank, ...item };
  document.next += 1;
  return key;
}

/**
 * Add the same item to the other set, which is no episode: a reader may want to see that said. Return false for an item
 * of the pool, and where there is no room.
 */
export function copyToOther(document: EpisodeDocument, key: string): boolean {
  const { row, class: cls, side, at } = document.items[key];
  if (side === "pool") return false;
  const to = side === "support" ? "query" : "support";
  return addItem(document, { row, class: cls, side: to, ...(at && { at: [...at] }) }) !== "";
}

/** Add a class under a name that no other has; return whether there was room. */
export function addClass(document: EpisodeDocument): boolean {
  if (document.classes.length >= MOST_CLASSES) return false;
  const names = new Set(document.classes.map(({ name }) => name));
  let n = document.classes.length + 1;
  while (names.has(`new class ${n}`)) n += 1;
  const key = document.next;
  document.classes.push({ key, name: `new class ${n}`, locked: false, origin: null });
  document.next += 1;
  countWays(document);
  return true;
}

/** Remove a class with its items. */
export function removeClass(document: EpisodeDocument, cls: number): void {
  document.classes = document.classes.filter(({ key }) => key !== cls);
  for (const [key, item] of Object.entries(document.items)) {
    if (item.class === cls) delete document.items[key];
  }
  countWays(document);
}

function countWays(document: EpisodeDocument): void {
  document.settings.n_way = Math.max(2, document.classes.length);
}

/**
 * Bring every class that is not locked to other numbers of support and query items, from the pool alone; return false
 * where the pool does not suffice. Python's `filled` does the same and goes on with the dataset.
 */
export function resize(
  document: EpisodeDocument,
  sizes: Partial<Pick<Settings, "k_shot" | "n_query">>,
): boolean {
  Object.assign(document.settings, sizes);
  const wanted: [Place, number][] = [
    ["support", document.settings.k_shot],
    ["query", document.settings.n_query],
  ];
  const free = document.classes.filter(({ locked }) => !locked).map(({ key }) => key);
  return (document.kind === "curve" ? [null] : free).every((cls) => {
    for (const [side, n] of wanted) trim(document, side, cls, n);
    return wanted.every(([side, n]) => fill(document, side, cls, n));
  });
}

/** Put what exceeds a number into the pool, the last first. */
function trim(document: EpisodeDocument, side: Place, cls: number | null, n: number): void {
  const mine = ordered(document, side, cls);
  const loose = mine.filter(([, item]) => !item.locked).reverse();
  for (const [key] of loose.slice(0, Math.max(0, mine.length - n))) {
    move(document, key, { side: "pool" });
  }
}

/** Take what lacks out of the pool; return whether it suffices. */
function fill(document: EpisodeDocument, side: Place, cls: number | null, n: number): boolean {
  const lack = n - ordered(document, side, cls).length;
  const pool = ordered(document, "pool", cls).filter(([, item]) => !item.locked);
  if (lack > pool.length) return false;
  for (const [key] of pool.slice(0, Math.max(0, lack))) move(document, key, { side });
  return true;
}
