// One square of the plane: contours below, paths and arrows above, and the initialisation as a handle that is dragged or moved by keys.

// mwLandscapePanel({side, cache, where() -> [x, y], onHold(x, y), onRelease(), onHome(), onPoint(point | null)}) -> {node, handle, paint(state), fit(width)}
// side: "query" or "support". state: {arrays, config, task, step, theme, arrows, overlay, start, held, stale}; see loss_landscape.js.
function mwLandscapePanel({ side, cache, where, onHold, onRelease, onHome, onPoint }) {
  const below = mwCanvas({ class: "ll-canvas", "aria-hidden": "true" });
  const above = mwCanvas({ class: "ll-canvas ll-above", "aria-hidden": "true" });
  const handle = mwEl("button", { type: "button", class: "ll-handle", "aria-label": "Initialisation" });
  const plot = mwEl("div", { class: "ll-plot" }, below.canvas, above.canvas, handle);
  const caption = mwEl("figcaption", { class: "ll-caption" });
  const node = mwEl("figure", { class: "ll-panel" }, caption, plot);
  let state = null;
  let width = 0;
  let box = null;
  let drawn = "";
  const x = () => mwScale(state.config.range.x, [box.left, box.right]);
  const y = () => mwScale(state.config.range.y, [box.bottom, box.top]);
  const px = ([u, v]) => [x()(u), y()(v)];

  function paintBelow() {
    const { arrays, config, task, theme, overlay } = state;
    const n = config.sides[task];
    const now = JSON.stringify([cache.version, task, n, width, theme.bg, theme.fg, overlay, config.axes]);
    if (drawn === now) return;
    drawn = now;
    const { ctx } = below;
    ctx.clearRect(0, 0, width, width);
    const size = box.right - box.left;
    const count = Math.max(2, Math.min(6, width / 80));
    mwDrawAxes(ctx, {
      box, x: x(), y: y(), xTicks: mwTicks(...config.range.x, count), yTicks: mwTicks(...config.range.y, count), theme,
      xLabel: mwShortLabel(ctx, config.axes[0], size, theme), yLabel: mwShortLabel(ctx, config.axes[1], size, theme),
    });
    if (!n) {
      mwHatch(ctx, box.left, box.top, size, size, theme.grid);
      mwRimmedText(ctx, "not computed yet", box.left + size / 2, box.top + 20, theme.muted, theme, 12);
      return;
    }
    const { picture, lines } = contours(side);
    ctx.imageSmoothingEnabled = true;
    ctx.drawImage(picture, box.left, box.top, size, size);
    strokeLines(ctx, lines, mwCss(mwRgb(theme.fg), 0.32), 1);
    if (overlay) strokeLines(ctx, contours("support").lines, mwCss(mwRgb(theme.fg), 0.8), 1.25, [5, 3]);
  }
  const contours = (which) => {
    const { arrays, config, task, theme } = state;
    return cache.get(`${cache.version} ${which} ${task}`, arrays[`${which}_loss.${task}`].data, config.sides[task], config.levels[task][which], Math.round(box.right - box.left), theme);
  };
  const gridPx = ([u, v]) => {
    const n = state.config.sides[state.task];
    return [box.left + (u / (n - 1)) * (box.right - box.left), box.bottom - (v / (n - 1)) * (box.bottom - box.top)];
  };
  function strokeLines(ctx, lines, colour, thick, dash = []) {
    ctx.save();
    ctx.strokeStyle = colour;
    ctx.lineWidth = thick;
    ctx.setLineDash(dash);
    ctx.beginPath();
    for (const [, all] of lines) for (const line of all) line.forEach((p, i) => (i ? ctx.lineTo(...gridPx(p)) : ctx.moveTo(...gridPx(p))));
    ctx.stroke();
    ctx.restore();
  }

  function paintAbove() {
    const { arrays, config, task, step, theme, arrows, overlay, held, stale, moved } = state;
    const { ctx } = above;
    ctx.clearRect(0, 0, width, width);
    ctx.save();
    ctx.beginPath();
    ctx.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
    ctx.clip();
    const room = mwLabelRoom({ left: box.left + 2, right: box.right - 2, top: box.top + 2, bottom: box.bottom - 2 });
    const pathOf = (name, k) => Array.from({ length: config.steps }, (_, t) => px(mwAt(mwAt(arrays[name], k), t).data));
    const order = [...config.titles.keys()].sort((a, b) => (a === task) - (b === task));
    const paths = new Map(order.map((k) => [k, pathOf("path", k)]));
    const start = px(state.start);
    const grip = held ? px(held) : start;
    room.dot(...start, 11);
    if (held) room.dot(...grip, 12);
    for (const path of paths.values()) room.way(path);
    const homes = moved ? new Map(order.map((k) => [k, pathOf("home.path", k)])) : new Map();
    for (const path of homes.values()) room.way(path);
    const shapes = arrows ? mwArrowShapes(start, mwArrowsOf(state), 0.2 * (box.right - box.left)) : [];
    for (const { from, tip } of shapes) room.way([from, tip]);
    if (config.sides[task]) {
      mwContourLabels(ctx, contours(side).lines, gridPx, { room, theme });
      if (overlay) mwContourLabels(ctx, contours("support").lines, gridPx, { room, theme, style: "italic" });
    }
    const perUnit = (box.right - box.left) / (config.range.x[1] - config.range.x[0]);
    for (const [k, path] of homes) mwTaskPath(ctx, path, { k, theme, style: "home" });
    for (const k of order) mwTaskPath(ctx, paths.get(k), { k, step, theme, main: k === task, style: stale ? "stale" : "" });
    if (!stale) mwOffRing(ctx, ...paths.get(task)[step], mwAt(arrays.off_plane, task).data[step] * perUnit, task, theme);
    if (moved || held) mwHomeMark(ctx, ...px([0, 0]), theme);
    mwGradientArrows(ctx, shapes, { theme, room, faint: stale });
    if (config.titles.length > 1) for (const k of [...order].reverse()) {
      const end = paths.get(k).findLast(([u, v]) => Number.isFinite(u + v));
      ctx.font = `11px ${theme.font}`;
      const text = mwShorten(ctx, config.titles[k], 110);
      const wide = ctx.measureText(text).width + 4;
      const place = end && room.try(wide, 13, llAround(...end, wide, 8));
      ctx.globalAlpha = stale ? 0.4 : 1;
      if (place) mwRimmedText(ctx, text, ...place, mwCss(mwClassRgb(k, theme)), theme, 11, k === task ? 600 : 400);
      ctx.globalAlpha = 1;
    }
    ctx.restore();
    handle.style.left = `${grip[0]}px`;
    handle.style.top = `${grip[1]}px`;
    handle.classList.toggle("ll-held", Boolean(held));
  }

  // The point of the plane under the pointer, held within the square.
  const at = (event) => {
    const frame = plot.getBoundingClientRect();
    const inside = (value, [low, high]) => Math.min(high, Math.max(low, value));
    return [inside(x().invert(event.clientX - frame.left), state.config.range.x), inside(y().invert(event.clientY - frame.top), state.config.range.y)];
  };
  const within = (event) => {
    const frame = plot.getBoundingClientRect();
    const [u, v] = [event.clientX - frame.left, event.clientY - frame.top];
    return box && u >= box.left && u <= box.right && v >= box.top && v <= box.bottom;
  };
  let dragging = false;
  let pressed = null;
  handle.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    handle.setPointerCapture(event.pointerId);
    [dragging, pressed] = [true, [event.clientX, event.clientY]];
  });
  handle.addEventListener("pointermove", (event) => {
    if (!dragging) return;
    if (pressed && Math.hypot(event.clientX - pressed[0], event.clientY - pressed[1]) < 3) return; // a click is no drag
    pressed = null;
    onHold(...at(event));
  });
  const drop = () => {
    if (dragging && !pressed) onRelease();
    dragging = false;
  };
  handle.addEventListener("pointerup", drop);
  handle.addEventListener("pointercancel", drop);
  handle.addEventListener("click", (event) => { if (event.detail === 0) onRelease(); }); // Enter and space; a mouse's click is none
  const nudge = (right, up, part) => () => {
    const { range } = state.config;
    const [u, v] = where(); // not as painted: keys may come faster than frames
    const to = (value, [low, high], by) => Math.min(high, Math.max(low, value + by * part * (high - low)));
    onHold(to(u, range.x, right), to(v, range.y, up));
  };
  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  mwKeys(handle, {
    ...Object.fromEntries(Object.entries(moves).flatMap(([key, way]) => [[key, nudge(...way, 1 / 50)], [`Shift+${key}`, nudge(...way, 1 / 10)]])),
    Home: onHome, Escape: onHome, Enter: onRelease, " ": onRelease,
  });
  plot.addEventListener("pointermove", (event) => { if (!dragging) onPoint(within(event) ? at(event) : null); });
  plot.addEventListener("pointerleave", () => onPoint(null));

  return {
    node, handle, side,
    paint(next) {
      state = next;
      if (!width) return;
      const { config, task, overlay } = state;
      caption.textContent = `${side === "query" ? "Query" : "Support"} loss${config.titles.length > 1 ? ` of ${config.titles[task]}` : ""}, ${config.loss_unit}${overlay ? "; dashed lines, slanted numbers: support loss" : ""}`;
      const where = mwPlaceText(state.held ?? state.start, config.range).slice(1, -1);
      handle.setAttribute("aria-label", `Initialisation at ${where} of the ${side} loss. Arrow keys move it, with Shift further; Enter runs the inner loop from there; Home goes back to the learner's own.`);
      handle.title = state.gripTitle;
      paintBelow();
      paintAbove();
    },
    fit(next) {
      width = next;
      box = { left: 52, right: width - 12, top: 4, bottom: width - 60 };
      plot.style.width = `${width}px`;
      plot.style.height = `${box.bottom + 38}px`;
      for (const each of [below, above]) each.resize(width, box.bottom + 38);
      drawn = "";
    },
  };
}

// "(0.12, −0.30)", as fine as the square deserves.
function mwPlaceText(point, { x: [low, high] }) {
  const digits = Math.min(12, Math.max(0, 2 - Math.floor(Math.log10(high - low))));
  return `(${point.map((v) => v.toFixed(digits).replace("-", "\u2212").replace(/^\u2212(0\.?0*)$/, "$1")).join(", ")})`;
}

const mwShortLabel = (ctx, text, width, theme) => { ctx.font = `11px ${theme.font}`; return mwShorten(ctx, text, width); };

// The descent directions of the task's meta-gradients: where a step of the outer loop would go.
function mwArrowsOf({ arrays, config, task }) {
  const ways = mwAt(arrays.gradients, task);
  const shares = mwAt(arrays.gradient_share, task).data;
  return config.gradients.names.map((name, i) => ({ name, way: Array.from(mwAt(ways, i).data, (v) => -v), share: shares[i] }));
}
