// Dragging an item with a mouse, a finger or a pen: a ghost follows, the place where it would land is marked, Escape lets go.
import type { Destination } from "../episode_document/edits.ts";
import type { Place } from "../episode_document/types.ts";
import { h } from "../shared/elements.ts";

/** Where an item would land. */
interface Landing {
  strip: HTMLElement;
  /** The item before which it would stand. */
  next: HTMLElement | undefined;
}

/** What is held by the pointer. */
interface Held {
  key: string;
  pointer: number;
  x: number;
  y: number;
  /** Nothing until the pointer has moved. */
  ghost: HTMLElement | null;
  landing: Landing | null;
}

export interface DragOptions {
  /** The sheet. */
  root: HTMLElement;
  picture: (key: string) => HTMLCanvasElement | null;
  /** The item was let go where it would land. */
  drop: (key: string, to: Destination) => void;
  /** The item was not moved. */
  click: (key: string) => void;
  signal: AbortSignal;
}

/** Let the items of a sheet be dragged. */
export function dragItems({ root, picture, drop, click, signal }: DragOptions): void {
  let held: Held | null = null;
  const end = () => {
    const last = held;
    held = null;
    if (last) putDown(root, last);
    return last;
  };
  const isHeld = (event: PointerEvent) => held?.pointer === event.pointerId;
  root.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !event.isPrimary || held) return;
    const key = (event.target as Element).closest<HTMLElement>(".eb-item")?.dataset.key;
    if (!key) return;
    const { pointerId: pointer, clientX: x, clientY: y } = event;
    held = { key, pointer, x, y, ghost: null, landing: null };
  });
  root.addEventListener("pointermove", (event) => {
    if (!held || !isHeld(event)) return;
    const far = Math.hypot(event.clientX - held.x, event.clientY - held.y) >= 5;
    if (!held.ghost && !far) return;
    held.ghost ??= lifted(root, picture(held.key), event.pointerId);
    const place = `translate(${event.clientX}px, ${event.clientY}px)`;
    held.ghost.style.transform = `${place} translate(-50%, -60%)`;
    mark(held, landingAt(root, event, held.key));
    scrollNearEdge(event);
  });
  root.addEventListener("pointerup", (event) => {
    if (!isHeld(event)) return;
    const landing = held?.landing;
    const { key, ghost } = end()!;
    if (!ghost) click(key);
    else if (landing) drop(key, destinationOf(landing));
  });
  root.addEventListener("pointercancel", end);
  const letGo = (event: KeyboardEvent) => {
    if (!held?.ghost || event.key !== "Escape") return;
    event.stopPropagation();
    end();
  };
  addEventListener("keydown", letGo, { capture: true, signal });
  addEventListener("blur", end, { signal });
  signal.addEventListener("abort", end);
}

function lifted(
  root: HTMLElement,
  picture: HTMLCanvasElement | null,
  pointer: number,
): HTMLElement {
  const props = { class: "eb-ghost", "aria-hidden": "true", popover: "manual" };
  const ghost = h("div", props, picture);
  root.append(ghost);
  // In the top layer its place is that of the window: the component's container would shift what is fixed.
  ghost.showPopover?.();
  root.classList.add("is-dragging");
  if (!root.hasPointerCapture(pointer)) root.setPointerCapture(pointer);
  return ghost;
}

function putDown(root: HTMLElement, held: Held): void {
  mark(held, null);
  held.ghost?.remove();
  root.classList.remove("is-dragging");
}

/** Mark where it would land, and no other place. */
function mark(held: Held, landing: Landing | null): void {
  const last = held.landing;
  if (last?.strip !== landing?.strip) last?.strip.classList.remove("is-target");
  last?.next?.classList.remove("is-next");
  held.landing = landing;
  landing?.strip.classList.add("is-target");
  landing?.next?.classList.add("is-next");
}

/** The strip under a pointer, and the item before which another would stand there; null beside all strips. */
function landingAt(root: HTMLElement, event: PointerEvent, key: string): Landing | null {
  const [x, y] = [event.clientX, event.clientY];
  const under = (root.getRootNode() as ShadowRoot).elementFromPoint(x, y);
  const strip = root.contains(under) ? under?.closest<HTMLElement>(".eb-strip") : null;
  if (!strip) return null;
  const others = [...strip.querySelectorAll<HTMLElement>(".eb-item")];
  const next = others.find((each) => {
    const box = each.getBoundingClientRect();
    const before = y < box.top || (y <= box.bottom + 4 && x < box.left + box.width / 2);
    return before && each.dataset.key !== key;
  });
  return { strip, next };
}

function destinationOf({ strip, next }: Landing): Destination {
  const { side, cls } = strip.dataset;
  return { side: side as Place, cls: Number(cls), before: next?.dataset.key };
}

/** Near an edge of the window the page comes along. */
function scrollNearEdge({ clientY }: PointerEvent): void {
  const edge = 36;
  if (clientY < edge) scrollBy(0, -12);
  else if (clientY > innerHeight - edge) scrollBy(0, 12);
}
