// Points of a plot under the reader's hand: dragged by the pointer, or moved, added and removed by keys.
import type { KeyMap } from "../shared/elements.ts";
import type { Side } from "../shared/packed_episode.ts";

export interface PointEdits {
  /** Whether points can be changed now. */
  able(): boolean;
  /** What a click beside all points adds; null for nothing. */
  adds(): Side | null;
  add(side: Side, place: readonly [number, number]): void;
  move(id: string, place: readonly [number, number]): void;
  remove(id: string): void;
  /** A drag begins or ends. */
  drag(on: boolean): void;
  dragging(): boolean;
}

export interface EditingOptions {
  edits: PointEdits;
  /** The id of the point at an event, "" for none. */
  hit: (event: MouseEvent) => string;
  /** The place at a pixel of the canvas, in the plot's own numbers and within it. */
  placeAt: (u: number, v: number) => readonly [number, number];
}

/** Pixels that a pointer may tremble in a click. */
const TREMBLE = 4;

/** Let the pointer drag points, and add them where it clicks beside them. */
export function editByPointer(canvas: HTMLCanvasElement, options: EditingOptions): void {
  const { edits, hit, placeAt } = options;
  let held: { id: string; u: number; v: number } | null = null;
  let moved = false;
  const place = (event: MouseEvent) => {
    const box = canvas.getBoundingClientRect();
    return placeAt(event.clientX - box.left, event.clientY - box.top);
  };
  canvas.addEventListener("pointerdown", (event) => {
    moved = false;
    const id = edits.able() && event.button === 0 ? hit(event) : "";
    held = id ? { id, u: event.clientX, v: event.clientY } : null;
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!held) return;
    const far = Math.hypot(event.clientX - held.u, event.clientY - held.v) > TREMBLE;
    if (!moved && !far) return;
    if (!moved) {
      moved = true;
      edits.drag(true);
      canvas.setPointerCapture(event.pointerId);
    }
    edits.move(held.id, place(event));
  });
  const release = () => {
    held = null;
    if (edits.dragging()) edits.drag(false);
  };
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
  canvas.addEventListener(
    "click",
    (event) => {
      const side = edits.able() ? edits.adds() : null;
      const adding = !moved && side && !hit(event);
      if (!moved && !adding) return;
      event.stopImmediatePropagation(); // it is no selection
      moved = false;
      if (adding) edits.add(side, place(event));
    },
    { capture: true },
  );
}

export interface EditKeysOptions {
  edits: PointEdits;
  /** The id of the item that is shown. */
  current: () => string;
  /** Where an item lies; the middle of the plot where there is none. */
  placeOf: (id: string) => readonly [number, number];
  /** How far one key press moves a point. */
  stride: () => readonly [number, number];
  announce: () => void;
}

/** Keys that edit: Shift and an arrow move the point shown, S and Q add one there, Delete removes it. */
export function editKeys(options: EditKeysOptions): KeyMap {
  const { edits, current, placeOf, stride, announce } = options;
  const when = (act: () => void) => () => {
    if (!edits.able()) return;
    act();
    announce();
  };
  const by = (across: number, up: number) =>
    when(() => {
      const id = current();
      if (!id) return;
      const [[x, y], [dx, dy]] = [placeOf(id), stride()];
      edits.move(id, [x + across * dx, y + up * dy]);
    });
  const add = (side: Side) =>
    when(() => {
      const [[x, y], [dx, dy]] = [placeOf(current()), stride()];
      edits.add(side, [x + dx, y + dy]);
    });
  const remove = when(() => {
    if (current()) edits.remove(current());
  });
  return {
    "Shift+ArrowLeft": by(-1, 0),
    "Shift+ArrowRight": by(1, 0),
    "Shift+ArrowUp": by(0, 1),
    "Shift+ArrowDown": by(0, -1),
    s: add("support"),
    q: add("query"),
    Delete: remove,
    Backspace: remove,
  };
}
