// The map itself: borders, trails, items and prototypes on one canvas, with its own pointer and wheel.

import { canvasOf } from "../../plot/canvas.ts";
import type { Camera } from "../../plot/map/camera.ts";
import { type GestureOptions, gesturesOn } from "../../plot/map/gestures.ts";
import { enclosedBy, markAt, type Point, roomFor, towards } from "../../plot/map/places.ts";
import { h } from "../../shared/elements.ts";
import type { Theme } from "../../shared/theme.ts";
import type { Arrays, Config } from "../model.ts";
import { type Ink, imageSize, type Pictures, paintFocus, paintItems } from "../space/items.ts";
import type { Space } from "../space/space.ts";
import { paintAxes, paintLoop, paintPrototypes, paintRegions, paintTrails } from "./ground.ts";
import { type Atlas, atlasOf, mixedOrder, stampsOf } from "./marks.ts";
import type { MapState, Scene } from "./scene.ts";

export interface PlotOptions {
  space: Space;
  arrays: Arrays;
  config: Config;
  camera: Camera;
  hint: GestureOptions["hint"];
  on: GestureOptions["on"] & {
    /** The lasso's outline has changed. */
    drawn(): void;
  };
}

/** Pixels that leave room on one screen for what is said of the map. */
const HEIGHT = 384;

export type Plot = ReturnType<typeof plotOf>;

/** The map of a space. */
export function plotOf(options: PlotOptions) {
  const { space, camera, on, hint } = options;
  const { canvas, ctx, resize } = canvasOf({ class: "em-canvas", "aria-hidden": "true" });
  const node = mapNode(space.n, canvas);
  const painter = painterOf(options, ctx);
  let lassoing = false;
  gesturesOn({
    node,
    canvas,
    camera,
    on,
    at: (event) => {
      const box = canvas.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    },
    hit: (pixel) => painter.hit(pixel, 12),
    lassoing: () => lassoing,
    loop: (outline) => {
      painter.loop = outline;
      on.drawn();
    },
    enclosed: (outline) => enclosedBy(outline, painter.places(), camera),
    hint,
  });
  return {
    node,
    hasImages: painter.images !== null,
    paint: painter.paint,
    atlas: painter.atlas,
    /** Take a width. */
    fit(width: number): void {
      const height = Math.round(Math.min(HEIGHT, Math.max(300, 0.74 * width)));
      resize(width, height);
      camera.size(width, height);
      painter.fit(width, height);
    },
    /** The next item in a direction, -1 for none. */
    towards: (from: number, direction: Point) =>
      towards(painter.places(), from, direction, 0.5 / camera.scale),
    /** The item nearest to the middle of what is in sight. */
    central: () => painter.hit(painter.middle(), Infinity),
    /** Whether dragging draws a lasso. */
    get lassoing() {
      return lassoing;
    },
    set lassoing(next: boolean) {
      lassoing = next;
      node.classList.toggle("is-lasso", next);
    },
  };
}

function mapNode(n: number, canvas: HTMLCanvasElement): HTMLElement {
  const label =
    `Map of ${n} items. Arrow keys move to the next item in their direction, Enter pins it, ` +
    "Space chooses it, plus and minus zoom, 0 shows all, Shift and arrows move the map, " +
    "Escape lets go.";
  const role = { role: "application", "aria-roledescription": "map", "aria-label": label };
  return h("div", { class: "em-plot", tabindex: 0, ...role }, canvas);
}

/** What paints the map, and knows afterwards where its marks lie. */
function painterOf({ space, arrays, config, camera }: PlotOptions, ctx: CanvasRenderingContext2D) {
  const images = arrays.x?.shape.length === 4 ? arrays.x : null;
  const order = mixedOrder(space.n, space.isSupport);
  const inkAt = inkOf(space.n, images);
  const picturesOf = roomKeeper(order);
  let [width, height] = [0, 0];
  let state: MapState | null = null;
  let pictures: Pictures = { shown: new Uint8Array(space.n), size: 0 };
  const paint = (next: MapState) => {
    state = next;
    if (!width) return;
    const ink = inkAt(state.theme);
    const sides = config.has_sides;
    const names = config.class_names;
    const scene: Scene = { ctx, camera, width, height, space, sides, names, state };
    pictures = picturesOf(scene, images !== null);
    ctx.clearRect(0, 0, width, height);
    if (state.planes) paintRegions(scene, state.planes);
    if (state.trails) paintTrails(scene, state.trails);
    paintItems(scene, ink, pictures, order);
    if (state.prototypes) paintPrototypes(scene, state.prototypes);
    paintFocus(scene, ink, pictures);
    paintAxes(scene);
    if (self.loop) paintLoop(scene, self.loop);
  };
  const places = () => state?.items ?? new Float32Array();
  const half = (i: number) => (pictures.shown[i] ? pictures.size / 2 : -1);
  const self = {
    images,
    /** The lasso's outline as far as it is drawn, in pixels. */
    loop: null as Point[] | null,
    paint,
    places,
    atlas: (theme: Theme) => inkAt(theme).atlas,
    fit: (w: number, h: number) => ([width, height] = [w, h]),
    middle: (): Point => [width / 2, height / 2],
    hit: (pixel: Point, reach: number) => markAt({ places: places(), camera, reach, half }, pixel),
  };
  return self;
}

/** A function that gives stamps and atlas in a theme's colours, made anew when the theme changes. */
function inkOf(n: number, images: Arrays["x"] | null): (theme: Theme) => Ink {
  let look = "";
  let ink: Ink | null = null;
  return (theme) => {
    if (!ink || look !== theme.fg + theme.bg) {
      look = theme.fg + theme.bg;
      const stamps = stampsOf(theme, n > 500 ? 3.2 : n > 150 ? 4 : 5);
      const atlas: Atlas | null = images ? atlasOf(images, theme.fg) : null;
      ink = { stamps, atlas };
    }
    return ink;
  };
}

/** A function that gives which items stand as images, found anew when places, scale or size change. */
function roomKeeper(order: number[]): (scene: Scene, images: boolean) => Pictures {
  const none = { shown: new Uint8Array(order.length), size: 0 };
  const all = new Uint8Array(order.length).fill(1);
  let kept: { key: string; shown: Uint8Array } = { key: "", shown: all };
  return (scene, images) => {
    const { marks, items, layoutKey } = scene.state;
    if (!images || marks === "dots") return none;
    const size = imageSize(scene);
    if (marks === "images") return { shown: all, size };
    const { scale } = scene.camera;
    const key = `${layoutKey} ${size} ${scale.toPrecision(6)}`;
    if (key !== kept.key) kept = { key, shown: roomFor(items, order, scale, size + 3) };
    return { shown: kept.shown, size };
  };
}
