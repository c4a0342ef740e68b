// Pointer and wheel on a map: dragging moves it, or draws a lasso; the wheel zooms only where it is meant to, or a page
// could not be scrolled past the map.
import { focused } from "../../shared/elements.ts";
import type { Camera } from "./camera.ts";
import type { Point } from "./places.ts";

export interface GestureOptions {
  /** What takes the focus. */
  node: HTMLElement;
  /** What is pointed at. */
  canvas: HTMLCanvasElement;
  camera: Camera;
  /** Where an event is, in pixels of the canvas. */
  at: (event: MouseEvent) => Point;
  /** The index of the mark at a pixel, -1 for none. */
  hit: (place: Point) => number;
  on: {
    hover(i: number): void;
    pick(i: number): void;
    /** Indices inside a lasso. */
    chosen(indices: number[]): void;
    moved(): void;
  };
  /** Whether dragging draws a lasso (as it does with Shift). */
  lassoing: () => boolean;
  /** Show the outline of a lasso, null when it is done. */
  loop: (outline: Point[] | null) => void;
  enclosed: (outline: Point[]) => number[];
  /** Says how to zoom to whoever turns the wheel without Ctrl. */
  hint?: { show(): void; hide(): void };
}

interface Drag {
  place: Point;
  last: Point;
  moved: boolean;
  outline: Point[] | null;
}

/** Let pointer, touch and wheel move a map. */
export function gesturesOn(options: GestureOptions): void {
  const { node, canvas, camera, at, hit, on, lassoing, loop, enclosed } = options;
  const pinch = pinchOf(camera);
  let drag: Drag | null = null;
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    const place = at(event);
    if (pinch.down(event.pointerId, place)) {
      drag = null;
      loop(null);
      return;
    }
    const outline = event.shiftKey || lassoing() ? [place] : null;
    drag = { place, last: place, moved: false, outline };
    node.focus({ preventScroll: true });
  });
  canvas.addEventListener("pointermove", (event) => {
    const place = at(event);
    if (pinch.move(event.pointerId, place)) {
      on.moved();
      return;
    }
    if (!drag) {
      on.hover(hit(place));
      return;
    }
    if (!drag.moved && distance(place, drag.place) < 4) return;
    drag.moved = true;
    if (drag.outline) {
      drag.outline.push(place);
      loop(drag.outline);
    } else {
      camera.pan(place[0] - drag.last[0], place[1] - drag.last[1]);
      on.moved();
    }
    drag.last = place;
  });
  const up = (event: PointerEvent) => {
    if (pinch.up(event.pointerId) || !drag) return;
    const ended = drag;
    drag = null;
    loop(null);
    if (event.type === "pointercancel") return;
    if (!ended.moved) on.pick(hit(ended.place));
    else if (ended.outline) on.chosen(enclosed(ended.outline));
  };
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  canvas.addEventListener("pointerleave", () => {
    if (!drag) on.hover(-1);
  });
  wheelOn(options);
}

/** Zoom by the wheel with Ctrl (a pinch on a touchpad arrives as this), or where the map has the focus; else say how. */
function wheelOn({ node, canvas, camera, at, on, hint }: GestureOptions): void {
  const turn = (event: WheelEvent) => {
    if (!event.ctrlKey && !event.metaKey && focused(node) !== node) {
      hint?.show();
      return;
    }
    event.preventDefault();
    hint?.hide();
    const pixels = (event.deltaMode === 1 ? 30 : 1) * event.deltaY;
    const factor = Math.exp(-0.0022 * Math.max(-300, Math.min(300, pixels)));
    camera.zoomAt(factor, ...at(event));
    on.moved();
  };
  canvas.addEventListener("wheel", turn, { passive: false });
}

/** Two fingers zoom and move together: what lay between them stays between them. Each call says whether a pinch is under way. */
function pinchOf(camera: Camera) {
  const touches = new Map<number, Point>();
  let last: { size: number; middle: Point } | null = null;
  const spread = () => {
    const [a, b] = [...touches.values()];
    const middle: Point = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
    return { size: distance(a, b), middle };
  };
  return {
    down(id: number, place: Point): boolean {
      touches.set(id, place);
      if (touches.size === 2) last = spread();
      return touches.size === 2;
    },
    move(id: number, place: Point): boolean {
      if (touches.has(id)) touches.set(id, place);
      if (!last || touches.size !== 2) return false;
      const now = spread();
      camera.zoomAt(now.size / (last.size || 1), ...last.middle);
      camera.pan(now.middle[0] - last.middle[0], now.middle[1] - last.middle[1]);
      last = now;
      return true;
    },
    up(id: number): boolean {
      const pinching = last !== null;
      touches.delete(id);
      if (touches.size < 2) last = null;
      return pinching;
    },
  };
}

function distance([a, b]: Point, [c, d]: Point): number {
  return Math.hypot(a - c, b - d);
}
