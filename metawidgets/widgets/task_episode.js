// One of the drawn tasks as its episode: a curve or the plane with its points, or a sheet of images.

// One task: its support set, and what it asks. Items can be pointed at and selected.
function tdTask({ arrays, config, thumbs, selection }) {
  const { kind } = config;
  const counts = { support: arrays.support_x.shape[2], query: arrays.query_x.shape[2] };
  let places = [];
  const mark = (ctx, state, id, x, y, r) => {
    places.push([id, x, y]);
    if (selection.get() !== id) return;
    ctx.strokeStyle = state.theme.fg;
    ctx.lineWidth = selection.pinned() ? 2.5 : 1.5;
    mwDotMark(ctx, x, y, r, false);
  };
  const drawPlane = (ctx, width, height, state) => {
    const [side, task] = state.chosen;
    const group = tdGroup(side, state.step);
    const s = tdItemScales(arrays, kind, width, height);
    tdItemAxes(ctx, s, width, height, state.theme);
    if (arrays.curves) {
      const curve = mwAt(mwAt(arrays.curves, group), task).data;
      ctx.strokeStyle = tdColour(side, state.theme);
      ctx.lineWidth = 2;
      mwDrawLine(ctx, curve.length, (j) => s.x(arrays.grid.data[j]), (j) => s.y(curve[j]));
    }
    for (const part of ["query", "support"]) for (let i = 0; i < counts[part]; i++) {
      const [u, v] = tdPoint(arrays, kind, part, group, task, i).map((value, axis) => [s.x, s.y][axis](value));
      const k = kind === "points" ? mwAt(mwAt(arrays[`${part}_y`], group), task).data[i] : 0;
      const colour = kind === "points" ? mwCss(mwClassRgb(k, state.theme)) : state.theme.fg;
      mwShapePath(ctx, k, u, v, part === "support" ? 5 : 4);
      ctx.fillStyle = part === "support" ? colour : state.theme.bg;
      ctx.strokeStyle = colour;
      ctx.lineWidth = 1.5;
      ctx.fill();
      ctx.stroke();
      mark(ctx, state, config.ids[group][task][part][i], u, v, 9);
    }
  };
  const drawSheet = (ctx, width, height, state) => {
    const [side, task] = state.chosen;
    const group = tdGroup(side, state.step);
    const names = config.names[group][task];
    const row = Math.min(44, Math.floor(height / names.length));
    const size = row - 6;
    names.forEach((name, k) => {
      const y = k * row;
      ctx.fillStyle = mwCss(mwClassRgb(k, state.theme));
      mwShapePath(ctx, k, 8, y + row / 2, 5);
      ctx.fill();
      ctx.font = `11px ${state.theme.font}`;
      ctx.textBaseline = "middle";
      ctx.textAlign = "left";
      ctx.fillStyle = state.theme.muted;
      ctx.fillText(mwShorten(ctx, name, 76), 18, y + row / 2);
      let x = 98;
      for (const part of ["support", "query"]) {
        const labels = mwAt(mwAt(arrays[`${part}_y`], group), task).data;
        for (let i = 0; i < counts[part] && x + size < width; i++) {
          if (labels[i] !== k) continue;
          if (part === "query") ctx.globalAlpha = 0.75;
          thumbs[part].draw(ctx, (group * config.n_tasks + task) * counts[part] + i, x, y + 3, size, state.theme.fg);
          ctx.globalAlpha = 1;
          mark(ctx, state, config.ids[group][task][part][i], x + size / 2, y + row / 2, size / 2 + 2);
          x += size + 4;
        }
        if (part === "support") {
          ctx.fillStyle = state.theme.grid;
          ctx.fillRect(x + 2, y + 4, 1, row - 8);
          x += 10;
        }
      }
    });
  };
  const panel = tdPanel({
    title: "One task", height: tdItemHeight, draw: (ctx, ...rest) => { places = []; (kind === "image" ? drawSheet : drawPlane)(ctx, ...rest); },
    words: ({ chosen, step }) => {
      const at = Array.from(mwAt(mwAt(arrays.places, tdGroup(chosen[0], step)), chosen[1]).data);
      const where = config.explained.length ? "" : `: ${config.axes.map((name, i) => `${name} ${mwNumber(at[i])}`).join(", ")}`;
      return `Task ${chosen[1] + 1} of ${TD_SIDES[chosen[0]].text}${where}. ${kind === "image" ? "Left of the bar the support set, right of it queries." : "Filled: support; outlined: query."}`;
    },
  });
  const hit = (event) => {
    const rect = panel.canvas.getBoundingClientRect();
    const near = places.map(([id, x, y]) => [id, Math.hypot(x - event.clientX + rect.left, y - event.clientY + rect.top)]).sort((a, b) => a[1] - b[1])[0];
    return near && near[1] < 20 ? near[0] : "";
  };
  mwSelectByPointer(panel.canvas, hit, selection, { beside: true });
  return panel;
}
