// The part of a map that is in sight, kept in its model's `zoom`, with the buttons and keys that change it.
import { type Child, h, type KeyMap } from "../../shared/elements.ts";
import { type BaseTraits, listen, type Model } from "../../shared/model.ts";
import { later } from "../../shared/repaint.ts";
import type { Camera } from "./camera.ts";
import type { Point } from "./places.ts";

export interface ZoomTraits extends BaseTraits<unknown> {
  /** [x, y, width in sight in the map's units], [] for all. */
  zoom: number[];
}

export interface MapZoomOptions {
  model: Model<ZoomTraits>;
  camera: Camera;
  repaint: () => void;
  /** The pixel that stays where it is while buttons and keys zoom; by default the middle. */
  about?: () => Point | [];
  signal: AbortSignal;
}

export type MapZoom = ReturnType<typeof mapZoomOf>;

/** Keep a camera and the model's `zoom` the same. */
export function mapZoomOf({ model, camera, repaint, about = () => [], signal }: MapZoomOptions) {
  let fitted = false;
  const save = () => {
    model.set("zoom", camera.whole ? [] : camera.saved());
    model.save_changes();
  };
  // A model hears of where the map came to rest, not of each frame.
  const saveLater = later(save, signal, 200);
  const moved = () => {
    saveLater();
    repaint();
  };
  const changed = () => {
    const zoom = model.get("zoom");
    const now = camera.saved();
    const off = (value: number, i: number) => Math.abs(value - now[i]) > 1e-9 * Math.abs(value);
    if (zoom.length === 3 && zoom.some(off)) camera.restore(zoom);
    else if (!zoom.length && !camera.whole) camera.reset();
    else return;
    repaint();
  };
  listen(model, "change:zoom", changed, signal);
  return {
    /** Save where the camera stands, once it has come to rest. */
    settle: saveLater,
    /** Say that the camera was moved: paint, and save. */
    moved,
    /** Zoom by a factor. */
    by(factor: number): void {
      camera.zoomAt(factor, ...about());
      moved();
    },
    showAll(): void {
      camera.reset();
      moved();
    },
    /** Stand where the model says, or show all. */
    restore: () => camera.restore(model.get("zoom")),
    /** Say that the map has another width: what was all in sight stays all in sight. */
    fit(): void {
      if (!fitted) camera.restore(model.get("zoom"));
      else if (!model.get("zoom").length) camera.reset();
      fitted = true;
    },
  };
}

/** The keys that zoom a map. */
export function zoomKeys({ by, showAll }: Pick<MapZoom, "by" | "showAll">): KeyMap {
  const [closer, away] = [() => by(1.5), () => by(1 / 1.5)];
  return { "+": closer, "Shift++": closer, "=": closer, "-": away, 0: showAll };
}

const WHEEL = "Ctrl and the wheel, or a pinch, does it too";

/** What is said over a map to whoever turns the wheel without Ctrl: the page scrolls, and the map stays as it is. */
export function zoomHint(signal: AbortSignal) {
  const mac = /Mac|iP(hone|ad)/.test(navigator.platform);
  const text = `Hold ${mac ? "\u2318" : "Ctrl"} and turn the wheel, or pinch, to zoom the map`;
  const node = h("p", { class: "mw-map-hint", hidden: true, "aria-hidden": "true" }, text);
  const hide = () => {
    node.hidden = true;
  };
  const hideLater = later(hide, signal, 1500);
  const show = () => {
    node.hidden = false;
    hideLater();
  };
  return { node, show, hide };
}

/** A small square button in a corner of a map; `prefix` is that of the component's classes. */
export function mapButton(
  prefix: string,
  given: { show: Child; name: string; also?: string; onclick: () => void },
): HTMLButtonElement {
  const { show, name, also, onclick } = given;
  const title = also ? `${name} (${also})` : name;
  const look = { type: "button", class: `mw-button ${prefix}-zoom`, title, onclick };
  return h("button", { ...look, "aria-label": name }, show);
}

/** The buttons of a map, in its corner: those that zoom, and `more`. */
export function mapTools(
  prefix: string,
  { by, showAll }: Pick<MapZoom, "by" | "showAll">,
  ...more: Child[]
): HTMLElement {
  return h(
    "div",
    { class: `${prefix}-tools`, role: "toolbar", "aria-label": "Map" },
    mapButton(prefix, { show: "+", name: "Zoom in", also: WHEEL, onclick: () => by(1.5) }),
    mapButton(prefix, {
      show: "\u2212",
      name: "Zoom out",
      also: WHEEL,
      onclick: () => by(1 / 1.5),
    }),
    mapButton(prefix, { show: "\u2922", name: "Show all", onclick: showAll }),
    more,
  );
}
