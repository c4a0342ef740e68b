// Those who play: a colour and a shape that stay theirs.
import { canvasOf } from "../plot/canvas.ts";
import { shapePath } from "../plot/shapes.ts";
import { classColour } from "../shared/colour.ts";
import type { Theme } from "../shared/theme.ts";

export interface RivalLook {
  shape: number;
  colour: string;
}

const SHAPES = [0, 1, 2, 3, 4, 6]; // the star is the person's

/** The look of learner i, or of the person (i < 0), whose star takes the colour of the text. */
export function rivalLook(i: number, theme: Theme): RivalLook {
  if (i < 0) return { shape: 5, colour: theme.fg };
  return { shape: SHAPES[i % SHAPES.length], colour: classColour(i, theme) };
}

/** Draw the mark of a player; `hollow` is the colour inside its outline. */
export function rivalMark(
  ctx: CanvasRenderingContext2D,
  { shape, colour }: RivalLook,
  [x, y, r]: readonly [number, number, number],
  { hollow = "", width = 1.75 } = {},
): void {
  shapePath(ctx, shape, x, y, r);
  ctx.fillStyle = hollow || colour;
  ctx.fill();
  if (!hollow) return;
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.stroke();
}

/** The mark as a small picture for a line of text; `paint` draws it. */
export function rivalSign(i: number, size = 14) {
  const { canvas, ctx, resize } = canvasOf({ class: "ct-sign", "aria-hidden": "true" });
  const paint = (theme: Theme) => {
    resize(size, size);
    rivalMark(ctx, rivalLook(i, theme), [size / 2, size / 2, size * 0.33]);
  };
  return { node: canvas, paint };
}
