// How items of support, queries and pool, laid one after another, are named and drawn.
import { canvasOf } from "../plot/canvas.ts";
import { type DrawThumbnail, thumbnailsOf } from "../plot/thumbnails.ts";
import { at, type NdArray, type Uint8 } from "../shared/arrays.ts";
import { numberText } from "../shared/numbers.ts";
import type { Theme } from "../shared/theme.ts";
import type { Places } from "./distances/edits.ts";
import type { Arrays, Pool } from "./model.ts";
import type { Pictures } from "./pictures.ts";

export interface Items {
  /** Draw the item at a place; null where items are no images. */
  draw: DrawThumbnail | null;
  /** Fill a canvas of `size` with the item at a place. */
  thumb(ctx: CanvasRenderingContext2D, place: number, theme: Theme, size: number): void;
  nameOf(place: number): string;
  /** A query's values where it is a point, else its name. */
  rowText(q: number): string;
  /** Why an item that is an image can't be seen, "" where it can. */
  missing(place: number): string;
  /** Goes up when pictures of items arrive. */
  edition(): number;
}

export type MakePictures = (
  arrays: Required<Pick<Arrays, "pictures" | "picture_places">>,
) => Pictures;

/** `make` gives the pictures where not all items were sent. */
export function itemsOf(
  arrays: Arrays,
  pool: Pool,
  { nSupport, nQuery }: Places,
  make: MakePictures,
): Items {
  const { pictures: some, picture_places } = arrays;
  const pictures = some && picture_places ? make({ pictures: some, picture_places }) : null;
  const draw = pictures?.draw ?? drawingOf(arrays, nSupport, nQuery);
  const nPool = nSupport + nQuery;
  return {
    draw,
    thumb: (ctx, place, theme, size) => draw?.(ctx, place, 2, 2, size - 4, theme.fg, true),
    nameOf(place) {
      if (place < nSupport) return `support ${place}`;
      if (place < nPool) return `query ${place - nSupport}`;
      const [, classId, item] = pool.items[place - nPool];
      return `pool ${place - nPool} (${classId}/${item})`;
    },
    missing: (place) => pictures?.why(place) ?? "",
    edition: () => pictures?.edition() ?? 0,
    rowText(q) {
      const data = arrays.query_x && at(arrays.query_x, q).data;
      if (data?.length !== 2) return `query ${q}`;
      return `(${numberText(data[0], 2)}, ${numberText(data[1], 2)})`;
    },
  };
}

function drawingOf(arrays: Arrays, nSupport: number, nQuery: number): DrawThumbnail | null {
  if (!arrays.support_x || arrays.query_x?.shape.length !== 4) return null;
  const thumbs = (array: NdArray) => thumbnailsOf(array as Uint8);
  const [support, queries] = [thumbs(arrays.support_x), thumbs(arrays.query_x)];
  const pool = arrays.pool_x && thumbs(arrays.pool_x);
  return (ctx, place, ...rest) => {
    if (place < nSupport) support.draw(ctx, place, ...rest);
    else if (place < nSupport + nQuery) queries.draw(ctx, place - nSupport, ...rest);
    else pool?.draw(ctx, place - nSupport - nQuery, ...rest);
  };
}

/** The item at a place as a small picture of its own. */
export function pictureOf(
  items: Items,
  place: number,
  theme: Theme,
  size: number,
): HTMLCanvasElement {
  const { canvas, ctx, resize } = canvasOf({ "aria-hidden": "true" });
  resize(size, size);
  items.thumb(ctx, place, theme, size);
  return canvas;
}
