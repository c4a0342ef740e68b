// Pointer and wheel on a map: dragging moves it, or draws a lasso; the wheel zooms only where it is meant to, or a page could not be
// scrolled past the map.

// on: {hover(i), pick(i), chosen(indices), moved(), paint()}; loop(points) shows the outline, null when it is done.
function emGestures({ node, canvas, camera, at, hit, on, lassoing, loop, enclosed }) {
  let down = null; // {place, last, outline, moved}
  let pinch = null;
  const touches = new Map();
  const spread = () => {
    const [a, b] = [...touches.values()];
    return { size: Math.hypot(a[0] - b[0], a[1] - b[1]), middle: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2] };
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    const place = at(event);
    touches.set(event.pointerId, place);
    if (touches.size === 2) { down = null; pinch = spread(); loop(null); return; }
    down = { place, last: place, moved: false, outline: event.shiftKey || lassoing() ? [place] : null };
    node.focus({ preventScroll: true });
  });
  canvas.addEventListener("pointermove", (event) => {
    const place = at(event);
    if (touches.has(event.pointerId)) touches.set(event.pointerId, place);
    if (pinch && touches.size === 2) {
      const now = spread();
      camera.zoomAt(now.size / (pinch.size || 1), ...now.middle);
      camera.pan(now.middle[0] - pinch.middle[0], now.middle[1] - pinch.middle[1]);
      pinch = now;
      on.moved();
      return;
    }
    if (!down) { on.hover(hit(place)); return; }
    if (!down.moved && Math.hypot(place[0] - down.place[0], place[1] - down.place[1]) < 4) return;
    down.moved = true;
    if (down.outline) {
      down.outline.push(place);
      loop(down.outline);
    } else {
      camera.pan(place[0] - down.last[0], place[1] - down.last[1]);
      on.moved();
    }
    down.last = place;
  });
  const up = (event) => {
    touches.delete(event.pointerId);
    if (pinch) { if (touches.size < 2) pinch = null; return; }
    const ended = down;
    down = null;
    if (!ended) return;
    loop(null);
    if (event.type === "pointercancel") return;
    if (!ended.moved) on.pick(hit(ended.place));
    else if (ended.outline) on.chosen(enclosed(ended.outline));
  };
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  canvas.addEventListener("pointerleave", () => { if (!down) on.hover(-1); });
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey && document.activeElement !== node) return;
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 30 : 1;
    camera.zoomAt(Math.exp(-0.0022 * Math.max(-300, Math.min(300, lines * event.deltaY))), ...at(event));
    on.moved();
  }, { passive: false });
}

// Which of n places [x, y, x, y, ...] an arrow key goes to from one of them: the nearest that lies in its direction by more than
// `least`, and rather ahead than aside; -1 for none. The screen's y goes down, that of a place up.
function emTowards(places, n, from, du, dv, least = 0) {
  let [best, shortest] = [-1, Infinity];
  for (let i = 0; i < n; i++) {
    const [x, y] = [places[2 * i] - places[2 * from], places[2 * from + 1] - places[2 * i + 1]];
    const [along, aside] = [x * du + y * dv, Math.abs(x * dv) + Math.abs(y * du)];
    if (i === from || !(along > least) || aside > 2 * along) continue;
    if (along + 2 * aside < shortest) [best, shortest] = [i, along + 2 * aside];
  }
  return best;
}
