// A plot whose points can be pointed at, chosen by keys, and selected: what curves and regions share.

// mwPointPanel({label, items, draw, selection, stepKeys, announce}) -> {node, paint(state), fit(width, height)}
// items(): [{id, ...}] in the order in which arrow up and down visit them; draw(ctx, width, height, state) returns where they
// lie: id -> [x, y]. stepKeys: the keys that move the step, since the plot must not swallow them.
function mwPointPanel({ label, items, draw, selection, stepKeys, announce, current }) {
  const { canvas, ctx, resize } = mwCanvas({ class: "il-canvas", "aria-hidden": "true" });
  const node = mwEl("div", {
    class: "il-plot", tabindex: 0, role: "application", "aria-roledescription": "plot",
    "aria-label": `${label}. Up and down visit the points, left and right move the step, Enter selects, Escape lets go.`,
  }, canvas);
  let size = [0, 0];
  let places = new Map();
  const paint = (state) => {
    if (!size[0]) return;
    ctx.clearRect(0, 0, ...size);
    places = draw(ctx, ...size, state);
    const place = places.get(state.shown);
    if (place) {
      ctx.lineWidth = state.pinned ? 2.5 : 1.5;
      ctx.strokeStyle = state.theme.fg;
      mwDotMark(ctx, ...place, 10, false);
    }
  };
  const nearest = (event) => {
    const box = canvas.getBoundingClientRect();
    const [u, v] = [event.clientX - box.left, event.clientY - box.top];
    let best = "";
    let least = 18;
    for (const [id, [x, y]] of places) {
      const distance = Math.hypot(x - u, y - v);
      if (distance < least) [best, least] = [id, distance];
    }
    return best;
  };
  mwSelectByPointer(canvas, nearest, selection, { beside: true });
  mwKeys(node, { ...stepKeys, ...mwItemKeys({ items, selection, announce, current }) });
  return { node, paint, fit: (width, height) => { size = [width, height]; resize(width, height); } };
}

// Arrow up and down through items from the current() one, Enter to select, Escape to let go; while one is selected, moving moves the selection.
// items: a list, or a function that gives it where it changes.
function mwItemKeys({ items: given, selection, announce, current }) {
  const items = typeof given === "function" ? given : () => given;
  const at = () => Math.max(0, items().findIndex((item) => item.id === current()));
  const go = (by) => {
    const { id } = items()[Math.min(items().length - 1, Math.max(0, at() + by))];
    if (selection.pinned()) selection.set(id);
    else selection.hover(id);
    announce();
  };
  return {
    ArrowUp: () => go(-1), ArrowDown: () => go(1), PageUp: () => go(-10), PageDown: () => go(10),
    Enter: () => { selection.set(items()[at()].id); announce(); },
    Escape: () => { selection.set(""); announce(); },
  };
}
