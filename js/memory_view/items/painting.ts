// What the board of items draws.
import { crossMark, shapePath } from "../../plot/shapes.ts";
import { at } from "../../shared/arrays.ts";
import { classColour, css, rgbOf } from "../../shared/colour.ts";
import { numberText, percentText } from "../../shared/numbers.ts";
import type { Theme } from "../../shared/theme.ts";
import type { Frame } from "../matrix/painting.ts";
import { argmax } from "../record/extremes.ts";
import type { Item } from "../record/items.ts";
import type { Given, State } from "../state.ts";
import { type Look, strongest } from "./item_looks.ts";
import type { Place, TileSizes, Tiles } from "./tiles.ts";

type Pen = CanvasRenderingContext2D;
/** What is drawn: the items, and where they stand. */
export interface Board extends Pick<Given, "recorded" | "pictures"> {
  tiles: Tiles;
  sizes: TileSizes;
  /** The boxes of the headings, once they are drawn. */
  headings: Frame[];
}

/** Draw what no step changes: pictures, classes and headings. */
export function drawBase(ctx: Pen, board: Board, theme: Theme): void {
  const { width, height, middle, places } = board.tiles;
  const { items, config } = board.recorded;
  ctx.clearRect(0, 0, width, height);
  ctx.textBaseline = "middle";
  for (const item of items) drawTile(ctx, board, item, places.get(item.id)!, theme);
  ctx.textAlign = "left";
  ctx.font = `600 12px ${theme.font}`;
  ctx.fillStyle = theme.fg;
  const classes = config.episode.class_names.length;
  const headings = [
    ["Support, in the order read", 0],
    [classes ? "Queries, by their true class" : "Queries", middle],
  ] as const;
  board.headings = headings.map(([text, y]) => {
    ctx.fillText(text, 4, y + 9);
    return [0, y, ctx.measureText(text).width + 10, 19];
  });
}

function drawTile(ctx: Pen, board: Board, item: Item, { x, y }: Place, theme: Theme): void {
  const { recorded, pictures, sizes } = board;
  const { size, dense } = sizes;
  ctx.fillStyle = theme.raised;
  ctx.fillRect(x, y, size, size);
  if (pictures) pictures[item.side].draw(ctx, item.i, x + 2, y + 2, size - 4, theme.fg, true);
  else writeNumbers(ctx, board, item, { x, y }, theme);
  if (!recorded.coloured || item.label < 0) return;
  ctx.fillStyle = classColour(item.label, theme);
  ctx.strokeStyle = theme.bg;
  ctx.lineWidth = 2;
  shapePath(ctx, item.label, x + 5, y + 5, dense ? 3 : 3.6);
  ctx.stroke();
  ctx.fill();
}

/** Write the coordinates of a point into its tile, or the number of a longer vector. */
function writeNumbers(ctx: Pen, board: Board, item: Item, { x, y }: Place, theme: Theme): void {
  const { arrays, coloured } = board.recorded;
  const { size, dense } = board.sizes;
  const values = at(arrays[`${item.side}_x`], item.i).data;
  const isPoint = values.length <= 2;
  const lines = isPoint ? Array.from(values, (value) => numberText(value, 2)) : [`${item.i}`];
  ctx.font = `${dense ? 9 : 10}px ${theme.font}`;
  ctx.textAlign = "center";
  ctx.fillStyle = theme.fg;
  const middle = y + size / 2 + (coloured ? 3 : 0); // below the sign of its class
  for (const [k, line] of lines.entries()) {
    ctx.fillText(line, x + size / 2, middle + 12 * (k - (lines.length - 1) / 2));
  }
}

/** Let what is not read yet stand back, and cross what is predicted wrong. */
export function drawStep(
  ctx: Pen,
  { recorded, tiles, sizes }: Board,
  { theme, step }: State,
): void {
  const { support, queries, shares, arrays } = recorded;
  const { size } = sizes;
  ctx.fillStyle = css(rgbOf(theme.bg), 0.75);
  for (const { id, i } of support) {
    const { x, y } = tiles.places.get(id)!;
    if (!shares.isRead(i, step)) ctx.fillRect(x, y, size, size);
  }
  if (!arrays.probabilities) return;
  const now = at(arrays.probabilities, step);
  for (const { id, i, label } of queries) {
    if (argmax(at(now, i).data) === label) continue;
    const { x, y } = tiles.places.get(id)!;
    for (const [colour, width] of [
      [theme.bg, 4],
      [theme.bad, 2],
    ] as const) {
      ctx.strokeStyle = colour;
      ctx.lineWidth = width;
      crossMark(ctx, x + size - 5.5, y + 5.5, 3);
    }
  }
}

/** Draw lines between the item in focus and those that it looks at most, or that look at it most. */
export function drawLinks(
  ctx: Pen,
  { tiles, sizes, headings }: Board,
  looks: Map<string, Look>,
  { focus, theme, most }: { focus: Item; theme: Theme; most: number },
): void {
  const { size, dense } = sizes;
  const middle = (id: string) => {
    const { x, y } = tiles.places.get(id)!;
    return [x + size / 2, y + size / 2];
  };
  const [u, v] = middle(focus.id);
  ctx.save();
  ctx.beginPath(); // lines pass behind the pictures, the shares below them, and the headings
  ctx.rect(0, 0, tiles.width, tiles.height);
  for (const box of headings) ctx.rect(...box);
  const below = dense ? 8 : 21;
  for (const [id, { x, y }] of tiles.places) {
    ctx.rect(x, y, size, size + (looks.has(id) ? below : 0));
  }
  ctx.clip("evenodd");
  for (const [id, { share, outward }] of strongest(looks, focus.id, most).reverse()) {
    const [a, b] = middle(id);
    const colour = rgbOf(outward ? theme.accent : theme.fg);
    ctx.strokeStyle = css(colour, 0.15 + (0.4 * share) / most);
    ctx.lineWidth = 1 + (3.5 * share) / most;
    ctx.setLineDash(outward ? [] : [2, 3]);
    ctx.beginPath();
    ctx.moveTo(u, v);
    if (v === b)
      ctx.quadraticCurveTo((u + a) / 2, v - 1.6 * size, a, b); // in one row: an arc above it
    else ctx.bezierCurveTo(u, v + 0.55 * (b - v), a, b - 0.55 * (b - v), a, b);
    ctx.stroke();
  }
  ctx.restore();
}

/** Draw the bar of each look and write its share, over the lines. */
export function drawLooks(
  ctx: Pen,
  { tiles, sizes }: Board,
  looks: Map<string, Look>,
  { theme, most }: { theme: Theme; most: number },
): void {
  const { size, dense } = sizes;
  ctx.font = `10px ${theme.font}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  for (const [id, { share, outward }] of looks) {
    const { x, y } = tiles.places.get(id)!;
    for (const [colour, part] of [
      [theme.bg, 1],
      [theme.raised, 1],
      [outward ? theme.accent : theme.fg, share / most],
    ] as const) {
      ctx.fillStyle = colour;
      ctx.fillRect(x, y + size + 3, size * part, 4);
    }
    if (dense) continue;
    ctx.strokeStyle = theme.bg;
    ctx.lineWidth = 3;
    ctx.strokeText(percentText(share), x + size / 2, y + size + 14);
    ctx.fillStyle = share > 0.25 * most ? theme.fg : theme.muted;
    ctx.fillText(percentText(share), x + size / 2, y + size + 14);
  }
}

/** Frame the query asked about, and the item in focus. */
export function drawFrames(ctx: Pen, { tiles, sizes }: Board, state: State): void {
  const { asked, focus, mode, theme } = state;
  const pinned = mode === "pinned";
  for (const [item, colour, width] of [
    [asked, theme.muted, 1],
    [focus, pinned ? theme.accent : theme.fg, pinned ? 2.5 : 1.5],
  ] as const) {
    const place = item && tiles.places.get(item.id);
    if (!place) continue;
    ctx.strokeStyle = colour;
    ctx.lineWidth = width;
    ctx.strokeRect(place.x - 0.5, place.y - 0.5, sizes.size + 1, sizes.size + 1);
  }
}
