// The heads of rows and columns, which stay where they are while the cells scroll.
import { shorten } from "../../plot/canvas.ts";
import type { Sight } from "../../plot/scroll_canvas.ts";
import { groupText } from "../distances/words.ts";
import type { Picture } from "./cells.ts";
import { HEADING, type PlacedGroup } from "./layout.ts";

/** Paint the heads over the cells. */
export function paintHeads(ctx: CanvasRenderingContext2D, sight: Sight, picture: Picture): void {
  paintRowHeads(ctx, sight, picture);
  paintColumnHeads(ctx, sight, picture);
}

function paintRowHeads(ctx: CanvasRenderingContext2D, sight: Sight, picture: Picture): void {
  const { row, side, head, groups, rows } = picture.layout;
  ctx.fillStyle = picture.theme.bg;
  ctx.fillRect(0, head, side, sight.height);
  for (const group of groups) {
    const top = group.top - sight.top;
    if (top + group.height < head || top > sight.height) continue;
    for (const q of group.members) {
      const y = rows[q] - sight.top;
      if (y + row >= head && y <= sight.height) paintRowHead(ctx, q, y, picture);
    }
    // The group's name stays in sight as long as any of its rows is, as a heading of a long table would.
    const y = Math.min(Math.max(top, head), top + group.height - HEADING);
    paintHeading(ctx, group, y, sight.width, picture);
  }
}

function paintRowHead(
  ctx: CanvasRenderingContext2D,
  q: number,
  y: number,
  { layout, shown, items, current, theme }: Picture,
): void {
  const { side, row } = layout;
  const isCurrent = current?.[0] === q;
  if (isCurrent) {
    ctx.fillStyle = shown.pinned ? theme.accent : theme.fg;
    ctx.fillRect(0, y, 3, row - 1);
  }
  if (items.draw) {
    items.draw(ctx, shown.prototypes.places.nSupport + q, 6, y + 1, row - 3, theme.fg);
    return;
  }
  ctx.font = `11px ${theme.font}`;
  ctx.fillStyle = isCurrent ? theme.fg : theme.muted;
  ctx.textAlign = "left";
  ctx.fillText(shorten(ctx, items.rowText(q), side - 12), 8, y + row / 2);
}

function paintHeading(
  ctx: CanvasRenderingContext2D,
  group: PlacedGroup,
  y: number,
  width: number,
  { shown, theme }: Picture,
): void {
  ctx.fillStyle = theme.bg;
  ctx.fillRect(0, y, width, HEADING);
  ctx.textAlign = "left";
  ctx.font = `600 12px ${theme.font}`;
  ctx.fillStyle = theme.fg;
  const name = shorten(ctx, group.title, Math.max(60, width - 140));
  ctx.fillText(name, 6, y + 14);
  const after = 6 + ctx.measureText(name).width + 10;
  ctx.font = `11px ${theme.font}`;
  ctx.fillStyle = theme.muted;
  ctx.fillText(shorten(ctx, groupText(group, shown), width - after - 4), after, y + 14.5);
}

function paintColumnHeads(ctx: CanvasRenderingContext2D, sight: Sight, picture: Picture): void {
  const { side, cell, head, way } = picture.layout;
  ctx.fillStyle = picture.theme.bg;
  ctx.fillRect(0, 0, sight.width, head);
  ctx.save();
  ctx.beginPath();
  ctx.rect(side, 0, sight.width - side, head);
  ctx.clip();
  for (let k = 0; k < way; k++) {
    const x = side + k * cell - sight.left;
    if (x + cell >= side && x <= sight.width) paintColumnHead(ctx, k, x, picture);
  }
  ctx.restore();
}

function paintColumnHead(
  ctx: CanvasRenderingContext2D,
  k: number,
  x: number,
  { layout, shown, items, current, theme }: Picture,
): void {
  const { cell, head, thumb, lines, upright } = layout;
  const isMarked = shown.marked === k;
  const isCurrent = current?.[1] === k || isMarked;
  ctx.font = `${isCurrent ? 600 : 400} 12px ${theme.font}`;
  ctx.fillStyle = theme.fg;
  const name = shorten(ctx, shown.names[k], upright ? lines - 2 : cell - 6);
  if (upright) {
    ctx.save();
    ctx.translate(x + cell / 2, lines + 2);
    ctx.rotate(-Math.PI / 2);
    ctx.textAlign = "left";
    ctx.fillText(name, 0, 0);
    ctx.restore();
  } else {
    ctx.textAlign = "center";
    ctx.fillText(name, x + cell / 2, 10);
  }
  const [example] = shown.members(k);
  if (thumb && example !== undefined) {
    items.draw?.(ctx, example, x + (cell - 1 - thumb) / 2, lines + 4, thumb, theme.fg);
  }
  if (isCurrent) {
    ctx.fillStyle = shown.pinned || isMarked ? theme.accent : theme.fg;
    ctx.fillRect(x, head - 4, cell - 1, 3);
  }
}
