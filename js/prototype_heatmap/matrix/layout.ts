// Where everything lies in the matrix, in pixels of its page.
import type { RowGroup } from "../distances/nearest.ts";

/** A cell; class -1 is a row's head. */
export type Cell = readonly [query: number, k: number];

/** The height of a group's heading. */
export const HEADING = 26;
/** The width of the strip beside the matrix. */
export const STRIP = 44;

export interface PlacedGroup extends RowGroup {
  top: number;
  height: number;
}

export interface Layout {
  way: number;
  /** The heads of columns and rows take the first `head` and `side` pixels. */
  head: number;
  side: number;
  /** Width of a cell and height of a row. */
  cell: number;
  row: number;
  /** Whether names of classes stand on end. */
  upright: boolean;
  /** The height of these names, and the size of the prototypes' pictures below them, 0 for none. */
  lines: number;
  thumb: number;
  /** The top of each query's row. */
  rows: number[];
  groups: PlacedGroup[];
  width: number;
  height: number;
}

export interface LayoutOptions {
  groups: RowGroup[];
  names: readonly string[];
  nQuery: number;
  /** The width there is. */
  room: number;
  /** Whether items are images. */
  images: boolean;
  /** The width of a name as it is written. */
  measure: (text: string) => number;
  /** The least width of a cell. */
  least?: number;
  /** The height of a row, where it is not the usual one. */
  tall?: number;
}

export function layoutOf(options: LayoutOptions): Layout {
  const { groups, names, nQuery, room, images, measure, least = 28 } = options;
  const way = names.length;
  const side = images ? 40 : 96;
  const cell = Math.min(116, Math.max(least, Math.floor((room - side) / way)));
  const longest = Math.max(...names.map(measure));
  const upright = longest > cell - 8; // names that do not fit
  const thumb = images ? Math.min(40, Math.max(Math.min(20, cell - 2), cell - 8)) : 0;
  const lines = upright ? Math.min(96, Math.ceil(longest) + 4) : 18;
  const row = options.tall ?? (images ? 32 : 26);
  const head = lines + (thumb ? thumb + 4 : 0) + 10;
  const rows = new Array<number>(nQuery);
  let y = head;
  const placed = groups.map((group): PlacedGroup => {
    const [top, height] = [y, HEADING + group.members.length * row];
    for (const [i, q] of group.members.entries()) rows[q] = top + HEADING + i * row;
    y += height + 6;
    return { ...group, top, height };
  });
  const width = side + way * cell;
  return {
    way,
    side,
    cell,
    upright,
    thumb,
    lines,
    row,
    rows,
    groups: placed,
    head,
    width,
    height: y,
  };
}

/** The cell at a place, given in the viewport (u, v) and in the page (x, y); null where there is none. */
export function cellAt(
  layout: Layout,
  { u, v, x, y }: Record<"u" | "v" | "x" | "y", number>,
): Cell | null {
  if (v < layout.head || u < 0) return null;
  const group = layout.groups.find(({ top, height }) => y >= top + HEADING && y < top + height);
  const k = Math.floor((x - layout.side) / layout.cell);
  if (!group || (u >= layout.side && k >= layout.way)) return null;
  const q = group.members[Math.floor((y - group.top - HEADING) / layout.row)];
  return [q, u < layout.side ? -1 : k];
}
