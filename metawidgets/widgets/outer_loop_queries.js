// The queries of a held episode, a row of tiles a class: each with the probability of its true class, and a cross where another won.

const OL_TILE = { width: 44, height: 50, head: 22 };

// olQueries({config, selection, announce, stepKeys, signal}) -> {node, refresh(arrays), fit(width), paint(state), spoken()}
function olQueries({ config, selection, announce, stepKeys, signal }) {
  const names = config.episode.class_names;
  let arrays = null;
  let thumbs = null;
  let layout = null;
  let state = null;
  let width = 0;
  const ids = config.episode.query_ids;
  let items = [];
  const coloured = names.length <= mwPalette.length;

  function measure() {
    const y = arrays.query_y.data;
    const across = Math.max(1, Math.floor((width - 16) / OL_TILE.width));
    const groups = [];
    const places = new Map();
    let top = 0;
    items = [];
    names.forEach((name, k) => {
      const members = Array.from(y.keys()).filter((i) => y[i] === k);
      if (!members.length) return;
      members.forEach((i, j) => {
        places.set(ids[i], { i, x: (j % across) * OL_TILE.width, y: top + OL_TILE.head + Math.floor(j / across) * OL_TILE.height });
        items.push({ id: ids[i], i, label: k });
      });
      groups.push({ k, y: top, members });
      top += OL_TILE.head + Math.ceil(members.length / across) * OL_TILE.height + 4;
    });
    layout = { places, groups, height: top };
  }

  function tile(ctx, x, y, { i, label }) {
    const { at, t, theme, current } = state;
    const p = mwAt(mwAt(arrays["held.true"], at), t).data[i] / 255;
    const right = mwAt(mwAt(arrays["held.guess"], at), t).data[i] === label;
    if (ids[i] === current) {
      ctx.strokeStyle = theme.fg;
      ctx.lineWidth = state.pinned ? 2 : 1;
      ctx.strokeRect(x + 0.5, y + 0.5, OL_TILE.width - 3, OL_TILE.height - 3);
    }
    if (thumbs) thumbs.draw(ctx, i, x + 6, y + 3, 28, theme.fg);
    else {
      ctx.font = `11px ${theme.font}`;
      ctx.textAlign = "center";
      ctx.fillStyle = theme.muted;
      ctx.fillText(`${i}`, x + 20, y + 17);
    }
    const [left, top, long] = [x + 5, y + 36, 32];
    ctx.fillStyle = theme.raised;
    ctx.fillRect(left, top, long, 8);
    ctx.fillStyle = coloured ? mwCss(mwClassRgb(label, theme)) : theme.accent;
    ctx.fillRect(left, top, p * long, 8);
    ctx.fillStyle = theme.fg;
    ctx.globalAlpha = 0.55;
    ctx.fillRect(Math.round(left + long / names.length) - 0.5, top - 2, 1, 2); // chance
    ctx.globalAlpha = 1;
    if (!right) {
      ctx.strokeStyle = theme.bg;
      ctx.lineWidth = 4.5;
      mwCrossMark(ctx, x + 34, y + 8, 4);
      ctx.strokeStyle = theme.bad;
      ctx.lineWidth = 2.25;
      mwCrossMark(ctx, x + 34, y + 8, 4);
    }
  }

  function draw(ctx, view) {
    if (!layout || !state) return;
    const { theme, at, t } = state;
    ctx.textBaseline = "middle";
    for (const group of layout.groups) {
      const y = group.y - view.top;
      for (const i of group.members) {
        const place = layout.places.get(ids[i]);
        if (place.y + OL_TILE.height > view.top && place.y < view.top + view.height) tile(ctx, place.x + 2, place.y - view.top, { i, label: group.k });
      }
      if (coloured) {
        ctx.fillStyle = mwCss(mwClassRgb(group.k, theme));
        mwShapePath(ctx, group.k, 9, y + 11, 5);
        ctx.fill();
      }
      ctx.textAlign = "left";
      ctx.font = `600 12px ${theme.font}`;
      ctx.fillStyle = theme.fg;
      const name = mwShorten(ctx, names[group.k], view.width - 130);
      const from = coloured ? 20 : 4;
      ctx.fillText(name, from, y + 11.5);
      const after = from + ctx.measureText(name).width + 8;
      const guesses = mwAt(mwAt(arrays["held.guess"], at), t).data;
      ctx.font = `11px ${theme.font}`;
      ctx.fillStyle = theme.muted;
      ctx.fillText(`${group.members.filter((i) => guesses[i] === group.k).length} of ${group.members.length} correct`, after, y + 12);
    }
  }

  const scroll = mwScrollCanvas({
    signal, draw, role: "application", "aria-roledescription": "list of queries",
    "aria-label": "Queries of the held episode. Up and down visit them, left and right move the outer step, Enter selects, Escape lets go.",
  });
  const hit = (event) => {
    const { x, y } = scroll.at(event);
    for (const [id, place] of layout?.places ?? []) {
      if (x >= place.x && x < place.x + OL_TILE.width && y >= place.y && y < place.y + OL_TILE.height) return id;
    }
    return "";
  };
  mwSelectByPointer(scroll.node, hit, selection);
  const say = () => {
    const item = items.find((each) => each.id === selection.get());
    if (!item || !state) return;
    const place = layout.places.get(item.id);
    scroll.reveal({ x: 0, y: place.y, width: 1, height: OL_TILE.height, top: OL_TILE.head });
    announce(told(item));
  };
  const told = (item) => {
    const p = mwAt(mwAt(arrays["held.true"], state.at), state.t).data[item.i] / 255;
    const guess = mwAt(mwAt(arrays["held.guess"], state.at), state.t).data[item.i];
    return `Query ${item.i}, true class ${names[item.label]}: probability ${mwPercent(p)}, ${guess === item.label ? "correct" : `wrong: ${names[guess]}`}.`;
  };
  mwKeys(scroll.node, { ...stepKeys, ArrowUp: () => keys().ArrowUp(), ArrowDown: () => keys().ArrowDown(), Enter: () => keys().Enter(), Escape: () => keys().Escape() });
  const keys = () => mwItemKeys({ items, selection, announce: say, current: () => (items.some((each) => each.id === selection.get()) ? selection.get() : items[0]?.id) });
  const detail = mwEl("p", { class: "ol-detail" });
  return {
    node: mwEl("div", {}, scroll.node, detail),
    refresh(next) {
      if (!thumbs && next.query_x.shape.length === 4) thumbs = mwThumbs(next.query_x);
      arrays = next;
      if (width) measure();
    },
    paint(next) {
      state = next;
      scroll.paint();
      const item = items.find((each) => each.id === state.current);
      detail.textContent = item ? told(item) : "Bar: probability of the true class; the tick is chance, a cross says that another class won.";
    },
    fit(available) {
      width = available;
      measure();
      scroll.resize({ width: width - 14, height: layout.height, view: Math.min(layout.height, 330) });
    },
  };
}
