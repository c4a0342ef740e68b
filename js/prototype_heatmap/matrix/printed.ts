// The whole matrix on paper: pieces that fit on a page, each under the heads of the columns.
import { canvasOf } from "../../plot/canvas.ts";
import { paintCells } from "./cells.ts";
import { paintHeads } from "./heads.ts";
import { HEADING, layoutOf } from "./layout.ts";
import { piecesOf } from "./pieces.ts";
import { type MatrixOptions, measuring, pictureOf } from "./view.ts";

/** The width of a page in pixels. */
const WIDTH = 680;
/** Queries up to which rows are as tall as on the screen. */
const MANY = 120;

export function printedMatrix(options: MatrixOptions): HTMLCanvasElement[] {
  const { shown, items, theme } = options;
  const layout = layoutOf({
    groups: shown.groups,
    names: shown.names,
    nQuery: shown.prototypes.n,
    room: WIDTH,
    images: items.draw !== null,
    measure: measuring(theme),
    least: 12,
    tall: shown.prototypes.n > MANY ? 20 : undefined,
  });
  return piecesOf(layout).map((piece) => {
    const { canvas, ctx, resize } = canvasOf();
    // A heading that stays in sight would cover the first row of a group that goes on: room is left for it.
    const start = piece.goesOn ? piece.start - HEADING : piece.start;
    const height = layout.head + piece.end - start;
    resize(layout.width + 1, height);
    const sight = { left: 0, top: start - layout.head, width: layout.width + 1, height };
    const picture = pictureOf(options, layout);
    paintCells(ctx, sight, picture);
    paintHeads(ctx, sight, picture);
    return canvas;
  });
}
