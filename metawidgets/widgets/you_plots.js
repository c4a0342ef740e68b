// Points in the plane, and curves whose values are guessed by pointing at them.

// mwYouPoints({state}) -> {node, fit(width), show(theme, looked)}: support filled, the current query a ring with a question mark.
function mwYouPoints({ state }) {
  const { canvas, ctx, resize } = mwCanvas({ class: "yl-canvas", role: "img" });
  let width = 0;
  const show = (theme, looked) => {
    if (!width) return;
    const e = state.place;
    const [support, labels, query] = ["support_x", "support_y", "query_x"].map((name) => state.arrays[`${e}.${name}`]);
    const all = [support, query].flatMap((x) => Array.from({ length: x.shape[0] }, (_, i) => mwAt(x, i).data));
    const [w, h] = [Math.min(width, 460), Math.round(0.68 * Math.min(width, 460))];
    const range = (axis) => { const v = all.map((p) => p[axis]); const pad = 0.08 * (Math.max(...v) - Math.min(...v) || 1); return [Math.min(...v) - pad, Math.max(...v) + pad]; };
    resize(w, h);
    const box = { left: 34, right: w - 6, top: 6, bottom: h - 22 };
    const [xr, yr] = [range(0), range(1)];
    const [x, y] = [mwScale(xr, [box.left, box.right]), mwScale(yr, [box.bottom, box.top])];
    mwDrawAxes(ctx, { box, x, y, xTicks: mwTicks(...xr, 5), yTicks: mwTicks(...yr, 4), theme });
    labels.data.forEach((k, i) => {
      ctx.fillStyle = mwCss(mwClassRgb(k, theme));
      mwShapePath(ctx, k, x(mwAt(support, i).data[0]), y(mwAt(support, i).data[1]), 7);
      ctx.fill();
    });
    const current = state.current();
    state.answers[e].forEach((said, q) => {
      const [u, v] = [x(mwAt(query, q).data[0]), y(mwAt(query, q).data[1])];
      ctx.lineWidth = 1.75;
      if (said !== null) {
        mwRivalMark(ctx, { shape: said, colour: mwCss(mwClassRgb(said, theme)) }, u, v, 5, { hollow: theme.bg });
        if (state.done[e] && said !== state.secret(e).truth[q]) { ctx.strokeStyle = theme.bad; ctx.lineWidth = 2; mwCrossMark(ctx, u, v, 8); }
      } else { ctx.fillStyle = theme.muted; mwDotMark(ctx, u, v, 2); }
      if (q === looked.q && state.done[e]) { ctx.strokeStyle = theme.fg; mwDotMark(ctx, u, v, 10, false); }
    });
    if (current !== undefined) {
      const [u, v] = [x(mwAt(query, current).data[0]), y(mwAt(query, current).data[1])];
      ctx.fillStyle = theme.bg;
      mwDotMark(ctx, u, v, 9);
      ctx.strokeStyle = ctx.fillStyle = theme.fg;
      ctx.lineWidth = 2;
      mwDotMark(ctx, u, v, 9, false);
      ctx.font = `700 12px ${theme.font}`;
      ctx.textAlign = "center";
      ctx.textBaseline = "middle";
      ctx.fillText("?", u, v + 0.5);
    }
    const at = current === undefined ? "" : ` The query in question lies at ${mwNumber(mwAt(query, current).data[0])}, ${mwNumber(mwAt(query, current).data[1])}.`;
    canvas.setAttribute("aria-label", `Support points of ${state.config.episodes[e].class_names.length} classes, and the queries.${at}`);
  };
  return { node: canvas, fit: (w) => { width = w; }, show };
}

// mwYouCurve({state, onGuess(q, value), say}) -> {node, fit(width), show(theme, looked)}: point at the value at the dashed line.
function mwYouCurve({ state, onGuess, onLook }) {
  const { canvas, ctx, resize } = mwCanvas({ class: "yl-canvas yl-curve", "aria-hidden": "true" });
  const slider = mwEl("div", { class: "yl-guess", role: "slider", tabindex: 0, "aria-label": "Value of the curve at the query; Enter sets it" }, canvas);
  let [width, y, x, level, last] = [0, null, null, 0, []];
  const limits = () => {
    const values = state.config.episodes.flatMap((_, e) => (state.kind(e) === "curve" ? [...state.arrays[`${e}.support_y`].data] : []));
    const far = 1.25 * Math.max(1e-6, ...values.map(Math.abs));
    return [-far, far];
  };
  const show = (theme, looked) => {
    last = [theme, looked];
    if (!width) return;
    const e = state.place;
    const [sx, sy, qx] = ["support_x", "support_y", "query_x"].map((name) => state.arrays[`${e}.${name}`].data);
    const [w, h] = [Math.min(width, 760), 300];
    resize(w, h);
    const box = { left: 44, right: w - 8, top: 8, bottom: h - 24 };
    const all = [...sx, ...qx];
    const pad = 0.05 * (Math.max(...all) - Math.min(...all) || 1);
    const [xr, yr] = [[Math.min(...all) - pad, Math.max(...all) + pad], limits()];
    [x, y] = [mwScale(xr, [box.left, box.right]), mwScale(yr, [box.bottom, box.top])];
    mwDrawAxes(ctx, { box, x, y, xTicks: mwTicks(...xr, w / 80), yTicks: mwTicks(...yr, 5), theme });
    const current = state.current();
    const line = (q, from, to, colour, dash = []) => { ctx.strokeStyle = colour; ctx.setLineDash(dash); ctx.lineWidth = 1.5; mwDrawLine(ctx, 2, () => x(qx[q]), (i) => [from, to][i]); ctx.setLineDash([]); };
    ctx.fillStyle = theme.fg;
    sy.forEach((v, i) => mwDotMark(ctx, x(sx[i]), y(v), 4.5));
    state.answers[e].forEach((said, q) => {
      if (state.done[e]) {
        const { truth, answers } = state.secret(e);
        line(q, y(truth[q]), y(Math.min(yr[1], Math.max(yr[0], said ?? 0))), theme.muted);
        answers.forEach((learner, i) => mwRivalMark(ctx, mwRivalLook(i, theme), x(qx[q]), y(Math.min(yr[1], Math.max(yr[0], learner[q]))), 4, {}));
        ctx.strokeStyle = theme.fg;
        ctx.lineWidth = 2;
        mwDotMark(ctx, x(qx[q]), y(truth[q]), 6, false);
        if (looked.q === q) line(q, box.top, box.bottom, theme.accent, [2, 3]);
      }
      if (said !== null) mwRivalMark(ctx, mwRivalLook(-1, theme), x(qx[q]), y(said), 6, {});
    });
    if (current !== undefined) {
      line(current, box.top, box.bottom, theme.accent, [4, 3]);
      mwRivalMark(ctx, mwRivalLook(-1, theme), x(qx[current]), y(level), 6, { hollow: theme.bg });
      ctx.fillStyle = theme.accent;
      ctx.font = `700 13px ${theme.font}`;
      ctx.textAlign = x(qx[current]) > w - 40 ? "right" : "left";
      ctx.textBaseline = "top";
      ctx.fillText(" ? ", x(qx[current]), box.top);
    }
    slider.setAttribute("aria-valuemin", String(yr[0].toFixed(2)));
    slider.setAttribute("aria-valuemax", String(yr[1].toFixed(2)));
    slider.setAttribute("aria-valuenow", String(level.toFixed(2)));
    slider.setAttribute("aria-valuetext", current === undefined ? "all answered" : `${mwNumber(level)} at x = ${mwNumber(qx[current])}`);
  };
  const valueAt = (event) => { const [low, high] = limits(); return Math.min(high, Math.max(low, y.invert(event.clientY - canvas.getBoundingClientRect().top))); };
  canvas.addEventListener("pointermove", (event) => {
    if (!y) return;
    if (state.done[state.place]) {
      const u = event.clientX - canvas.getBoundingClientRect().left;
      const qx = state.arrays[`${state.place}.query_x`].data;
      const near = [...qx.keys()].sort((a, b) => Math.abs(x(qx[a]) - u) - Math.abs(x(qx[b]) - u))[0];
      return onLook(Math.abs(x(qx[near]) - u) < 16 ? near : -1);
    }
    level = valueAt(event);
    show(...last);
  });
  canvas.addEventListener("click", (event) => { const q = state.current(); if (q !== undefined && y) { level = valueAt(event); onGuess(q, Number(level.toPrecision(5))); } });
  const nudge = (by) => { const [low, high] = limits(); level = Math.min(high, Math.max(low, level + by * (high - low) / 100)); show(...last); };
  mwKeys(slider, {
    ArrowUp: () => nudge(1), ArrowDown: () => nudge(-1), PageUp: () => nudge(10), PageDown: () => nudge(-10),
    Enter: () => { const q = state.current(); if (q !== undefined) onGuess(q, Number(level.toPrecision(5))); },
  });
  return { node: slider, fit: (w) => { width = w; }, show };
}
