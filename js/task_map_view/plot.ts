// Tasks as points on two principal axes, each with a few of its items where there is room.

import { canvasOf } from "../plot/canvas.ts";
import { boundsOf, Camera } from "../plot/map/camera.ts";
import { type GestureOptions, gesturesOn } from "../plot/map/gestures.ts";
import { markAt, type Point, roomFor, towards } from "../plot/map/places.ts";
import { shapePath } from "../plot/shapes.ts";
import { classColour } from "../shared/colour.ts";
import { h } from "../shared/elements.ts";
import { percentText } from "../shared/numbers.ts";
import type { Theme } from "../shared/theme.ts";
import type { Episodes } from "./episodes.ts";
import { groupsOf, type Pair } from "./likeness.ts";
import type { Arrays, Config } from "./model.ts";

export interface PlotOptions {
  config: Config;
  arrays: Arrays;
  episodes: Episodes;
  hint: GestureOptions["hint"];
  on: Omit<GestureOptions["on"], "chosen">;
}

export interface PlotState {
  theme: Theme;
  pair: Pair;
  pinned: boolean;
}

/** The focusable map, with its camera. */
export function plotOf({ config, arrays, episodes, on, hint }: PlotOptions) {
  const { canvas, ctx, resize } = canvasOf({ class: "tm-canvas", "aria-hidden": "true" });
  const places = arrays.places.data;
  const camera = new Camera({ edge: 20 });
  camera.bounds(boundsOf(places));
  const node = mapNode(config.names.length, canvas);
  const groupOf = groupsOf(config).of;
  const axes =
    `across: axis 1, ${percentText(config.explained[0])} of variance \u00b7 ` +
    `up: axis 2, ${percentText(config.explained[1])}`;
  let [width, height] = [0, 0];
  let size = 0;
  let shown: Uint8Array = new Uint8Array(config.names.length);
  const paint = (state: PlotState) => {
    if (!width) return;
    size = Math.round(Math.min(96, 30 * Math.max(1, camera.zoom) ** 0.6));
    const order = drawingOrder(config.names.length, state.pair);
    if (episodes.pictured) shown = roomFor(places, order, camera.scale, size + 4);
    const at = (i: number): Point => [camera.u(places[2 * i]), camera.v(places[2 * i + 1])];
    const scene: Scene = { ctx, episodes, groupOf, at, shown, size, state };
    ctx.clearRect(0, 0, width, height);
    paintTie(scene);
    for (const i of order.reverse()) {
      const [u, v] = at(i);
      const inSight = u >= -size && v >= -size && u <= width + size && v <= height + size;
      if (!inSight) continue;
      paintTask(scene, i);
      const letter = "AB"[state.pair.indexOf(i)];
      if (letter) paintLetter(scene, i, letter);
    }
    paintAxes(ctx, axes, state.theme, [width - 8, height - 6]);
  };
  const half = (i: number) => (shown[i] ? size / 2 : -1);
  gesturesOn({
    node,
    canvas,
    camera,
    on: { ...on, chosen: () => {} },
    at: (event) => {
      const box = canvas.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    },
    hit: (pixel) => markAt({ places, camera, reach: 14, half }, pixel),
    lassoing: () => false,
    loop: () => {},
    enclosed: () => [],
    hint,
  });
  return {
    node,
    camera,
    paint,
    fit(next: number): void {
      [width, height] = [next, Math.round(Math.min(400, Math.max(280, 0.74 * next)))];
      resize(width, height);
      camera.size(width, height);
    },
    reveal: (i: number) => camera.reveal(places[2 * i], places[2 * i + 1]),
    towards: (from: number, direction: Point) => towards(places, from, direction),
  };
}

function mapNode(n: number, canvas: HTMLCanvasElement): HTMLElement {
  const label =
    `Map of ${n} tasks. Arrow keys move to the next task in their direction, Enter pins it ` +
    "beside its nearest, plus and minus zoom, 0 shows all, Escape lets go.";
  const role = { role: "application", "aria-roledescription": "map", "aria-label": label };
  return h("div", { class: "tm-plot", tabindex: 0, ...role }, canvas);
}

/** All tasks, the pair's first. */
function drawingOrder(n: number, pair: Pair): number[] {
  const others = Array.from({ length: n }, (_, i) => i).filter((i) => !pair.includes(i));
  return [...pair, ...others];
}

interface Scene {
  ctx: CanvasRenderingContext2D;
  episodes: Episodes;
  groupOf: (i: number) => number;
  /** The pixel of a task. */
  at: (i: number) => Point;
  /** Which tasks stand with their picture, and its size in pixels. */
  shown: Uint8Array;
  size: number;
  state: PlotState;
}

/** Draw a line between the two tasks that are open. */
function paintTie({ ctx, at, state }: Scene): void {
  ctx.strokeStyle = state.theme.fg;
  ctx.lineWidth = 1.25;
  ctx.beginPath();
  ctx.moveTo(...at(state.pair[0]));
  ctx.lineTo(...at(state.pair[1]));
  ctx.stroke();
}

/** Draw a task: its picture where there is room, with the sign of its group at the corner, else the sign alone. */
function paintTask({ ctx, episodes, groupOf, at, shown, size, state }: Scene, i: number): void {
  const { theme } = state;
  const [u, v] = at(i);
  const colour = classColour(groupOf(i), theme);
  if (shown[i]) {
    const [x, y] = [Math.round(u - size / 2), Math.round(v - size / 2)];
    ctx.fillStyle = theme.bg;
    ctx.fillRect(x, y, size, size);
    episodes.draw(ctx, i, { x: x + 1, y: y + 1, size: size - 2 }, theme);
    ctx.strokeStyle = colour;
    ctx.lineWidth = 1.5;
    ctx.strokeRect(x, y, size, size);
  }
  const off = shown[i] ? size / 2 : 0;
  ctx.fillStyle = colour;
  shapePath(ctx, groupOf(i), u - off, v - off, shown[i] ? 4 : 5);
  ctx.fill();
  ctx.strokeStyle = theme.bg;
  ctx.lineWidth = 0.75;
  ctx.stroke();
}

/** Frame one of the pair and write its letter: A above, B below, or two near ones would write over each other. */
function paintLetter({ ctx, at, shown, size, state }: Scene, i: number, letter: string): void {
  const { theme, pinned } = state;
  const [u, v] = at(i);
  const r = shown[i] ? size / 2 + 4 : 9;
  ctx.strokeStyle = theme.fg;
  ctx.lineWidth = pinned ? 2.5 : 1.5;
  ctx.strokeRect(u - r, v - r, 2 * r, 2 * r);
  ctx.font = `600 12px ${theme.font}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "bottom";
  ctx.lineWidth = 3;
  const y = letter === "B" ? v + r + 17 : v - r - 2;
  ctx.strokeStyle = theme.bg;
  ctx.strokeText(letter, u, y);
  ctx.fillStyle = theme.fg;
  ctx.fillText(letter, u, y);
}

function paintAxes(ctx: CanvasRenderingContext2D, text: string, theme: Theme, [x, y]: Point): void {
  ctx.font = `11px ${theme.font}`;
  ctx.fillStyle = theme.muted;
  ctx.textAlign = "right";
  ctx.textBaseline = "bottom";
  ctx.strokeStyle = theme.bg;
  ctx.lineWidth = 3;
  ctx.strokeText(text, x, y);
  ctx.fillText(text, x, y);
}
