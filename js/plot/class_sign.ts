// The sign of a class as an element, to stand before its name.
import { classColour } from "../shared/colour.ts";
import type { Theme } from "../shared/theme.ts";
import { canvasOf } from "./canvas.ts";
import { shapePath } from "./shapes.ts";

/** The shape of class k in its colour, filled. */
export function classSign(
  k: number,
  theme: Theme,
  look: { class?: string; radius?: number } = {},
): HTMLCanvasElement {
  const props = { class: look.class, "aria-hidden": "true" };
  const { canvas, ctx, resize } = canvasOf(props);
  resize(14, 14);
  ctx.fillStyle = classColour(k, theme);
  shapePath(ctx, k, 7, 7, look.radius ?? 4.2);
  ctx.fill();
  return canvas;
}
