// Where the tiles of the items stand: the support set above, the queries below.
import type { Item } from "../record/items.ts";

export interface TileSizes {
  /** Whether there are so many items that tiles are small and have no numbers under them. */
  dense: boolean;
  /** The side of the square. */
  size: number;
  /** From one tile to the next. */
  width: number;
  height: number;
}

export interface Place {
  x: number;
  y: number;
}

export interface Tiles {
  /** id -> the upper left corner of the square. */
  places: Map<string, Place>;
  /** Where the queries begin, their heading included. */
  middle: number;
  width: number;
  height: number;
}

/** Pixels of a heading. */
const HEADING = 22;

/** Return the sizes for so many items; `looks` is whether something is shown under each of them. */
export function tileSizes(count: number, looks: boolean): TileSizes {
  const dense = count > 70;
  const size = dense ? 26 : 36;
  const below = dense ? 12 : 26;
  return { dense, size, width: size + (dense ? 6 : 8), height: size + (looks ? below : 6) };
}

export function tilesOf(
  support: readonly Item[],
  queries: readonly Item[],
  { width: across, height: down }: TileSizes,
  width: number,
): Tiles {
  const columns = Math.max(1, Math.floor((width - 4) / across));
  const places = new Map<string, Place>();
  const place = (items: readonly Item[], top: number) => {
    for (const [k, { id }] of items.entries()) {
      const x = (k % columns) * across + 4;
      places.set(id, { x, y: top + HEADING + Math.floor(k / columns) * down });
    }
    return top + HEADING + Math.ceil(items.length / columns) * down;
  };
  const middle = place(support, 0) + 16;
  return { places, middle, width, height: place(queries, middle) };
}

/** Return the id of the item at a pixel, what stands under its tile included; "" for none. */
export function tileAt(
  { places }: Tiles,
  { size, height }: TileSizes,
  u: number,
  v: number,
): string {
  for (const [id, { x, y }] of places) {
    if (u >= x - 3 && u < x + size + 3 && v >= y && v < y + height - 2) return id;
  }
  return "";
}

/** Return the id of the nearest item in the next row below (1) or above (-1), undefined where there is no further row. */
export function acrossRows({ places }: Tiles, from: string, sign: 1 | -1): string | undefined {
  const here = places.get(from);
  if (!here) return undefined;
  const cost = ({ x, y }: Place) => 1000 * sign * (y - here.y) + Math.abs(x - here.x);
  const ahead = [...places].filter(([, { y }]) => sign * (y - here.y) > 0);
  return ahead.sort(([, a], [, b]) => cost(a) - cost(b))[0]?.[0];
}
