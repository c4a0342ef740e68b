// The pictures of an episode's items: images, or numbers as bars; points stand in the plot beside the stage.
import { canvasOf } from "../plot/canvas.ts";
import { thumbnailsOf } from "../plot/thumbnails.ts";
import { at, type NdArray, type Uint8 } from "../shared/arrays.ts";
import type { Theme } from "../shared/theme.ts";
import type { Round } from "./round.ts";

/** The picture of item i in a square of `size` pixels. */
export type Face = (i: number, size: number) => HTMLCanvasElement;

/** Pictures of support and query items; null for points and curves. */
export function facesOf(round: Round, theme: Theme): { support: Face; query: Face } | null {
  const e = round.place;
  const arrays = [round.items(e, "support_x"), round.items(e, "query_x")];
  const kind = round.kind();
  if (kind !== "images" && kind !== "vectors") return null;
  const make = kind === "images" ? imageFace : vectorFace(arrays);
  const [support, query] = arrays.map((array) => make(array, theme));
  return { support, query };
}

/** A square canvas that a screen reader passes over. */
export function squareCanvas(
  size: number,
  draw: (ctx: CanvasRenderingContext2D) => void,
): HTMLCanvasElement {
  const { canvas, ctx, resize } = canvasOf({ "aria-hidden": "true" });
  resize(size, size);
  draw(ctx);
  return canvas;
}

function imageFace(array: NdArray, theme: Theme): Face {
  const thumbs = thumbnailsOf(array as Uint8);
  return (i, size) => squareCanvas(size, (ctx) => thumbs.draw(ctx, i, 0, 0, size, theme.fg, true));
}

/** Vectors as bars around their middle line, all on one scale. */
function vectorFace(arrays: NdArray[]): (array: NdArray, theme: Theme) => Face {
  const sizes = arrays.flatMap(({ data }) => Array.from(data, Math.abs));
  const limit = Math.max(1e-9, ...sizes);
  return (array, theme) => (i, size) =>
    squareCanvas(size, (ctx) => {
      const values = at(array, i).data;
      const step = (size - 4) / values.length;
      ctx.fillStyle = theme.fg;
      for (const [j, value] of Array.from(values).entries()) {
        const height = (Math.abs(value) / limit) * (size / 2 - 2);
        const top = value < 0 ? size / 2 : size / 2 - height;
        ctx.fillRect(2 + j * step, top, Math.max(1, step - 1), Math.max(0.5, height));
      }
    });
}
