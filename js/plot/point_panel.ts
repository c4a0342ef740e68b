// A plot whose points can be pointed at, chosen by keys, and selected: what curves and regions share.
import { h, type KeyMap, keys } from "../shared/elements.ts";
import { type Selection, selectByPointer } from "../shared/selection.ts";
import type { Theme } from "../shared/theme.ts";
import { canvasOf } from "./canvas.ts";
import { editByPointer, editKeys, type PointEdits } from "./point_edits.ts";
import { dotMark } from "./shapes.ts";

const EDIT_KEYS =
  " Shift with an arrow moves the point, S adds a support point and Q a query there, Delete removes it.";

/** Where items lie: id -> [x, y] in pixels. */
export type Places = Map<string, readonly [number, number]>;

/** What a panel needs to know of the moment: the item shown, and the theme. */
export interface PanelState {
  shown: string;
  pinned: boolean;
  theme: Theme;
}

export interface ItemKeysOptions {
  /** In the order in which arrow up and down visit them. */
  items: readonly { id: string }[] | (() => readonly { id: string }[]);
  selection: Selection;
  announce: () => void;
  /** The id of the item that is shown. */
  current: () => string;
}

export interface PointPanelOptions<State extends PanelState> extends ItemKeysOptions {
  label: string;
  /** Draw, and return where the points lie. */
  draw: (ctx: CanvasRenderingContext2D, width: number, height: number, state: State) => Places;
  /** The keys that move the step: the plot must not swallow them. */
  stepKeys: KeyMap;
  /** What edits the points, where they can be edited. */
  edits?: PointEdits;
  /** The plot's own numbers: of a pixel, held within the plot, and of an item (its middle for ""); one key press's way. */
  numbers?: {
    at(u: number, v: number): readonly [number, number];
    of(id: string): readonly [number, number];
    stride(): readonly [number, number];
  };
}

/** A focusable plot with points. */
export function pointPanelOf<State extends PanelState>(options: PointPanelOptions<State>) {
  const { label, draw, selection, stepKeys } = options;
  const { canvas, ctx, resize } = canvasOf({ class: "il-canvas", "aria-hidden": "true" });
  const node = h(
    "div",
    {
      class: "il-plot",
      tabindex: 0,
      role: "application",
      "aria-roledescription": "plot",
      "aria-label":
        `${label}. Up and down visit the points, left and right move the step, Enter selects, ` +
        `Escape lets go.${options.edits ? EDIT_KEYS : ""}`,
    },
    canvas,
  );
  let size: [number, number] = [0, 0];
  let places: Places = new Map();
  const paint = (state: State) => {
    if (!size[0]) return;
    ctx.clearRect(0, 0, ...size);
    places = draw(ctx, ...size, state);
    const place = places.get(state.shown);
    if (!place) return;
    ctx.lineWidth = state.pinned ? 2.5 : 1.5;
    ctx.strokeStyle = state.theme.fg;
    dotMark(ctx, ...place, 10, false);
  };
  const nearest = (event: MouseEvent) => {
    const box = canvas.getBoundingClientRect();
    return nearestIn(places, event.clientX - box.left, event.clientY - box.top);
  };
  const { edits, numbers } = options;
  if (edits && numbers) {
    editByPointer(canvas, { edits, hit: nearest, placeAt: numbers.at });
    const { current, announce } = options;
    const { of: placeOf, stride } = numbers;
    keys(node, {
      ...stepKeys,
      ...itemKeys(options),
      ...editKeys({ edits, current, placeOf, stride, announce }),
    });
  } else keys(node, { ...stepKeys, ...itemKeys(options) });
  selectByPointer(canvas, nearest, selection, { beside: true });
  const fit = (width: number, height: number) => {
    size = [width, height];
    resize(width, height);
  };
  return { node, paint, fit };
}

/** The id of the place nearest to a pixel, "" where none is near. */
function nearestIn(places: Places, u: number, v: number): string {
  let best = "";
  let least = 18;
  for (const [id, [x, y]] of places) {
    const distance = Math.hypot(x - u, y - v);
    if (distance < least) [best, least] = [id, distance];
  }
  return best;
}

/**
 * Arrow up and down go through items from the current one, Enter selects, Escape lets go; while one is selected,
 * moving moves the selection.
 */
export function itemKeys({ items: given, selection, announce, current }: ItemKeysOptions): KeyMap {
  const items = typeof given === "function" ? given : () => given;
  const place = () =>
    Math.max(
      0,
      items().findIndex(({ id }) => id === current()),
    );
  const go = (by: number) => {
    const last = items().length - 1;
    const { id } = items()[Math.min(last, Math.max(0, place() + by))];
    if (selection.pinned()) selection.set(id);
    else selection.hover(id);
    announce();
  };
  const select = (id: string) => {
    selection.set(id);
    announce();
  };
  return {
    ArrowUp: () => go(-1),
    ArrowDown: () => go(1),
    PageUp: () => go(-10),
    PageDown: () => go(10),
    Enter: () => select(items()[place()].id),
    Escape: () => select(""),
  };
}
