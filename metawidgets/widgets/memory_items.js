// The items themselves: the support set in the order read above, the queries below. Pointing at one draws where it looked, and what
// looked at it: as a bar and a number under each item, and as lines to the first of them.

// mvItemsPanel(shared) -> {node, paint(state), fit(width)}
function mvItemsPanel({ config, arrays, shares, items, support, queries, selection, stepKeys, announce, images, coloured, headLabel }) {
  const thumbs = images && { support: mwThumbs(arrays.support_x), query: mwThumbs(arrays.query_x) };
  const names = config.episode.class_names;
  const predictions = arrays.probabilities;
  const dense = items.length > 70;
  const size = dense ? 26 : 36;
  const tile = { width: size + (dense ? 6 : 8), height: size + (!shares.kind ? 6 : dense ? 12 : 26) };
  const head = 22;
  const places = new Map(); // id -> {x, y} of its tile
  const { canvas, ctx, resize } = mwCanvas({ class: "mv-canvas", "aria-hidden": "true" });
  const base = mwCanvas(); // what no step changes: pictures and classes
  const board = mwEl("div", {
    class: "mv-board", tabindex: 0, role: "application", "aria-roledescription": "items",
    "aria-label": "Support items and queries. Arrow keys move between them, Enter selects one, Escape lets go; comma and full stop move the step.",
  }, canvas);
  const key = mwEl("p", { class: "mv-key" });
  const classes = coloured ? names.map((name) => ({ ...mwCanvas({ "aria-hidden": "true" }), name })) : [];
  const legend = coloured && mwEl("ul", { class: "mv-classes", "aria-label": "Classes" },
    classes.map((each) => mwEl("li", {}, each.canvas, mwEl("span", { class: "mv-name", title: each.name }, each.name))));
  let state = null;
  let box = { width: 0, height: 0, middle: 0 };
  let drawn = "";

  function fit(width) {
    const columns = Math.max(1, Math.floor((width - 4) / tile.width));
    const grid = (list, top) => {
      list.forEach((item, k) => places.set(item.id, { x: (k % columns) * tile.width + 4, y: top + head + Math.floor(k / columns) * tile.height }));
      return top + head + Math.ceil(list.length / columns) * tile.height;
    };
    const middle = grid(support, 0) + 16;
    box = { width, middle, height: grid(queries, middle) };
    resize(width, box.height);
    base.resize(width, box.height);
    drawn = "";
  }

  // What stands under each item: Map id -> [share, whether the focus looked at it (or it at the focus)].
  function looks() {
    const { focus, step, heads } = state;
    const out = new Map();
    const read = support.filter((item) => shares.readAt[item.i] >= 0 && shares.readAt[item.i] <= step);
    if (!shares.kind) return out;
    if (focus.side === "query") {
      const on = shares.ofQuery(step, focus.i, heads).items;
      read.forEach((item) => out.set(item.id, [on[item.i], true]));
      return out;
    }
    if (!read.includes(focus)) return out; // nothing can have looked at it yet
    shares.onItem(step, focus.i, heads).forEach((v, q) => out.set(config.episode.query_ids[q], [v, false]));
    const among = shares.amongItems(step, focus.i, heads);
    if (among) read.forEach((item) => out.set(item.id, [among[item.i], shares.readAt[item.i] <= shares.readAt[focus.i]]));
    return out;
  }

  function drawTile(pen, item) {
    const { theme } = state;
    const { x, y } = places.get(item.id);
    pen.fillStyle = theme.raised;
    pen.fillRect(x, y, size, size);
    if (thumbs) thumbs[item.side].draw(pen, item.i, x + 2, y + 2, size - 4, theme.fg, true);
    else { // a point's coordinates, or its number
      const values = mwAt(arrays[`${item.side}_x`], item.i).data;
      const lines = values.length <= 2 ? Array.from(values, (v) => mwNumber(v, 2)) : [`${item.i}`];
      pen.font = `${dense ? 9 : 10}px ${theme.font}`;
      pen.textAlign = "center";
      pen.fillStyle = theme.fg;
      lines.forEach((line, k) => pen.fillText(line, x + size / 2, y + size / 2 + 12 * (k - (lines.length - 1) / 2) + (coloured ? 3 : 0)));
    }
    if (!coloured || item.label < 0) return;
    pen.fillStyle = mwCss(mwClassRgb(item.label, theme));
    pen.strokeStyle = theme.bg;
    pen.lineWidth = 2;
    mwShapePath(pen, item.label, x + 5, y + 5, dense ? 3 : 3.6);
    pen.stroke();
    pen.fill();
  }
  // What is not read yet stands back; what is predicted wrong is crossed.
  function drawStep() {
    const { theme, step } = state;
    ctx.fillStyle = mwCss(mwRgb(theme.bg), 0.75);
    for (const item of support) if (shares.readAt[item.i] < 0 || shares.readAt[item.i] > step) ctx.fillRect(places.get(item.id).x, places.get(item.id).y, size, size);
    for (const item of predictions ? queries : []) {
      if (mvArgmax(mwAt(mwAt(predictions, step), item.i).data) === item.label) continue;
      const { x, y } = places.get(item.id);
      for (const [colour, width] of [[theme.bg, 4], [theme.bad, 2]]) {
        ctx.strokeStyle = colour;
        ctx.lineWidth = width;
        mwCrossMark(ctx, x + size - 5.5, y + 5.5, 3);
      }
    }
  }
  function drawBase() {
    const { theme } = state;
    const now = `${theme.fg} ${theme.bg}`;
    if (now === drawn) return;
    drawn = now;
    base.ctx.clearRect(0, 0, box.width, box.height);
    base.ctx.textBaseline = "middle";
    for (const item of items) drawTile(base.ctx, item);
    base.ctx.textAlign = "left";
    base.ctx.font = `600 12px ${theme.font}`;
    base.ctx.fillStyle = theme.fg;
    base.ctx.fillText("Support, in the order read", 4, 9);
    base.ctx.fillText(names.length ? "Queries, by their true class" : "Queries", 4, box.middle + 9);
    classes.forEach((each, k) => {
      each.resize(12, 12);
      each.ctx.fillStyle = mwCss(mwClassRgb(k, theme));
      mwShapePath(each.ctx, k, 6, 6, 4.5);
      each.ctx.fill();
    });
  }

  function drawLinks(found, most) {
    const { focus, theme } = state;
    const middle = (id) => [places.get(id).x + size / 2, places.get(id).y + size / 2];
    const [u, v] = middle(focus.id);
    const first = [...found].filter(([id, [share]]) => id !== focus.id && share > 0.02 && share > 0.06 * most).sort((a, b) => b[1][0] - a[1][0]).slice(0, 12);
    ctx.save();
    ctx.beginPath(); // lines pass behind the pictures
    ctx.rect(0, 0, box.width, box.height);
    for (const { x, y } of places.values()) ctx.rect(x, y, size, size);
    ctx.clip("evenodd");
    for (const [id, [share, outward]] of first.reverse()) {
      const [a, b] = middle(id);
      ctx.strokeStyle = mwCss(mwRgb(outward ? theme.accent : theme.fg), 0.15 + (0.4 * share) / most);
      ctx.lineWidth = 1 + (3.5 * share) / most;
      ctx.setLineDash(outward ? [] : [2, 3]);
      ctx.beginPath();
      ctx.moveTo(u, v);
      if (v === b) ctx.quadraticCurveTo((u + a) / 2, v - 1.6 * size, a, b); // in one row: an arc above it
      else ctx.bezierCurveTo(u, v + 0.55 * (b - v), a, b - 0.55 * (b - v), a, b);
      ctx.stroke();
    }
    ctx.restore();
  }

  // Over the lines: a bar and a number.
  function drawLook({ x, y }, [share, outward], most) {
    const { theme } = state;
    for (const [colour, part] of [[theme.bg, 1], [theme.raised, 1], [outward ? theme.accent : theme.fg, share / most]]) {
      ctx.fillStyle = colour;
      ctx.fillRect(x, y + size + 3, size * part, 4);
    }
    if (dense) return;
    ctx.strokeStyle = theme.bg;
    ctx.lineWidth = 3;
    ctx.strokeText(mwPercent(share), x + size / 2, y + size + 14);
    ctx.fillStyle = share > 0.25 * most ? theme.fg : theme.muted;
    ctx.fillText(mwPercent(share), x + size / 2, y + size + 14);
  }

  function paint(next) {
    state = next;
    if (!box.width) return;
    const { theme, focus, pinned, asked } = state;
    drawBase();
    const found = looks();
    let most = 1e-9;
    for (const [share] of found.values()) most = Math.max(most, share);
    ctx.clearRect(0, 0, box.width, box.height);
    ctx.drawImage(base.canvas, 0, 0, box.width, box.height);
    drawStep();
    drawLinks(found, most);
    ctx.font = `10px ${theme.font}`;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    for (const [id, look] of found) drawLook(places.get(id), look, most);
    for (const [id, colour, width] of [[asked, theme.muted, 1], [focus.id, pinned ? theme.accent : theme.fg, pinned ? 2.5 : 1.5]]) {
      if (!places.has(id)) continue;
      ctx.strokeStyle = colour;
      ctx.lineWidth = width;
      ctx.strokeRect(places.get(id).x - 0.5, places.get(id).y - 0.5, size + 1, size + 1);
    }
    mwAfterDrawing(() => { key.textContent = words(); });
  }

  // What the bars and lines are, for this focus.
  function words() {
    const marks = `${predictions ? "Cross: predicted wrong at this step. " : ""}Pale: not read yet.`;
    if (!shares.kind) return marks;
    const what = shares.kind === "attention" ? `attention${headLabel() ? ` (${headLabel()})` : ""}` : "reading from memory";
    if (state.focus.side === "query") return `Bar: where this query's ${what} falls. ${marks}`;
    const among = shares.among ? " Coloured bars up to it: what it attended to itself when it was read." : "";
    return `Dark bars and dotted lines: the ${what} that falls on this item.${among} ${marks}`;
  }

  const hit = (event) => {
    const { left, top } = canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    for (const [id, place] of places) if (x >= place.x - 3 && x < place.x + size + 3 && y >= place.y && y < place.y + tile.height - 2) return id;
    return "";
  };
  mwSelectByPointer(canvas, hit, selection);
  const go = (id) => {
    if (id === undefined) return;
    if (selection.pinned()) selection.set(id);
    else selection.hover(id);
    announce();
  };
  const by = (step) => go(items[items.findIndex((item) => item.id === state.focus.id) + step]?.id);
  // Up and down: the nearest item of the next row, of the other section too.
  const vertical = (way) => {
    const here = places.get(state.focus.id);
    const cost = ({ x, y }) => 1000 * way * (y - here.y) + Math.abs(x - here.x);
    const ahead = [...places].filter(([, { y }]) => way * (y - here.y) > 0);
    if (ahead.length) go(ahead.reduce((best, each) => (cost(each[1]) < cost(best[1]) ? each : best))[0]);
  };
  const select = () => { selection.set(state.focus.id); announce(); };
  mwKeys(board, {
    ArrowLeft: () => by(-1), ArrowRight: () => by(1), ArrowUp: () => vertical(-1), ArrowDown: () => vertical(1), Home: () => go(items[0].id), End: () => go(items.at(-1).id),
    Enter: select, " ": select, Escape: () => { selection.set(""); announce(); }, ...stepKeys,
  });
  return { node: mwEl("div", { role: "group", class: "mv-panel", "aria-label": "Items" }, board, key, legend), paint, fit };
}
