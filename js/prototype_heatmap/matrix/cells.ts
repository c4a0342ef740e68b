// The matrix's cells, as far as they are in sight.
import type { Sight } from "../../plot/scroll_canvas.ts";
import { crossMark, dotMark, hatch } from "../../plot/shapes.ts";
import { css, rgbOf } from "../../shared/colour.ts";
import type { Theme } from "../../shared/theme.ts";
import type { Shown } from "../distances/shown.ts";
import type { Items } from "../items.ts";
import type { Cell, Layout } from "./layout.ts";
import type { Shade } from "./shades.ts";

/** What a picture of the matrix is made from. */
export interface Picture {
  shown: Shown;
  layout: Layout;
  items: Items;
  /** The cell that is shown beside the matrix. */
  current: Cell | null;
  /** The colour of a value; null for none. */
  shade: (value: number) => Shade | null;
  theme: Theme;
}

/** Paint the cells that are in sight, and frame the current one. */
export function paintCells(ctx: CanvasRenderingContext2D, sight: Sight, picture: Picture): void {
  const { layout, shown, theme } = picture;
  const { side, cell, row, head, way } = layout;
  ctx.textBaseline = "middle";
  const isVisible = (y: number, height: number) =>
    y + height > sight.top + head && y < sight.top + sight.height;
  const from = Math.max(0, Math.floor(sight.left / cell));
  const to = Math.min(way, Math.ceil((sight.left + sight.width - side) / cell));
  const { data } = shown.values;
  const { first } = shown.nearest();
  const zeroOf = shown.zeroOf;
  for (const group of layout.groups) {
    if (!isVisible(group.top, group.height)) continue;
    for (const q of group.members) {
      if (!isVisible(layout.rows[q], row)) continue;
      const y = layout.rows[q] - sight.top;
      const zero = zeroOf(q);
      for (let k = from; k < to; k++) {
        const box = [side + k * cell - sight.left, y, cell - 1, row - 1] as const;
        const shade = picture.shade(data[q * way + k] - zero);
        const sign = signOf(k, first[q], shown.prototypes.labels[q]);
        if (shade) paintCell(ctx, box, shade, sign);
        else paintNothing(ctx, box, theme);
      }
    }
  }
  if (picture.current) paintCursor(ctx, sight, picture);
}

type Box = readonly [x: number, y: number, width: number, height: number];
type Sign = "" | "right" | "wrong" | "truth";

function signOf(k: number, nearest: number, label: number): Sign {
  if (nearest === k) return label === k ? "right" : "wrong";
  return label === k && nearest >= 0 ? "truth" : "";
}

function paintCell(ctx: CanvasRenderingContext2D, box: Box, shade: Shade, sign: Sign): void {
  ctx.fillStyle = shade.css;
  ctx.fillRect(...box);
  const [x, y, width, height] = box;
  const middle = [x + width / 2, y + height / 2] as const;
  ctx.strokeStyle = ctx.fillStyle = shade.ink;
  if (sign === "right") dotMark(ctx, ...middle, 4);
  else if (sign === "wrong") {
    ctx.lineWidth = 2.5;
    crossMark(ctx, ...middle, 4.5);
  } else if (sign === "truth") {
    ctx.lineWidth = 1.75;
    dotMark(ctx, ...middle, 4, false);
  }
}

/** Paint a cell of a class without support. */
function paintNothing(ctx: CanvasRenderingContext2D, box: Box, theme: Theme): void {
  ctx.fillStyle = theme.raised;
  ctx.fillRect(...box);
  hatch(ctx, box, css(rgbOf(theme.muted), 0.45));
}

/** Frame the current row, and in it the current cell. */
function paintCursor(
  ctx: CanvasRenderingContext2D,
  sight: Sight,
  { layout, shown, current, theme }: Picture,
): void {
  const [q, k] = current!;
  const { side, cell, row, way } = layout;
  const y = layout.rows[q] - sight.top;
  ctx.strokeStyle = theme.fg;
  ctx.lineWidth = 1;
  ctx.strokeRect(side - sight.left - 0.5, y - 0.5, way * cell, row);
  if (k < 0) return;
  const x = side + k * cell - sight.left;
  const frame = (width: number, colour: string) => {
    ctx.lineWidth = width;
    ctx.strokeStyle = colour;
    ctx.strokeRect(x + 0.5, y + 0.5, cell - 2, row - 2);
  };
  frame(5, theme.bg);
  frame(shown.pinned ? 3 : 1.5, theme.fg);
}
