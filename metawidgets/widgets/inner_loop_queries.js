// Every query as a row: its image, the probabilities of the classes as one bar, and by shape whether it is right.

const IL_ROW = 34;
const IL_HEAD = 26;

// mwQueriesPanel(shared) -> {node, legend, update(trace), paint(state), fit(width)}
function mwQueriesPanel({ now, selection, stepKeys, announce, current, label, signal }) {
  const { arrays, names, images, queries: queryItems } = now; // of this episode; what the learner makes of it comes by update()
  let probabilities, absorbed;
  const update = (trace) => { [probabilities, absorbed] = ["probabilities", "absorbed"].map((name) => now.arrays[`${trace.i}.${name}`]); };
  const way = names.length;
  const coloured = way <= mwPalette.length;
  const queries = images && mwThumbs(arrays.query_x);
  let layout = null;
  let state = null;

  // The bar starts with the true class, so that its probability is a length from one common line; the others follow.
  const order = (truth) => [truth, ...Array.from(names.keys()).filter((k) => k !== truth)];
  let fills = { bg: "" };
  const fill = (k, truth, theme) => {
    if (fills.bg !== theme.bg) {
      const make = (alpha) => names.map((_, c) => (coloured ? mwCss(mwClassRgb(c, theme), alpha) : alpha === 1 ? theme.accent : mwCss(mwRgb(theme.muted), 0.45)));
      fills = { bg: theme.bg, true: make(1), false: make(0.4) };
    }
    return fills[k === truth][k];
  };

  function measure(width) {
    const columns = Math.max(1, Math.floor((width + 16) / 196));
    const across = (width + 16) / columns;
    const groups = [];
    const places = new Map();
    let y = 0;
    names.forEach((name, k) => {
      const members = queryItems.filter((item) => item.label === k);
      if (!members.length) return;
      members.forEach((item, j) => places.set(item.id, { x: (j % columns) * across, y: y + IL_HEAD + Math.floor(j / columns) * IL_ROW }));
      const height = IL_HEAD + Math.ceil(members.length / columns) * IL_ROW;
      groups.push({ k, y, height, members });
      y += height + 8;
    });
    return { places, groups, tile: across - 16, width, height: y };
  }

  function drawTile(ctx, x, y, item) {
    const { theme, step, shown, pinned } = state;
    const p = mwAt(mwAt(probabilities, step), item.i).data;
    const truth = item.label;
    const guess = mwArgmax(p);
    if (item.id === shown) {
      ctx.fillStyle = theme.raised;
      ctx.fillRect(x - 4, y, layout.tile + 8, IL_ROW - 2);
      ctx.strokeStyle = pinned ? theme.fg : theme.muted;
      ctx.lineWidth = pinned ? 2 : 1;
      ctx.strokeRect(x - 3.5, y + 0.5, layout.tile + 7, IL_ROW - 3);
    }
    if (queries) queries.draw(ctx, item.i, x, y + 2, 28, theme.fg);
    else {
      ctx.font = `11px ${theme.font}`;
      ctx.fillStyle = theme.muted;
      ctx.textAlign = "left";
      ctx.fillText(`${item.i}`, x + 4, y + 16);
    }
    const [left, right] = [x + 36, x + layout.tile - 60];
    const [top, height] = [y + 9, 14];
    ctx.fillStyle = theme.raised;
    ctx.fillRect(left, top, right - left, height);
    if (p.some(Number.isNaN)) mwHatch(ctx, left, top, right - left, height, theme.muted);
    let u = left;
    for (const k of order(truth)) {
      const width = p[k] * (right - left) || 0;
      ctx.fillStyle = fill(k, truth, theme);
      ctx.fillRect(u, top, Math.max(0, width - (width > 3 ? 1 : 0)), height);
      if (k === guess && k !== truth) { // the class that won, where it should not have
        ctx.strokeStyle = theme.fg;
        ctx.lineWidth = 1.5;
        ctx.strokeRect(u + 0.75, top + 0.75, Math.max(1, width - 2.5), height - 1.5);
      }
      u += width;
    }
    ctx.fillStyle = theme.fg;
    ctx.globalAlpha = 0.55;
    ctx.fillRect(Math.round(left + (right - left) / way) - 0.5, top - 3, 1, 3); // chance
    ctx.globalAlpha = 1;
    ctx.font = `11px ${theme.font}`;
    ctx.textAlign = "right";
    ctx.fillStyle = theme.fg;
    ctx.fillText(Number.isNaN(p[truth]) ? "?" : mwPercent(p[truth]), right + 42, y + 16.5);
    ctx.fillStyle = ctx.strokeStyle = theme.fg;
    if (guess === truth && !p.some(Number.isNaN)) mwDotMark(ctx, right + 54, y + 16, 3.75);
    else { ctx.lineWidth = 2.25; mwCrossMark(ctx, right + 54, y + 16, 4); }
  }

  function draw(ctx, view) {
    if (!layout || !state) return;
    const { theme, step } = state;
    ctx.textBaseline = "middle";
    for (const group of layout.groups) {
      if (group.y > view.top + view.height || group.y + group.height < view.top) continue;
      for (const item of group.members) {
        const { x, y } = layout.places.get(item.id);
        if (y + IL_ROW > view.top && y < view.top + view.height) drawTile(ctx, x + 4, y - view.top, item);
      }
      const y = Math.min(Math.max(group.y - view.top, 0), group.y - view.top + group.height - IL_HEAD);
      ctx.fillStyle = theme.bg;
      ctx.fillRect(0, y, view.width, IL_HEAD - 2);
      if (coloured) {
        ctx.fillStyle = fill(group.k, group.k, theme);
        mwShapePath(ctx, group.k, 10, y + 12, 5.5);
        ctx.fill();
      }
      const right = group.members.filter((item) => mwArgmax(mwAt(mwAt(probabilities, step), item.i).data) === group.k).length;
      ctx.textAlign = "left";
      ctx.font = `600 12px ${theme.font}`;
      ctx.fillStyle = theme.fg;
      const from = coloured ? 24 : 4;
      const name = mwShorten(ctx, names[group.k], view.width - 120);
      ctx.fillText(name, from, y + 12.5);
      const after = from + ctx.measureText(name).width + 10;
      ctx.font = `11px ${theme.font}`;
      ctx.fillStyle = theme.muted;
      ctx.fillText(`${right} of ${group.members.length} correct`, after, y + 13);
    }
  }

  const scroll = mwScrollCanvas({
    signal, draw, role: "application", "aria-roledescription": "list of queries",
    "aria-label": `${label}. Up and down visit the queries, left and right move the step, Enter selects, Escape lets go.`,
  });
  const hit = (event) => {
    const { x, y } = scroll.at(event);
    for (const [id, place] of layout?.places ?? []) {
      if (x >= place.x && x < place.x + layout.tile + 8 && y >= place.y && y < place.y + IL_ROW) return id;
    }
    return "";
  };
  mwSelectByPointer(scroll.node, hit, selection);
  const reveal = () => {
    const place = layout?.places.get(current());
    if (place) scroll.reveal({ x: 0, y: place.y, width: 1, height: IL_ROW, top: IL_HEAD });
  };
  const keys = mwItemKeys({ items: () => queryItems, selection, current, announce: () => { reveal(); announce(); } });
  mwKeys(scroll.node, { ...stepKeys, ...keys });

  const support = mwSupportStrip({ arrays, names, images, coloured });
  return {
    node: mwEl("div", {}, !now.several && support.node, scroll.node),
    strip: support.node, // of several panels the first one's stands for all
    legend: {
      node: mwEl("p", { class: "il-key" }, "Bar: the true class first, then the others; the tick is chance. The number is the true class's probability."),
      paint() {},
    },
    update,
    paint(next) {
      state = next;
      scroll.paint();
      support.paint(next, now.several ? undefined : absorbed);
    },
    fit(width) {
      layout = measure(width - 14); // room for the scroll bar
      scroll.resize({ width: layout.width, height: layout.height, view: Math.min(layout.height, 432) });
      support.fit();
    },
  };
}

// What the learner was given: each class with its support items; those not yet absorbed stand back.
function mwSupportStrip({ arrays, names, images, coloured }) {
  const labels = arrays.support_y.data;
  const thumbs = images && mwThumbs(arrays.support_x);
  const classes = names.map((name, k) => {
    const members = Array.from(labels.keys()).filter((j) => labels[j] === k);
    const picture = mwCanvas({ "aria-hidden": "true" });
    const shown = members.slice(0, 5);
    const rest = members.length > 5 ? ` +${members.length - 5}` : "";
    return { k, shown, ...picture, node: mwEl("li", { title: name }, images && picture.canvas, mwEl("span", { class: "il-name" }, name), rest) };
  });
  const size = 30;
  let painted = "";
  return {
    node: mwEl("ul", { class: "il-support", "aria-label": "Support set" }, classes.map((c) => c.node)),
    fit() { painted = ""; for (const c of classes) c.resize(Math.max(1, c.shown.length) * size + (coloured ? 14 : 0), size); },
    paint({ step, theme }, absorbed) {
      const wanted = `${theme.fg} ${absorbed ? step : 0}`;
      if (!images || painted === wanted) return;
      painted = wanted;
      for (const { k, ctx, shown } of classes) {
        ctx.clearRect(0, 0, 1000, size);
        if (coloured) {
          ctx.fillStyle = mwCss(mwClassRgb(k, theme));
          mwShapePath(ctx, k, 6, size / 2, 5);
          ctx.fill();
        }
        shown.forEach((j, place) => {
          ctx.globalAlpha = !absorbed || mwAt(absorbed, step).data[j] ? 1 : 0.18;
          thumbs.draw(ctx, j, (coloured ? 14 : 0) + place * size, 1, 28, theme.fg);
          ctx.globalAlpha = 1;
        });
      }
    },
  };
}
