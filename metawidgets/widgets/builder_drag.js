// Dragging an item with a mouse, a finger or a pen: a ghost follows, the place where it would land is marked, Escape lets go.

// mwbDrag({root, start(target) -> {key, picture} or null, over(element, x, y) -> place or null, drop(key, place), click(key), signal})
function mwbDrag({ root, start, over, drop, click, signal }) {
  let held = null; // {key, pointer, x, y, ghost, place}
  const mark = (place) => {
    if (held.place?.strip !== place?.strip) held.place?.strip.classList.remove("is-target");
    held.place?.next?.classList.remove("is-next");
    held.place = place;
    place?.strip.classList.add("is-target");
    place?.next?.classList.add("is-next");
  };
  const end = () => {
    if (!held) return null;
    const last = held;
    mark(null);
    held.ghost?.remove();
    root.classList.remove("is-dragging");
    held = null;
    return last;
  };
  const lift = (event) => {
    held.ghost = mwEl("div", { class: "eb-ghost", "aria-hidden": "true" }, held.picture());
    root.append(held.ghost);
    root.classList.add("is-dragging");
    if (root.hasPointerCapture && !root.hasPointerCapture(event.pointerId)) root.setPointerCapture(event.pointerId);
  };
  root.addEventListener("pointerdown", (event) => {
    const found = event.button === 0 && event.isPrimary && !held ? start(event.target) : null;
    if (found) held = { ...found, pointer: event.pointerId, x: event.clientX, y: event.clientY, place: null };
  });
  root.addEventListener("pointermove", (event) => {
    if (!held || event.pointerId !== held.pointer) return;
    if (!held.ghost && Math.hypot(event.clientX - held.x, event.clientY - held.y) < 5) return;
    if (!held.ghost) lift(event);
    held.ghost.style.transform = `translate(${event.clientX}px, ${event.clientY}px) translate(-50%, -60%)`;
    const element = document.elementFromPoint(event.clientX, event.clientY);
    mark(root.contains(element) ? over(element, event.clientX, event.clientY, held.key) : null);
    // Near an edge of the window the page comes along.
    const edge = 36;
    if (event.clientY < edge) scrollBy(0, -12);
    else if (event.clientY > innerHeight - edge) scrollBy(0, 12);
  });
  root.addEventListener("pointerup", (event) => {
    if (!held || event.pointerId !== held.pointer) return;
    const place = held.place;
    const last = end();
    if (!last.ghost) click(last.key);
    else if (place) drop(last.key, place);
  });
  root.addEventListener("pointercancel", end);
  addEventListener("keydown", (event) => { if (held?.ghost && event.key === "Escape") { event.stopPropagation(); end(); } }, { capture: true, signal });
  addEventListener("blur", end, { signal });
  signal?.addEventListener("abort", end);
}
