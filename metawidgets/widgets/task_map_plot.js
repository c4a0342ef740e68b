// Tasks as points on two principal axes, each with a few of its items where there is room.

// tmPlot({config, arrays, opened, groupOf, on}) -> {node, camera, fit(width), paint(state), towards(...)}
function tmPlot({ config, arrays, opened, groupOf, on }) {
  const { canvas, ctx, resize } = mwCanvas({ class: "tm-canvas", "aria-hidden": "true" });
  const n = config.names.length;
  const places = arrays.places.data;
  const node = mwEl("div", {
    class: "tm-plot", tabindex: 0, role: "application", "aria-roledescription": "map",
    "aria-label": `Map of ${n} tasks. Arrow keys move to the next task in their direction, Enter pins it beside its nearest, plus and minus zoom, 0 shows all, Escape lets go.`,
  }, canvas);
  const camera = emCamera({ edge: 20 });
  let [width, height] = [0, 0];
  let state = null;
  let size = 0;
  const shown = new Set();
  const at = (i) => [camera.u(places[2 * i]), camera.v(places[2 * i + 1])];

  function paint(next) {
    state = next ?? state;
    if (!width || !state) return;
    const { theme, pair } = state;
    ctx.clearRect(0, 0, width, height);
    size = Math.round(Math.min(96, 30 * Math.max(1, camera.zoom) ** 0.6));
    shown.clear();
    if (pair.length === 2) {
      ctx.strokeStyle = theme.fg;
      ctx.lineWidth = 1.25;
      ctx.beginPath();
      ctx.moveTo(...at(pair[0]));
      ctx.lineTo(...at(pair[1]));
      ctx.stroke();
    }
    // Pictures where they do not cover one another; the pair's first.
    const order = [...pair, ...Array.from({ length: n }, (_, i) => i).filter((i) => !pair.includes(i))];
    const boxes = [];
    if (opened.hasPictures) for (const i of order) {
      const [u, v] = at(i);
      if (!Number.isFinite(u) || boxes.some(([x, y]) => Math.abs(x - u) < size + 4 && Math.abs(y - v) < size + 4)) continue;
      boxes.push([u, v]);
      shown.add(i);
    }
    for (const i of [...order].reverse()) {
      const [u, v] = at(i);
      if (!Number.isFinite(u) || u < -size || v < -size || u > width + size || v > height + size) continue;
      const colour = mwCss(mwClassRgb(groupOf(i), theme));
      if (shown.has(i)) {
        const [x, y] = [Math.round(u - size / 2), Math.round(v - size / 2)];
        ctx.fillStyle = theme.bg;
        ctx.fillRect(x, y, size, size);
        opened.mosaic(ctx, i, x + 1, y + 1, size - 2, theme);
        ctx.strokeStyle = colour;
        ctx.lineWidth = 1.5;
        ctx.strokeRect(x, y, size, size);
      }
      ctx.fillStyle = colour;
      mwShapePath(ctx, groupOf(i), shown.has(i) ? u - size / 2 : u, shown.has(i) ? v - size / 2 : v, shown.has(i) ? 4 : 5);
      ctx.fill();
      ctx.strokeStyle = theme.bg;
      ctx.lineWidth = 0.75;
      ctx.stroke();
      const place = pair.indexOf(i);
      if (place < 0) continue;
      ctx.strokeStyle = theme.fg;
      ctx.lineWidth = state.pinned ? 2.5 : 1.5;
      const r = shown.has(i) ? size / 2 + 4 : 9;
      ctx.strokeRect(u - r, v - r, 2 * r, 2 * r);
      ctx.font = `600 12px ${theme.font}`;
      ctx.textAlign = "center";
      ctx.textBaseline = "bottom";
      ctx.lineWidth = 3;
      ctx.strokeStyle = theme.bg;
      const below = place === 1 ? 2 * r + 19 : 0; // two near ones would write over each other
      ctx.strokeText("AB"[place], u, v - r - 2 + below);
      ctx.fillStyle = theme.fg;
      ctx.fillText("AB"[place], u, v - r - 2 + below);
    }
    ctx.font = `11px ${theme.font}`;
    ctx.fillStyle = theme.muted;
    ctx.textAlign = "right";
    ctx.textBaseline = "bottom";
    ctx.strokeStyle = theme.bg;
    ctx.lineWidth = 3;
    const axes = `across: axis 1, ${mwPercent(config.explained[0])} of variance \u00b7 up: axis 2, ${mwPercent(config.explained[1])}`;
    ctx.strokeText(axes, width - 8, height - 6);
    ctx.fillText(axes, width - 8, height - 6);
  }

  const hit = ([u, v]) => {
    let [best, least] = [-1, 14];
    for (let i = 0; i < n; i++) {
      const [x, y] = at(i);
      const [du, dv] = [Math.abs(x - u), Math.abs(y - v)];
      const distance = shown.has(i) && Math.max(du, dv) <= size / 2 ? Math.min(13.9, Math.hypot(du, dv)) : Math.hypot(du, dv);
      if (distance < least) [best, least] = [i, distance];
    }
    return best;
  };
  emGestures({
    node, canvas, camera, hit, on: { ...on, chosen: () => {}, paint: () => {} }, lassoing: () => false, loop: () => {}, enclosed: () => [],
    at: (event) => { const box = canvas.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; },
  });
  return {
    node, camera, paint,
    fit(w) {
      const first = width === 0;
      [width, height] = [w, Math.round(Math.min(460, Math.max(280, 0.86 * w)))];
      resize(width, height);
      camera.size(width, height);
      if (first) camera.bounds(emBounds(places));
    },
    reveal: (i) => camera.reveal(places[2 * i], places[2 * i + 1]),
    towards(from, du, dv) {
      return emTowards(places, n, from, du, dv);
    },
  };
}
