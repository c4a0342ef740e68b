// What is painted below and around the items: regions, trails, prototypes with their names, axes, and the lasso.
import { drawLine } from "../../plot/axes.ts";
import { shorten } from "../../plot/canvas.ts";
import type { Point } from "../../plot/map/places.ts";
import { classColour, css, isDark, rgbOf } from "../../shared/colour.ts";
import { regionsOf } from "../space/regions.ts";
import { haloCross } from "./marks.ts";
import { pixelOf, type Scene } from "./scene.ts";

/** Fill the region of each class and draw its border. */
export function paintRegions({ ctx, camera, state }: Scene, planes: Float32Array): void {
  const { theme } = state;
  for (const { k, corners } of regionsOf(planes, camera.frame)) {
    const pixels = corners.map(([x, y]): Point => [camera.u(x), camera.v(y)]);
    closedPath(ctx, pixels);
    ctx.fillStyle = classColour(k, theme, isDark(theme) ? 0.13 : 0.09);
    ctx.fill();
    ctx.strokeStyle = css(rgbOf(theme.fg), 0.35);
    ctx.lineWidth = 0.75;
    ctx.stroke();
  }
}

/** Draw the way of each prototype up to the step. */
export function paintTrails({ ctx, camera, space, state }: Scene, trails: Float32Array): void {
  ctx.lineWidth = 1.25;
  for (let k = 0; k < space.way; k++) {
    const at = (t: number) => 2 * (t * space.way + k);
    const [x, y] = [(t: number) => trails[at(t)], (t: number) => trails[at(t) + 1]];
    ctx.strokeStyle = classColour(k, state.theme, 0.6);
    drawLine(
      ctx,
      state.step + 1,
      (t) => camera.u(x(t)),
      (t) => camera.v(y(t)),
    );
  }
}

type Edges = [left: number, top: number, right: number, bottom: number];

/** Draw the prototypes as crosses with their names, no name over another. */
export function paintPrototypes(scene: Scene, prototypes: Float32Array): void {
  const { ctx, camera, width, height, space, names, state } = scene;
  const { theme } = state;
  const taken: Edges[] = [];
  ctx.font = `600 11px ${theme.font}`;
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  for (let k = 0; k < space.way; k++) {
    const [u, v] = pixelOf(scene, prototypes, k);
    const inSight = u >= -20 && v >= -20 && u <= width + 20 && v <= height + 20;
    if (!inSight) continue;
    const radius = space.way > 20 ? 4 : 6;
    haloCross(ctx, u, v, { colour: classColour(k, theme), paper: theme.bg, radius });
    const text = shorten(ctx, names[k], 120);
    const wide = ctx.measureText(text).width;
    const left = u + 11 + wide > width ? u - 11 - wide : u + 11;
    const box: Edges = [left, v - 7, left + wide, v + 7];
    const crowded = space.way > 20 && camera.zoom < 2;
    if (crowded || taken.some((other) => overlap(box, other))) continue;
    taken.push(box);
    ctx.lineWidth = 3.5;
    ctx.lineJoin = "round";
    write(scene, text, theme.fg, [left, v]);
    ctx.lineJoin = "miter";
  }
}

/** Name both axes along the edges. */
export function paintAxes(scene: Scene): void {
  const { ctx, width, height, state } = scene;
  const { theme, axes } = state;
  ctx.font = `11px ${theme.font}`;
  ctx.lineWidth = 3;
  ctx.textAlign = "right";
  ctx.textBaseline = "bottom";
  write(scene, axes[0], theme.muted, [width - 8, height - 6]);
  ctx.save();
  ctx.translate(8, 8);
  ctx.rotate(-Math.PI / 2);
  ctx.textBaseline = "top";
  write(scene, axes[1], theme.muted, [0, 0]);
  ctx.restore();
}

/** Draw the lasso as far as it has come, in pixels. */
export function paintLoop({ ctx, state }: Scene, outline: readonly Point[]): void {
  const { accent } = state.theme;
  closedPath(ctx, outline);
  ctx.fillStyle = css(rgbOf(accent), 0.14);
  ctx.fill();
  ctx.strokeStyle = accent;
  ctx.lineWidth = 1.75;
  ctx.stroke();
}

/** Write a text with a halo of paper. */
function write({ ctx, state }: Scene, text: string, colour: string, [x, y]: Point): void {
  ctx.strokeStyle = state.theme.bg;
  ctx.strokeText(text, x, y);
  ctx.fillStyle = colour;
  ctx.fillText(text, x, y);
}

function closedPath(ctx: CanvasRenderingContext2D, corners: readonly Point[]): void {
  ctx.beginPath();
  for (const [u, v] of corners) ctx.lineTo(u, v);
  ctx.closePath();
}

function overlap(a: Edges, b: Edges): boolean {
  return a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];
}
