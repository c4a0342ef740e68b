// Legends, and the marks that they and the plots share.
import { classColour } from "../shared/colour.ts";
import { h } from "../shared/elements.ts";
import type { Theme } from "../shared/theme.ts";
import { drawLine } from "./axes.ts";
import { canvasOf } from "./canvas.ts";
import { dotMark } from "./shapes.ts";

export type DrawSign = (ctx: CanvasRenderingContext2D, x: number, y: number, theme: Theme) => void;

/** Words, each with a small drawn sign, which is drawn again when the theme changes. */
export function legendOf(entries: readonly (readonly [text: string, draw: DrawSign])[]) {
  const made = entries.map(([text, draw]) => ({
    ...canvasOf({ "aria-hidden": "true" }),
    text,
    draw,
  }));
  let painted = "";
  const rows = made.map(({ canvas, text }) => h("li", {}, canvas, text));
  const node = h("ul", { class: "mw-plot-legend" }, rows);
  const paint = (theme: Theme) => {
    if (painted === theme.fg + theme.bg) return;
    painted = theme.fg + theme.bg;
    for (const { ctx, resize, draw } of made) {
      resize(22, 16);
      draw(ctx, 11, 8, theme);
    }
  };
  return { node, paint };
}

/** Draw a point of a curve: support filled and larger, query hollow; `size` is the support point's radius. */
export function curvePoint(
  ctx: CanvasRenderingContext2D,
  x: number,
  y: number,
  side: string,
  theme: Theme,
  size = 5.5,
): void {
  const support = side === "support";
  const radius = support ? size : 0.68 * size;
  ctx.fillStyle = support ? classColour(1, theme) : theme.bg;
  ctx.strokeStyle = support ? theme.bg : theme.fg;
  ctx.lineWidth = 1.5;
  dotMark(ctx, x, y, radius);
  dotMark(ctx, x, y, radius, false);
}

/** Draw the piece of a line that stands for it in a legend. */
export function legendLine(
  ctx: CanvasRenderingContext2D,
  x: number,
  y: number,
  look: { colour: string; width: number; dash?: number[] },
): void {
  ctx.strokeStyle = look.colour;
  ctx.lineWidth = look.width;
  ctx.setLineDash(look.dash ?? []);
  drawLine(
    ctx,
    2,
    (j) => x + [-10, 10][j],
    () => y,
  );
  ctx.setLineDash([]);
}
