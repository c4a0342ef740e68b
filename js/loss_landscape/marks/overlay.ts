// The upper canvas of a panel: paths, the initialisation, meta-gradients, and labels.
import { shorten } from "../../plot/canvas.ts";
import { at } from "../../shared/arrays.ts";
import { classColour } from "../../shared/colour.ts";
import type { Side } from "../model.ts";
import type { State } from "../state.ts";
import type { ContoursOf } from "../surface/ground.ts";
import { around, type LabelRoom, labelRoom } from "../surface/label_room.ts";
import { labelContours, rimmedText } from "../surface/labels.ts";
import type { Pixel, Square } from "../surface/square.ts";
import { type ArrowShape, arrowShapes, descentsOf } from "./arrow_shapes.ts";
import { drawArrows } from "./arrows.ts";
import { drawHome, drawHomePath, drawOffRing, drawPath } from "./marks.ts";

interface OverlayPaint {
  side: Side;
  state: State;
  square: Square;
  contours: ContoursOf;
}

/** Paths in pixels, by task, in the order in which they are drawn: that of the shown task last. */
type Paths = Map<number, Pixel[]>;

/** Draw all that moves, on what is there; return where the initialisation is. */
export function drawOverlay(ctx: CanvasRenderingContext2D, given: OverlayPaint): Pixel {
  const { state, square } = given;
  const { theme, held, moved, staleArrows } = state;
  const { left, right, top, bottom } = square.box;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, right - left, bottom - top);
  ctx.clip();
  const room = labelRoom({
    left: left + 2,
    right: right - 2,
    top: top + 2,
    bottom: bottom - 2,
  });
  const start = square.pixel(state.start);
  const grip = held ? square.pixel(held) : start;
  const paths = pathsOf(state, square, "path");
  const homes: Paths = moved ? pathsOf(state, square, "home.path") : new Map();
  const arrows = state.arrows ? arrowShapes(start, descentsOf(state), 0.2 * square.side) : [];
  room.dot(...start, 11);
  if (held) room.dot(...grip, 12);
  keepFree(room, paths, homes, arrows);
  labelLevels(ctx, given, room);
  for (const [k, path] of homes) drawHomePath(ctx, path, { k, theme });
  drawPaths(ctx, paths, given);
  if (moved || held) drawHome(ctx, square.pixel([0, 0]), theme);
  drawArrows(ctx, arrows, { theme, room, faint: staleArrows });
  if (paths.size > 1) labelPaths(ctx, paths, state, room);
  ctx.restore();
  return grip;
}

function pathsOf(
  { arrays, config, task }: State,
  square: Square,
  name: "path" | "home.path",
): Paths {
  const order = [...config.titles.keys()].sort((a, b) => Number(a === task) - Number(b === task));
  const pixels = (k: number) => {
    const path = at(arrays[name], k);
    return Array.from({ length: config.steps }, (_, t) => square.pixel(at(path, t).data));
  };
  return new Map(order.map((k) => [k, pixels(k)]));
}

/** Keep labels from paths and arrows. */
function keepFree(room: LabelRoom, paths: Paths, homes: Paths, arrows: ArrowShape[]): void {
  for (const path of [...paths.values(), ...homes.values()]) room.way(path);
  for (const { from, tip } of arrows) room.way([from, tip]);
}

function labelLevels(
  ctx: CanvasRenderingContext2D,
  { side, state, square, contours }: OverlayPaint,
  room: LabelRoom,
): void {
  const { theme, config, task, overlay } = state;
  const pixel = square.gridPixel(config.sides[task]);
  const label = (of: Side, italic: boolean) =>
    labelContours(ctx, contours(of)?.lines ?? [], pixel, { room, theme, italic });
  label(side, false);
  if (overlay) label("support", true);
}

function drawPaths(
  ctx: CanvasRenderingContext2D,
  paths: Paths,
  { state, square }: OverlayPaint,
): void {
  const { arrays, config, task, step, theme, held } = state;
  const stale = Boolean(held);
  for (const [k, path] of paths) drawPath(ctx, path, { k, theme, step, main: k === task, stale });
  if (stale) return;
  const { x } = config.range;
  const radius = at(arrays.off_plane, task).data[step] * (square.side / (x[1] - x[0]));
  drawOffRing(ctx, paths.get(task)![step], radius, { k: task, theme });
}

/** Write the names of the tasks at the ends of their paths, that of the shown one first. */
function labelPaths(
  ctx: CanvasRenderingContext2D,
  paths: Paths,
  { config, task, theme, held }: State,
  room: LabelRoom,
): void {
  for (const [k, path] of [...paths].reverse()) {
    const end = path.findLast(([u, v]) => Number.isFinite(u + v));
    ctx.font = `11px ${theme.font}`;
    const text = shorten(ctx, config.titles[k], 110);
    const width = ctx.measureText(text).width + 4;
    const place = end && room.take(width, 13, around(end, width, 8));
    if (!place) continue;
    const weight = k === task ? 600 : 400;
    ctx.globalAlpha = held ? 0.4 : 1;
    rimmedText(ctx, text, place, { colour: classColour(k, theme), theme, weight });
    ctx.globalAlpha = 1;
  }
}
