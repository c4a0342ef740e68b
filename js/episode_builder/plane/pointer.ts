// The pointer in the plot: a click places a point, dragging moves one, Escape lets go.
import type { EpisodeDocument, Point } from "../../episode_document/types.ts";
import type { Plane } from "../../plot/svg_plane.ts";
import type { Store } from "../store.ts";
import { placed } from "./range.ts";

/** What the pointer holds: an item, or nothing that a click could place. */
export interface Held {
  key: string | null;
  pointer: number;
  /** Where it went down, in pixels. */
  from: [number, number];
  moved: boolean;
  /** Where the item is now. */
  at: Point | null;
  /** Where the pointer went down, in the units of the axes. */
  start: Point;
}

export interface PointerOptions {
  plot: SVGSVGElement;
  store: Store;
  /** The axes, null before they are known. */
  plane: () => Plane | null;
  paint: () => void;
  /** A click beside all items; `other` with Shift, for the other set. */
  add: (at: Point, other: boolean) => void;
  /** An item was clicked or moved. */
  pick: (key: string) => void;
  signal: AbortSignal;
}

/** Let a plot be clicked and its items be dragged; return what tells what is held. */
export function pointerOn(options: PointerOptions): () => Held | null {
  const { plot, store, plane, paint, add, pick, signal } = options;
  let held: Held | null = null;
  const itemOf = (key: string | null) => store.document().items[key ?? ""];
  const release = () => {
    if (!held) return;
    held = null;
    paint();
  };
  plot.addEventListener("pointerdown", (event) => {
    const axes = plane();
    if (event.button !== 0 || !event.isPrimary || held || !axes) return;
    const key = nearest(plot, store, axes, event);
    const from: [number, number] = [event.clientX, event.clientY];
    const start = placeOf(plot, axes, event);
    const at = itemOf(key)?.at ?? null;
    held = { key, pointer: event.pointerId, from, moved: false, at, start };
    try {
      plot.setPointerCapture(event.pointerId);
    } catch {
      // The pointer is gone already.
    }
  });
  plot.addEventListener("pointermove", (event) => {
    if (!held || event.pointerId !== held.pointer) return;
    const [u, v] = held.from;
    if (Math.hypot(event.clientX - u, event.clientY - v) > 4) held.moved = true;
    const from = itemOf(held.key)?.at;
    if (!held.moved || !from) return;
    const to = placeOf(plot, plane()!, event);
    held.at = placed(from[0] + to[0] - held.start[0], from[1] + to[1] - held.start[1]);
    paint();
  });
  plot.addEventListener("pointerup", (event) => {
    if (!held || event.pointerId !== held.pointer) return;
    const { key, moved, at } = held;
    held = null;
    if (key && moved && at) moveTo(store, key, () => at);
    if (key) pick(key);
    else if (!moved) add(placeOf(plot, plane()!, event), event.shiftKey);
    paint();
  });
  plot.addEventListener("pointercancel", release);
  const letGo = (event: KeyboardEvent) => {
    if (!held?.moved || event.key !== "Escape") return;
    event.stopPropagation();
    release();
  };
  addEventListener("keydown", letGo, { capture: true, signal });
  return () => held;
}

/** Move an item to where `to` says, if it is still there; moves of one batch are one to undo. */
export function moveTo(store: Store, key: string, to: (at: Point) => Point, batch = ""): void {
  const change = ({ items }: EpisodeDocument) => {
    if (!items[key]) return false;
    items[key].at = to(items[key].at!);
    return true;
  };
  store.edit("move an item", change, batch);
}

/** Where the pointer is, in the units of the axes. */
function placeOf(plot: SVGSVGElement, { x, y }: Plane, event: PointerEvent): Point {
  const box = plot.getBoundingClientRect();
  return placed(x.invert(event.clientX - box.left), y.invert(event.clientY - box.top));
}

/** The item under the pointer: of several, the one whose middle is nearest, whichever lies on top. */
function nearest(plot: SVGSVGElement, store: Store, { x, y }: Plane, event: PointerEvent) {
  const box = plot.getBoundingClientRect();
  const [u, v] = [event.clientX - box.left, event.clientY - box.top];
  let best: string | null = null;
  let least = Infinity;
  for (const [key, { at }] of Object.entries(store.document().items)) {
    const away = Math.hypot(x(at![0]) - u, y(at![1]) - v);
    if (away < least) [best, least] = [key, away];
  }
  return least <= 12 ? best : null;
}
