// Where the rows of queries lie: classes below each other, the queries of each in columns.
import type { Item } from "../adaptations.ts";

export const ROW = 34;
export const HEAD = 26;

const COLUMN = 196;
const GAP = 16;
/** What a tile's frame takes on each side of it. */
export const EDGE = 4;

export interface Group {
  /** The class. */
  k: number;
  y: number;
  height: number;
  members: Item[];
}

export interface Layout {
  /** id -> the corner of its tile, in pixels of the page. */
  places: Map<string, { x: number; y: number }>;
  groups: Group[];
  /** The width of a tile. */
  tile: number;
  width: number;
  height: number;
}

/** Lay out queries of `way` classes in a width; a class without queries takes no room. */
export function layoutOf(queries: Item[], way: number, width: number): Layout {
  const room = width - 2 * EDGE + GAP;
  const columns = Math.max(1, Math.floor(room / COLUMN));
  const across = room / columns;
  const groups: Group[] = [];
  const places = new Map<string, { x: number; y: number }>();
  let y = 0;
  for (let k = 0; k < way; k++) {
    const members = queries.filter((item) => item.label === k);
    if (!members.length) continue;
    for (const [j, { id }] of members.entries()) {
      places.set(id, {
        x: EDGE + (j % columns) * across,
        y: y + HEAD + Math.floor(j / columns) * ROW,
      });
    }
    const height = HEAD + Math.ceil(members.length / columns) * ROW;
    groups.push({ k, y, height, members });
    y += height + 8;
  }
  return { places, groups, tile: across - GAP, width, height: y };
}

/** The id of the query at a place of the page, "" for none. */
export function queryAt({ places, tile }: Layout, x: number, y: number): string {
  for (const [id, place] of places) {
    const across = x >= place.x - EDGE && x < place.x + tile + EDGE;
    if (across && y >= place.y && y < place.y + ROW) return id;
  }
  return "";
}

/** The most rows that stand together on paper. */
const TOGETHER = 10;

/** The pieces in which the list is printed: a class each, under its name; a long class in several, each under its name. */
export function piecesOf({ groups }: Layout): { top: number; height: number }[] {
  return groups.flatMap(({ y, height }) => {
    const rows = (height - HEAD) / ROW;
    return Array.from({ length: Math.ceil(rows / TOGETHER) }, (_, i) => ({
      top: y + i * TOGETHER * ROW,
      height: HEAD + Math.min(TOGETHER, rows - i * TOGETHER) * ROW,
    }));
  });
}
