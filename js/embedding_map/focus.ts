// Who is shown in detail, who is pinned and who was chosen, and what moves them.
import type { Camera } from "../plot/map/camera.ts";
import type { Point } from "../plot/map/places.ts";
import type { MapZoom } from "../plot/map/zoom.ts";
import type { Model } from "../shared/model.ts";
import type { Selection } from "../shared/selection.ts";
import type { Config, Traits } from "./model.ts";
import type { Layouts } from "./plot/layout.ts";
import type { Plot } from "./plot/plot.ts";
import type { Space } from "./space/space.ts";

export interface Shown {
  /** The item, -1 for none. */
  current: number;
  /** Why it is shown. */
  mode: "pinned" | "pointed" | "typical";
}

export type Focus = ReturnType<typeof focusOf>;

/** Read who is in focus from the selection that components share, and from the model. */
export function focusOf(given: {
  model: Model<Traits>;
  selection: Selection;
  space: Space;
  step: () => number;
}) {
  const { model, selection, space, step } = given;
  const selected = () => space.index.get(selection.get()) ?? -1;
  const shown = (): Shown => {
    const current = selected();
    if (current >= 0) return { current, mode: selection.pinned() ? "pinned" : "pointed" };
    return { current: space.farthest(step(), model.get("metric")), mode: "typical" };
  };
  return {
    shown,
    /** The item that is pinned, -1 for none. */
    pinned: () => (selection.pinned() ? selected() : -1),
    anyChosen: () => Boolean(model.get("lasso")?.length),
    /** The items that were chosen. */
    chosen: () =>
      (model.get("lasso") ?? [])
        .map((id) => space.index.get(id))
        .filter((i): i is number => i !== undefined),
  };
}

export interface ActionOptions {
  config: Config;
  selection: Selection;
  focus: Focus;
  camera: Camera;
  zoom: MapZoom;
  layouts: Layouts;
  step: () => number;
  save: (values: Partial<Traits>) => void;
  say: (text: string) => void;
  repaint: () => void;
}

export type Actions = ReturnType<typeof actionsOf>;

/** What a reader does to the items. */
export function actionsOf(options: ActionOptions) {
  const { config, selection, focus, camera, zoom, layouts, step, save, say, repaint } = options;
  let pointed = -1;
  const idOf = (i: number) => (i < 0 ? "" : config.ids[i]);
  const reveal = (i: number) => {
    const { items } = layouts.at(step());
    camera.reveal(items[2 * i], items[2 * i + 1]);
    zoom.settle();
  };
  const hover = (i: number) => {
    if (pointed === i) return;
    pointed = i;
    selection.hover(idOf(i));
    repaint();
  };
  /** Pin an item, or let go the one that is pinned. */
  const toggle = (i: number) => {
    selection.set(focus.pinned() === i ? "" : idOf(i));
    repaint();
  };
  /** Pin an item and bring it into sight. */
  const pin = (i: number) => {
    selection.set(idOf(i));
    reveal(i);
    repaint();
  };
  const pick = (i: number) => {
    if (i >= 0) toggle(i);
    else if (focus.pinned() >= 0) selection.set("");
    repaint();
  };
  const choose = (indices: number[]) => {
    save({ lasso: indices.map(idOf) });
    say(indices.length ? `${indices.length} items chosen.` : "No items chosen.");
    repaint();
  };
  /** Choose the item shown, or leave it out again. */
  const chooseShown = () => {
    const { current } = focus.shown();
    if (current < 0) return;
    const now = focus.chosen();
    choose(now.includes(current) ? now.filter((i) => i !== current) : [...now, current]);
  };
  /** Go to the next item in a direction; say whether there is one. */
  const go = (plot: Plot, direction: Point): boolean => {
    const { current, mode } = focus.shown();
    const first = mode === "typical" && pointed < 0;
    const next = first ? plot.central() : plot.towards(current, direction);
    if (next < 0) return false;
    pointed = next;
    if (focus.pinned() >= 0) selection.set(idOf(next));
    else selection.hover(idOf(next));
    reveal(next);
    return true;
  };
  /** Let go of the item shown, or of all that were chosen. */
  const letGo = () => {
    if (selection.get()) {
      pointed = -1;
      selection.set("");
    } else if (focus.anyChosen()) choose([]);
    repaint();
  };
  return { hover, pick, pin, choose, chooseShown, go, letGo };
}
