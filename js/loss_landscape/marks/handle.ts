// The initialisation as a handle that is dragged, or moved by keys.
import { h, keys } from "../../shared/elements.ts";
import type { Config, Place } from "../model.ts";
import { within } from "../surface/square.ts";

export interface HandleEvents {
  /** Where it is; keys may come faster than frames. */
  where(): Place;
  /** It is moved to a place. */
  hold(place: Place, by: "pointer" | "keys"): void;
  /** It is let go, or its path is asked for. */
  release(): void;
  /** Back to the learner's own initialisation. */
  home(): void;
}

export interface HandleOptions {
  on: HandleEvents;
  /** The place of the plane under the pointer. */
  placeOf: (event: MouseEvent) => Place;
  range: () => Config["range"];
}

export function handleOf(options: HandleOptions) {
  const { on } = options;
  const node = h("button", {
    type: "button",
    class: "ll-handle",
    "aria-label": "Initialisation",
  });
  const isDragged = dragged(node, options);
  // Enter and space press the button; a mouse's click does nothing.
  node.addEventListener("click", (event) => {
    if (event.detail === 0) on.release();
  });
  keys(node, {
    ...moveKeys(options),
    Home: on.home,
    Escape: on.home,
    Enter: on.release,
    " ": on.release,
  });
  return { node, isDragged };
}

/** Let the pointer drag the handle; return whether it does so now. */
function dragged(node: HTMLElement, { on, placeOf }: HandleOptions): () => boolean {
  let dragging = false;
  let pressed: [x: number, y: number] | null = null; // a press that is no drag yet
  node.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    node.setPointerCapture(event.pointerId);
    dragging = true;
    pressed = [event.clientX, event.clientY];
  });
  node.addEventListener("pointermove", (event) => {
    if (!dragging) return;
    const gone = pressed ? Math.hypot(event.clientX - pressed[0], event.clientY - pressed[1]) : 3;
    if (gone < 3) return;
    pressed = null;
    on.hold(placeOf(event), "pointer");
  });
  const drop = () => {
    const released = dragging && !pressed;
    dragging = false;
    if (released) on.release();
  };
  node.addEventListener("pointerup", drop);
  node.addEventListener("pointercancel", drop);
  return () => dragging;
}

/** Arrow keys move by a part of the square, with Shift further. */
function moveKeys({ on, range }: HandleOptions) {
  const nudge = (right: number, up: number) => (event: KeyboardEvent) => {
    const part = event.shiftKey ? 1 / 10 : 1 / 50;
    const [u, v] = on.where();
    const { x, y } = range();
    const to = (value: number, reach: [number, number], by: number) =>
      within(value + by * part * (reach[1] - reach[0]), reach);
    on.hold([to(u, x, right), to(v, y, up)], "keys");
  };
  return {
    ArrowLeft: nudge(-1, 0),
    ArrowRight: nudge(1, 0),
    ArrowUp: nudge(0, 1),
    ArrowDown: nudge(0, -1),
  };
}
