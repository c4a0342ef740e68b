// Dragging a query: a copy follows the pointer; where it is let go on a card, the query belongs to that class.
import { type Child, h } from "../shared/elements.ts";

export interface DragOptions {
  /** Whether the query may be dragged now. */
  may: (q: number) => boolean;
  cards: () => HTMLElement[];
  /** What follows the pointer. */
  face: (q: number) => Child;
  /** Where it is put while it does. */
  holder: HTMLElement;
  onDrop: (q: number, k: number) => void;
}

export type Drag = ReturnType<typeof draggingOf>;

export function draggingOf({ may, cards, face, holder, onDrop }: DragOptions) {
  let ghost: HTMLElement | null = null;
  let quiet = 0;
  const cardAt = ({ clientX, clientY }: PointerEvent) =>
    cards().findIndex((card) => {
      const box = card.getBoundingClientRect();
      return (
        clientX >= box.left && clientX <= box.right && clientY >= box.top && clientY <= box.bottom
      );
    });
  const mark = (over: number) => {
    for (const [k, card] of cards().entries()) card.classList.toggle("is-over", k === over);
  };
  const begin = (node: HTMLElement, q: number, start: PointerEvent) => {
    const move = (event: PointerEvent) => {
      const far = Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY);
      if (!ghost && far < 6) return;
      if (!ghost) {
        ghost = h("div", { class: "yl-ghost", "aria-hidden": "true" }, face(q));
        holder.append(ghost);
      }
      ghost.style.left = `${event.clientX}px`;
      ghost.style.top = `${event.clientY}px`;
      mark(cardAt(event));
    };
    const end = (event: PointerEvent) => {
      node.removeEventListener("pointermove", move);
      if (!ghost) return;
      ghost.remove();
      ghost = null;
      mark(-1);
      quiet = performance.now() + 80; // the click that ends a drag is none
      const k = cardAt(event);
      if (event.type === "pointerup" && k >= 0) onDrop(q, k);
    };
    node.setPointerCapture(start.pointerId);
    node.addEventListener("pointermove", move);
    node.addEventListener("pointerup", end, { once: true });
    node.addEventListener("pointercancel", end, { once: true });
  };
  return {
    /** Let a node be dragged as query q. */
    on(node: HTMLElement, q: number): void {
      node.addEventListener("pointerdown", (event) => {
        if (!event.button && may(q)) begin(node, q, event);
      });
    },
    /** Swallow the click that ends a drag, wherever in `place` it falls. */
    guard(place: HTMLElement): void {
      const swallow = (event: Event) => {
        if (performance.now() < quiet) event.stopPropagation();
      };
      place.addEventListener("click", swallow, { capture: true });
    },
  };
}
