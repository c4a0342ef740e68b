// The items of a map: signs of their classes, images where they have room, and the one that is shown in detail.
import { crossMark, dotMark, shapePath } from "../../plot/shapes.ts";
import { classColour, css, rgbOf } from "../../shared/colour.ts";
import type { Atlas, Kind, Stamps } from "../plot/marks.ts";
import { isWrong, pixelOf, type Scene } from "../plot/scene.ts";

/** With what items are drawn. */
export interface Ink {
  stamps: Stamps;
  /** Null for items that are no images. */
  atlas: Atlas | null;
}

/** Which items stand as an image, and its size in pixels. */
export interface Pictures {
  shown: Uint8Array;
  size: number;
}

/** The size of an image in pixels: larger where there are few, and with the zoom. */
export function imageSize({ width, height, camera, space }: Scene): number {
  const base = Math.min(34, Math.max(17, Math.sqrt((width * height) / (1.6 * space.n))));
  return Math.round(Math.min(112, base * Math.max(1, camera.zoom) ** 0.55));
}

/** Draw all items in sight, images over signs, the first in `order` on top. */
export function paintItems(
  scene: Scene,
  { stamps, atlas }: Ink,
  pictures: Pictures,
  order: readonly number[],
): void {
  const { ctx, width, height, space, state } = scene;
  const { items, theme, chosen } = state;
  const size = imageSize(scene);
  const inSight = (i: number) => {
    const [u, v] = pixelOf(scene, items, i);
    return u > -size && v > -size && u < width + size && v < height + size;
  };
  const alpha = (i: number) => (chosen.size && !chosen.has(i) ? 0.22 : 1);
  const seen = order.filter(inSight).reverse();
  ctx.strokeStyle = theme.bad;
  for (const i of seen) {
    if (pictures.shown[i]) continue;
    const [u, v] = pixelOf(scene, items, i);
    ctx.globalAlpha = alpha(i);
    stamps.stamp(ctx, space.labels[i], kindOf(scene, i), u, v);
    if (!isWrong(scene, i)) continue;
    ctx.lineWidth = 1.75;
    crossMark(ctx, u, v, space.n > 500 ? 3.5 : 4.5);
  }
  if (atlas && pictures.size) {
    const paper = css(rgbOf(theme.bg), 0.93);
    ctx.imageSmoothingEnabled = true;
    ctx.imageSmoothingQuality = size > 40 ? "high" : "low";
    for (const i of seen) {
      if (pictures.shown[i]) paintPicture(scene, atlas, i, { size, alpha: alpha(i), paper });
    }
  }
  ctx.globalAlpha = 1;
}

function kindOf({ sides, space, state }: Scene, i: number): Kind {
  if (!sides) return "support";
  if (!space.isSupport(i)) return "query";
  return space.isAbsorbed(state.step, i) ? "support" : "pale";
}

/**
 * Draw an image in a frame of its class's colour, thick for support, with the class's shape at its corner and a cross
 * where it is wrong.
 */
function paintPicture(
  scene: Scene,
  atlas: Atlas,
  i: number,
  { size, alpha, paper }: { size: number; alpha: number; paper: string },
): void {
  const { ctx, sides, space, state } = scene;
  const kind = kindOf(scene, i);
  const colour = classColour(space.labels[i], state.theme);
  const [u, v] = pixelOf(scene, state.items, i);
  const [x, y] = [Math.round(u - size / 2), Math.round(v - size / 2)];
  ctx.globalAlpha = alpha * (kind === "pale" ? 0.4 : 1);
  ctx.fillStyle = paper;
  ctx.fillRect(x, y, size, size);
  atlas.draw(ctx, i, x + 1, y + 1, size - 2);
  ctx.strokeStyle = colour;
  ctx.lineWidth = sides && kind !== "query" ? 2.5 : 1.25;
  ctx.strokeRect(x, y, size, size);
  if (size >= 20) {
    ctx.fillStyle = colour;
    shapePath(ctx, space.labels[i], x, y, size > 40 ? 4.5 : 3.5);
    ctx.fill();
    ctx.strokeStyle = state.theme.bg;
    ctx.lineWidth = 0.75;
    ctx.stroke();
  }
  if (isWrong(scene, i)) {
    ctx.strokeStyle = state.theme.bad;
    ctx.lineWidth = 2;
    crossMark(ctx, x + size, y + size, size > 40 ? 5 : 3.5);
  }
  ctx.globalAlpha = 1;
}

/** Draw the item shown in detail on top, with lines to its nearest neighbours and to its nearest prototype in the space. */
export function paintFocus(scene: Scene, { stamps, atlas }: Ink, pictures: Pictures): void {
  const { ctx, space, state } = scene;
  const { current: i, items, theme, marks } = state;
  if (i < 0 || !Number.isFinite(items[2 * i])) return;
  paintTies(scene, i);
  const [u, v] = pixelOf(scene, items, i);
  const line = state.pinned ? 2.5 : 1.25;
  if (atlas && marks !== "dots") {
    const size = Math.max(pictures.size, 34);
    paintPicture(scene, atlas, i, { size, alpha: 1, paper: theme.bg });
    ctx.strokeStyle = theme.fg;
    ctx.lineWidth = line;
    const [x, y] = [Math.round(u - size / 2) - 4, Math.round(v - size / 2) - 4];
    ctx.strokeRect(x, y, size + 8, size + 8);
  } else {
    stamps.stamp(ctx, space.labels[i], kindOf(scene, i), u, v);
    ctx.strokeStyle = theme.fg;
    ctx.lineWidth = line;
    dotMark(ctx, u, v, 9, false);
  }
}

function paintTies(scene: Scene, i: number): void {
  const { ctx, state } = scene;
  const { items, prototypes, nearest } = state;
  const line = (places: Float32Array, j: number) => {
    ctx.beginPath();
    ctx.moveTo(...pixelOf(scene, items, i));
    ctx.lineTo(...pixelOf(scene, places, j));
    ctx.stroke();
  };
  ctx.strokeStyle = css(rgbOf(state.theme.fg), 0.55);
  ctx.lineWidth = 1;
  for (const j of state.neighbours) line(items, j);
  const k = nearest[i];
  if (k < 0 || !prototypes || !Number.isFinite(prototypes[2 * k])) return;
  ctx.setLineDash([4, 3]);
  line(prototypes, k);
  ctx.setLineDash([]);
}
