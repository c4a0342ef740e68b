// Texts over bands and lines.
import type { Theme } from "../../shared/theme.ts";
import { levelText } from "../words.ts";
import type { Contours } from "./bands.ts";
import type { GridPoint } from "./contours.ts";
import type { LabelRoom } from "./label_room.ts";
import type { Pixel } from "./square.ts";

export interface TextLook {
  colour: string;
  theme: Theme;
  size?: number;
  /** As in a canvas's font: weight, "italic 400", … */
  weight?: string | number;
}

/** Write a text with a rim of paper, its middle at a pixel, so that it reads on lines and bands. */
export function rimmedText(
  ctx: CanvasRenderingContext2D,
  text: string,
  [x, y]: Pixel,
  { colour, theme, size = 11, weight = 400 }: TextLook,
): void {
  ctx.font = `${weight} ${size}px ${theme.font}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.lineJoin = "round";
  ctx.strokeStyle = theme.bg;
  ctx.lineWidth = 3.5;
  ctx.strokeText(text, x, y);
  ctx.fillStyle = colour;
  ctx.fillText(text, x, y);
}

/** The parts of a line at which its label may stand: as far from the edge as it goes. */
const PARTS = [0.5, 0.35, 0.65, 0.2, 0.8, 0.42, 0.58, 0.27, 0.73, 0.12, 0.88];

/** Write each level once, on its longest line, where there is room. */
export function labelContours(
  ctx: CanvasRenderingContext2D,
  lines: Contours["lines"],
  pixel: (point: GridPoint) => Pixel,
  { room, theme, italic = false }: { room: LabelRoom; theme: Theme; italic?: boolean },
): void {
  for (const { level, all } of lines) {
    const longest = all.reduce((a, b) => (b.length > a.length ? b : a), []);
    if (longest.length < 6) continue;
    const text = levelText(level);
    ctx.font = `10px ${theme.font}`;
    const width = ctx.measureText(text).width + 6;
    const last = longest.length - 1;
    const middles = PARTS.map((part) => pixel(longest[Math.round(part * last)]));
    const place = room.take(width, 13, middles);
    const weight = italic ? "italic 400" : 400;
    if (place) rimmedText(ctx, text, place, { colour: theme.fg, theme, size: 10, weight });
  }
}
