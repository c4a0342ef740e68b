// Where the cells of a matrix lie, and which of them a pointer or a key means.

/** What a matrix takes. */
export interface Shape {
  rows: number;
  columns: number;
  /** Pixels left of the columns, for the names of rows. */
  gutter: number;
  /** Pixels that all rows may take together. */
  tall: number;
  /** Pixels that a row may take. */
  most: number;
  /** The part of the width that the columns may take; all of it if not given. */
  part?: number;
  /** Pixels that are kept free beside the columns. */
  beside?: number;
  /** Pixels above the heads of the columns. */
  titles?: number;
  /** Pixels that a row stands lower for the gaps above it. */
  gap?: (row: number) => number;
}

/** What stands over a column: the picture of its item, the sign of its class, or nothing. */
export type Heads = "pictures" | "signs" | "none";

/** Where everything lies, in pixels. */
export interface Layout extends Shape {
  /** Where the columns begin and end. */
  x: number;
  right: number;
  /** The width of a column and the height of a row. */
  column: number;
  row: number;
  heads: Heads;
  /** Where the rows begin and end. */
  head: number;
  bottom: number;
  /** Where row r begins. */
  top(r: number): number;
  width: number;
  height: number;
}

/** A cell; the column is -1 beside the columns. */
export type Cell = readonly [row: number, column: number];

export function layoutOf(
  shape: Shape,
  width: number,
  has: { images: boolean; coloured: boolean },
): Layout {
  const { rows, columns, gutter, tall, most, part = 1, beside = 0, titles = 0, gap } = shape;
  const room = (part * (width - gutter - beside - 6)) / columns;
  const column = room >= 4 ? Math.min(34, Math.floor(room)) : room; // whole pixels, where that leaves any
  const row = Math.max(rows > 200 ? 2 : 3, Math.min(most, Math.floor(tall / Math.max(1, rows))));
  const signs = has.coloured && column >= 7 ? "signs" : "none";
  const heads = has.images && column >= 11 ? "pictures" : signs;
  const head = titles + { pictures: pictureSize(column) + 3, signs: 13, none: 2 }[heads];
  const top = (r: number) => head + r * row + (gap?.(r) ?? 0);
  const bottom = rows ? top(rows - 1) + row : head;
  return {
    ...shape,
    x: gutter,
    right: gutter + columns * column,
    column,
    row,
    heads,
    head,
    bottom,
    top,
    width,
    height: bottom + 22,
  };
}

/** Return the side of the square over a column of so many pixels. */
export function pictureSize(column: number): number {
  return Math.min(28, column);
}

/** Return the cell at a pixel, null for none: rows reach on beside the columns. */
export function cellAt(
  { x, column, row, rows, columns, top }: Layout,
  u: number,
  v: number,
): Cell | null {
  let r = 0;
  while (r < rows && v >= top(r) + row) r++;
  const c = Math.floor((u - x) / column);
  if (r >= rows || v < top(r) || c < 0) return null;
  return [r, c < columns ? c : -1];
}

/** Return the cell that lies so far down and to the right of another, within the matrix. */
export function movedFrom(
  [row, column]: Cell,
  [down, right]: Cell,
  { rows, columns }: Shape,
): Cell {
  const within = (value: number, count: number) => Math.min(count - 1, Math.max(0, value));
  return [within(row + down, rows), within(column + right, columns)];
}

/** Return of how many rows one has a label, so that labels of `least` pixels have room. */
export function labelEvery(row: number, least: number): number {
  return [1, 2, 5, 10, 20, 50, 100, 200].find((rows) => rows * row >= least) ?? 500;
}
