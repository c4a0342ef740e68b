// One query as a row: its image, the probabilities of the classes as one bar, and by shape whether it is right.
import { crossMark, dotMark, hatch } from "../../plot/shapes.ts";
import type { Thumbnails } from "../../plot/thumbnails.ts";
import { classColour, css, PALETTE, rgbOf } from "../../shared/colour.ts";
import { percentText } from "../../shared/numbers.ts";
import type { Theme } from "../../shared/theme.ts";
import { type Item, largestOf } from "../adaptations.ts";
import { EDGE, ROW } from "./query_layout.ts";

/** Whether so many classes can be told apart by colour. */
export function isColoured(way: number): boolean {
  return way <= PALETTE.length;
}

/** The colour of class k in a bar, which is full for the true class. */
export type Fill = (k: number, truth: boolean) => string;

/** Fills, made once for each theme. Of more classes than colours, only the true one stands out. */
export function fillsOf(way: number): (theme: Theme) => Fill {
  let madeFor = "";
  let fill: Fill = () => "";
  return (theme) => {
    if (theme.bg === madeFor) return fill;
    madeFor = theme.bg;
    const classes = Array.from({ length: way }, (_, k) => k);
    const coloured = isColoured(way);
    const others = css(rgbOf(theme.muted), 0.45);
    const full = classes.map((k) => (coloured ? classColour(k, theme) : theme.accent));
    const pale = classes.map((k) => (coloured ? classColour(k, theme, 0.4) : others));
    fill = (k, truth) => (truth ? full : pale)[k];
    return fill;
  };
}

export interface Tile {
  x: number;
  y: number;
  width: number;
  item: Item;
  /** The probability of each class. */
  p: Float32Array;
  thumbnails: Thumbnails | null;
  fill: Fill;
  theme: Theme;
}

/** Draw the frame of the query that is shown. */
export function frameTile(
  ctx: CanvasRenderingContext2D,
  { x, y, width, theme }: Tile,
  pinned: boolean,
): void {
  ctx.fillStyle = theme.raised;
  ctx.fillRect(x - EDGE, y, width + 2 * EDGE, ROW - 2);
  ctx.strokeStyle = pinned ? theme.fg : theme.muted;
  ctx.lineWidth = pinned ? 2 : 1;
  ctx.strokeRect(x - EDGE + 0.5, y + 0.5, width + 2 * EDGE - 1, ROW - 3);
}

export function drawTile(ctx: CanvasRenderingContext2D, tile: Tile): void {
  const { x, y, width, item, p, thumbnails, theme } = tile;
  const truth = item.label;
  if (thumbnails) thumbnails.draw(ctx, item.i, x, y + 2, 28, theme.fg);
  else {
    ctx.font = `11px ${theme.font}`;
    ctx.fillStyle = theme.muted;
    ctx.textAlign = "left";
    ctx.fillText(`${item.i}`, x + 4, y + 16);
  }
  const right = x + width - 60;
  drawBar(ctx, tile, x + 36, right);
  ctx.font = `11px ${theme.font}`;
  ctx.textAlign = "right";
  ctx.fillStyle = theme.fg;
  ctx.fillText(Number.isNaN(p[truth]) ? "?" : percentText(p[truth]), right + 42, y + 16.5);
  ctx.fillStyle = theme.fg;
  ctx.strokeStyle = theme.fg;
  if (largestOf(p) === truth && !p.some(Number.isNaN)) {
    dotMark(ctx, right + 54, y + 16, 3.75);
    return;
  }
  ctx.lineWidth = 2.25;
  crossMark(ctx, right + 54, y + 16, 4);
}

/**
 * Draw the probabilities. The bar begins with the true class, whose probability is then a length from one common line; the
 * class that won where it should not have gets an outline.
 */
function drawBar(
  ctx: CanvasRenderingContext2D,
  { y, item, p, fill, theme }: Tile,
  left: number,
  right: number,
): void {
  const [top, height] = [y + 9, 14];
  const truth = item.label;
  const guess = largestOf(p);
  ctx.fillStyle = theme.raised;
  ctx.fillRect(left, top, right - left, height);
  if (p.some(Number.isNaN)) hatch(ctx, [left, top, right - left, height], theme.muted);
  let u = left;
  for (const k of [truth, ...Array.from(p.keys()).filter((each) => each !== truth)]) {
    const width = p[k] * (right - left) || 0;
    ctx.fillStyle = fill(k, k === truth);
    ctx.fillRect(u, top, Math.max(0, width - (width > 3 ? 1 : 0)), height);
    if (k === guess && k !== truth) {
      ctx.strokeStyle = theme.fg;
      ctx.lineWidth = 1.5;
      ctx.strokeRect(u + 0.75, top + 0.75, Math.max(1, width - 2.5), height - 1.5);
    }
    u += width;
  }
  const chance = Math.round(left + (right - left) / p.length) - 0.5;
  ctx.fillStyle = theme.fg;
  ctx.globalAlpha = 0.55;
  ctx.fillRect(chance, top - 3, 1, 3);
  ctx.globalAlpha = 1;
}
