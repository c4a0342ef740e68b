// What the matrix of looks draws beside its rows and over its cells.
import { shapePath } from "../../plot/shapes.ts";
import { classColour } from "../../shared/colour.ts";
import type { Layout } from "../matrix/layout.ts";
import type { RowPlace } from "../matrix/matrix.ts";
import { frameRow } from "../matrix/painting.ts";
import type { Item } from "../record/items.ts";
import type { Given, State } from "../state.ts";
import type { LooksRows, RowKind } from "./rows.ts";

type Pen = CanvasRenderingContext2D;
export type Look = Pick<Given, "recorded" | "pictures"> & { rows: LooksRows };

/** Return the name of a head, where it has room; a chosen one stands out. */
export function headLabel(
  ctx: Pen,
  { recorded }: Look,
  r: number,
  { row }: RowPlace,
  state: State,
): string {
  const names = recorded.config.head_names;
  const { heads, theme } = state;
  if (heads.includes(r) && heads.length < names.length) ctx.fillStyle = theme.fg;
  return row > 9 || r % Math.ceil(11 / row) === 0 ? names[r] : "";
}

/** Draw the class and the picture of an item, or return its number, as far as there is room. */
export function itemLabel(
  ctx: Pen,
  look: Look,
  item: Item,
  r: number,
  place: RowPlace,
  state: State,
): string {
  const { coloured } = look.recorded;
  const { theme, focus } = state;
  const { x, y, row } = place;
  if (item.id === focus.id) {
    ctx.fillStyle = theme.accent;
    ctx.fillRect(0, y, 3, row);
  }
  if (coloured) {
    ctx.fillStyle = classColour(item.label, theme);
    if (row >= 8) {
      shapePath(ctx, item.label, 11, y + row / 2, 3.4);
      ctx.fill();
    } else ctx.fillRect(x - 8, y, 5, row);
  }
  ctx.fillStyle = theme.muted;
  if (look.pictures && row >= 11) {
    look.pictures[item.side].draw(ctx, item.i, x - 20, y, row - 1, theme.fg, true);
    return "";
  }
  return row >= 11 || (r % Math.ceil(12 / row) === 0 && !coloured) ? `${item.i}` : "";
}

/** Hide the columns of what is not read yet, and mark the item in focus and the heads chosen. */
export function drawMarks(ctx: Pen, look: Look, kind: RowKind, layout: Layout, state: State): void {
  const { shares, support } = look.recorded;
  const { theme, focus, step } = state;
  const { x, column, head } = layout;
  const first = support.findIndex(({ i }) => !shares.isRead(i, step));
  if (first >= 0) hideFrom(ctx, first, layout, state);
  const focused = support.findIndex(({ id }) => id === focus.id);
  if (focused >= 0) {
    ctx.fillStyle = theme.accent;
    ctx.fillRect(x + focused * column, head - 3, column, 2);
  }
  for (let r = 0; r < layout.rows; r++) {
    if (isMarked(look, kind, r, state)) frameRow(ctx, layout, r, theme.accent, 1.5);
  }
}

function hideFrom(ctx: Pen, first: number, layout: Layout, { theme }: State): void {
  const { x, column, columns, head, bottom } = layout;
  for (const colour of [theme.bg, theme.raised]) {
    ctx.fillStyle = colour;
    ctx.fillRect(x + first * column, head, (columns - first) * column, bottom - head);
  }
}

function isMarked({ rows }: Look, kind: RowKind, r: number, { heads, focus }: State): boolean {
  if (kind !== "heads") return rows.item(kind, r).id === focus.id;
  return heads.length < rows.count(kind) && heads.includes(r);
}
