// How meta-gradients are drawn: each method with a dash of its own, and its name at the tip.
import { drawLine } from "../../plot/axes.ts";
import type { Theme } from "../../shared/theme.ts";
import { around, type LabelRoom } from "../surface/label_room.ts";
import { rimmedText } from "../surface/labels.ts";
import type { Pixel } from "../surface/square.ts";
import { methodName } from "../words.ts";
import type { ArrowShape } from "./arrow_shapes.ts";

const DASHES: Record<string, number[]> = {
  second_order: [],
  first_order: [7, 3],
  reptile: [2, 2.5],
  implicit: [9, 3, 2, 3],
  anil: [9, 2, 2, 2, 2, 2],
};

/** The dash of a method's arrow. */
export function methodDash(name: string): number[] {
  return DASHES[name] ?? [4, 4];
}

/** Draw arrows and their names; faint ones, which no longer hold, have none. */
export function drawArrows(
  ctx: CanvasRenderingContext2D,
  shapes: ArrowShape[],
  { theme, room, faint }: { theme: Theme; room: LabelRoom; faint: boolean },
): void {
  ctx.save();
  ctx.globalAlpha = faint ? 0.3 : 1;
  for (const rim of [true, false]) {
    for (const shape of shapes) {
      ctx.strokeStyle = rim ? theme.bg : theme.fg;
      ctx.fillStyle = ctx.strokeStyle;
      ctx.lineWidth = rim ? 4.5 : 1.75;
      ctx.setLineDash(rim ? [] : methodDash(shape.name));
      drawArrow(ctx, shape);
    }
  }
  ctx.restore();
  if (faint) return;
  for (const { name, u, v, tip } of shapes) {
    const text = methodName(name).replace(" (MAML)", "");
    ctx.font = `11px ${theme.font}`;
    const width = ctx.measureText(text).width + 4;
    const beyond: Pixel = [tip[0] + u * (10 + (width / 2) * Math.abs(u)), tip[1] + v * 12];
    const place = room.take(width, 13, [beyond, ...around(tip, width, 7)]);
    if (place) rimmedText(ctx, text, place, { colour: theme.fg, theme });
  }
}

/** Draw one arrow; its head is not dashed. */
export function drawArrow(
  ctx: CanvasRenderingContext2D,
  { from, u, v, length }: Pick<ArrowShape, "from" | "u" | "v" | "length">,
): void {
  const head = Math.min(8, length);
  const [x, y] = from;
  const [tx, ty] = [x + u * length, y + v * length];
  drawLine(
    ctx,
    2,
    (i) => [x, tx - u * head * 0.6][i],
    (i) => [y, ty - v * head * 0.6][i],
  );
  ctx.setLineDash([]);
  ctx.beginPath();
  ctx.moveTo(tx, ty);
  ctx.lineTo(tx - head * (u + 0.45 * v), ty - head * (v - 0.45 * u));
  ctx.lineTo(tx - head * (u - 0.45 * v), ty - head * (v + 0.45 * u));
  ctx.closePath();
  ctx.fill();
}
