// The signs of the plot with their words.
import { canvasOf } from "../../plot/canvas.ts";
import { dotMark } from "../../plot/shapes.ts";
import { h } from "../../shared/elements.ts";
import type { Theme } from "../../shared/theme.ts";
import { drawHomePath, drawOffRing, drawPath } from "../marks/marks.ts";
import type { State } from "../state.ts";

type Entry = [text: string, draw: (ctx: CanvasRenderingContext2D) => void];

/** The legend; a new one for each theme. */
export function legendFor({ theme, moved }: Pick<State, "theme" | "moved">): HTMLElement {
  const entries: Entry[] = [
    ["initialisation: drag it", (ctx) => drawGrip(ctx, theme)],
    [
      "inner loop, a mark a step",
      (ctx) => drawPath(ctx, PATH, { k: 0, step: 2, theme, main: true }),
    ],
  ];
  if (moved) {
    const draw: Entry[1] = (ctx) => drawHomePath(ctx, HOME_PATH, { k: 0, theme });
    entries.push(["from the learner's own initialisation", draw]);
  }
  entries.push([
    "dashed circle: how far this step lies off the plane",
    (ctx) => drawOffRing(ctx, [11, 18], 14, { k: 0, theme }),
  ]);
  return h(
    "ul",
    { class: "ll-legend" },
    entries.map(([text, draw]) => h("li", {}, signOf(draw), text)),
  );
}

const PATH: [number, number][] = [
  [1, 8],
  [7, 8],
  [14, 8],
  [99, 8],
];
const HOME_PATH: [number, number][] = [
  [1, 8],
  [16, 8],
];

function signOf(draw: Entry[1]) {
  const { canvas, ctx, resize } = canvasOf({ class: "ll-sign", "aria-hidden": "true" });
  resize(22, 16);
  draw(ctx);
  return canvas;
}

function drawGrip(ctx: CanvasRenderingContext2D, theme: Theme): void {
  ctx.lineWidth = 1.75;
  ctx.strokeStyle = theme.fg;
  ctx.fillStyle = theme.fg;
  dotMark(ctx, 11, 8, 5.5, false);
  dotMark(ctx, 11, 8, 1.8);
}
