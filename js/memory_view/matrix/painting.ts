// What all matrices draw: cells, the heads of their columns, and frames.
import { stepTicksOf } from "../../plot/axes.ts";
import { shapePath } from "../../plot/shapes.ts";
import type { DrawThumbnail } from "../../plot/thumbnails.ts";
import { classColour, css, rgbOf } from "../../shared/colour.ts";
import type { Theme } from "../../shared/theme.ts";
import type { State } from "../state.ts";
import { type Layout, pictureSize } from "./layout.ts";

type Pen = CanvasRenderingContext2D;
export type Frame = readonly [left: number, top: number, across: number, down: number];

/** Draw a line around a box. */
export function frame(
  ctx: Pen,
  [left, top, across, down]: Frame,
  colour: string,
  line: number,
): void {
  ctx.strokeStyle = colour;
  ctx.lineWidth = line;
  ctx.strokeRect(left - line / 2, top - line / 2, across + line, down + line);
}

/** Draw a line around a row. */
export function frameRow(ctx: Pen, layout: Layout, r: number, colour: string, line: number): void {
  const { x, columns, column, row, top } = layout;
  frame(ctx, [x, top(r), columns * column, row], colour, line);
}

/** Frame the column of the step; what is still to come stands back. */
export function markStep(ctx: Pen, layout: Layout, { step, theme }: State): void {
  const { x, column, columns, head, bottom } = layout;
  ctx.fillStyle = css(rgbOf(theme.bg), 0.55);
  ctx.fillRect(x + (step + 1) * column, head, (columns - 1 - step) * column, bottom - head);
  frame(ctx, [x + step * column, head, column, bottom - head], theme.fg, 1.5);
}

/** Draw a picture of one pixel a cell over the cells; row by row where there are gaps between rows. */
export function drawCells(ctx: Pen, layout: Layout, image: HTMLCanvasElement): void {
  const { x, head, column, columns, row, rows, gap, top } = layout;
  const across = columns * column;
  if (!gap) {
    ctx.drawImage(image, x, head, across, rows * row);
    return;
  }
  const down = row - (row > 5 ? 1 : 0);
  for (let r = 0; r < rows; r++) ctx.drawImage(image, 0, r, columns, 1, x, top(r), across, down);
}

export interface ColumnHeads {
  /** The support item of a column, -1 for none. */
  item(c: number): number;
  /** Whether a column stands back. */
  pale(c: number): boolean;
  /** The classes of support items. */
  labels: ArrayLike<number>;
  drawPicture: DrawThumbnail | undefined;
}

/** Draw over each column the item that belongs to it. */
export function drawHeads(ctx: Pen, layout: Layout, heads: ColumnHeads, theme: Theme): void {
  const { x, column, head, columns } = layout;
  if (layout.heads === "none") return;
  const size = pictureSize(column);
  for (let c = 0; c < columns; c++) {
    const item = heads.item(c);
    if (item < 0) continue;
    ctx.globalAlpha = heads.pale(c) ? 0.3 : 1;
    if (layout.heads === "pictures") {
      const left = x + c * column + (column - size) / 2;
      heads.drawPicture?.(ctx, item, left, head - size - 2, size - 1, theme.fg, true);
    } else {
      const k = heads.labels[item];
      ctx.fillStyle = classColour(k, theme);
      shapePath(ctx, k, x + (c + 0.5) * column, head - 7, 3.4);
      ctx.fill();
    }
  }
  ctx.globalAlpha = 1;
}

/** Write the numbers of columns below them, as many as have room. */
export function drawTicks(
  ctx: Pen,
  layout: Layout,
  tick: (c: number) => string,
  theme: Theme,
): void {
  const { x, column, columns, bottom } = layout;
  ctx.fillStyle = theme.muted;
  ctx.textAlign = "center";
  for (const [c] of stepTicksOf(columns - 1, (columns * column) / 44)) {
    ctx.fillText(tick(c), x + (c + 0.5) * column, bottom + 10);
  }
}
