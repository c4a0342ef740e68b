// The items themselves: the support set in the order read above, the queries below. Pointing at one draws where it looked, and what
// looked at it: as a bar and a number under each item, and as lines to the first of them.

// mvItemsPanel(shared) -> {node, paint(state), fit(width)}
function mvItemsPanel({ config, arrays, shares, items, support, queries, selection, stepKeys, announce, images, coloured, headLabel, signal }) {
  const thumbs = images && { support: mwThumbs(arrays.support_x), query: mwThumbs(arrays.query_x) };
  const labels = config.episode.class_names;
  const predictions = arrays.probabilities;
  const dense = items.length > 70;
  const size = dense ? 26 : 36;
  const tile = { width: size + (dense ? 6 : 8), height: size + (!shares.kind ? 6 : dense ? 12 : 26) };
  const head = 22;
  let layout = null;
  let state = null;

  function measure(width) {
    const columns = Math.max(1, Math.floor(width / tile.width));
    const places = new Map();
    const grid = (list, top) => {
      list.forEach((item, k) => places.set(item.id, { x: (k % columns) * tile.width + 4, y: top + head + Math.floor(k / columns) * tile.height, row: Math.floor(k / columns), column: k % columns }));
      return top + head + Math.ceil(list.length / columns) * tile.height;
    };
    const middle = grid(support, 0) + 18;
    return { places, columns, middle, width, height: grid(queries, middle) };
  }

  // What stands under each item: Map id -> [share, "to" (was looked at by the focus) or "from" (looked at it)].
  function looks() {
    const { focus, step, heads } = state;
    const out = new Map();
    if (!shares.kind) return out;
    if (focus.side === "query") {
      const { items: on } = shares.ofQuery(step, focus.i, heads);
      support.forEach((item) => { if (shares.readAt[item.i] <= step && shares.readAt[item.i] >= 0) out.set(item.id, [on[item.i], "to"]); });
      return out;
    }
    shares.onItem(step, focus.i, heads).forEach((v, q) => out.set(config.episode.query_ids[q], [v, "from"]));
    const among = shares.amongItems(step, focus.i, heads);
    if (among) support.forEach((item) => {
      const at = shares.readAt[item.i];
      if (at >= 0 && at <= step) out.set(item.id, [among[item.i], at > shares.readAt[focus.i] ? "from" : "to"]);
    });
    return out;
  }

  function drawLinks(ctx, view, found, most) {
    const { focus, theme } = state;
    const from = layout.places.get(focus.id);
    const strongest = [...found].filter(([id, [v]]) => id !== focus.id && v > 0.02 && v > 0.06 * most).sort((a, b) => b[1][0] - a[1][0]).slice(0, 12);
    const middle = ({ x, y }) => [x + size / 2, y + size / 2 - view.top];
    const [u, v] = middle(from);
    ctx.save();
    ctx.beginPath(); // lines pass behind the pictures
    ctx.rect(0, 0, view.width, view.height);
    for (const { x, y } of layout.places.values()) ctx.rect(x, y - view.top, size, size);
    ctx.clip("evenodd");
    for (const [id, [share, way]] of strongest.reverse()) {
      const to = layout.places.get(id);
      const [a, b] = middle(to);
      ctx.strokeStyle = mwCss(mwRgb(way === "to" ? theme.accent : theme.fg), 0.15 + (0.4 * share) / most);
      ctx.lineWidth = 1 + (3.5 * share) / most;
      ctx.setLineDash(way === "to" ? [] : [1, ctx.lineWidth + 3]);
      ctx.beginPath();
      ctx.moveTo(u, v);
      if (Math.abs(v - b) < tile.height / 2) ctx.quadraticCurveTo((u + a) / 2, Math.min(v, b) - size * 0.9, a, b); // in one row: an arc above it
      else ctx.bezierCurveTo(u, v + (b - v) * 0.55, a, b - (b - v) * 0.55, a, b);
      ctx.stroke();
    }
    ctx.restore();
  }

  function drawTile(ctx, view, item) {
    const { theme, focus, pinned, step, asked } = state;
    const { x, y: top } = layout.places.get(item.id);
    const y = top - view.top;
    if (y > view.height || y + tile.height < 0) return;
    const current = item.id === focus.id;
    const unread = item.side === "support" && (shares.readAt[item.i] < 0 || shares.readAt[item.i] > step);
    ctx.fillStyle = theme.raised;
    ctx.fillRect(x, y, size, size);
    ctx.globalAlpha = unread ? 0.25 : 1;
    if (thumbs) thumbs[item.side].draw(ctx, item.i, x + 2, y + 2, size - 4, theme.fg, true);
    else drawWords(ctx, x, y, item);
    if (coloured && item.label >= 0) {
      ctx.fillStyle = mwCss(mwClassRgb(item.label, theme));
      ctx.strokeStyle = theme.bg;
      ctx.lineWidth = 2;
      mwShapePath(ctx, item.label, x + 5, y + 5, dense ? 3 : 3.6);
      ctx.stroke();
      ctx.fill();
    }
    ctx.globalAlpha = 1;
    if (item.side === "query" && predictions) {
      const p = mwAt(mwAt(predictions, step), item.i).data;
      if (mvArgmax(p) !== item.label) {
        ctx.strokeStyle = theme.bg;
        ctx.lineWidth = 4;
        mwCrossMark(ctx, x + size - 5.5, y + 5.5, 3);
        ctx.strokeStyle = theme.bad;
        ctx.lineWidth = 2;
        mwCrossMark(ctx, x + size - 5.5, y + 5.5, 3);
      }
    }
    if (current || item.id === asked) {
      ctx.strokeStyle = current ? (pinned ? theme.accent : theme.fg) : theme.muted;
      ctx.lineWidth = current ? (pinned ? 2.5 : 1.5) : 1;
      ctx.strokeRect(x - 0.5, y - 0.5, size + 1, size + 1);
    }
  }

  // What falls on an item, over the lines: a bar and a number.
  function drawLook(ctx, view, item, look, most) {
    const { theme } = state;
    const { x, y: top } = layout.places.get(item.id);
    const y = top - view.top;
    if (!look || y > view.height || y + tile.height < 0) return;
    const [share, way] = look;
    ctx.fillStyle = theme.bg;
    ctx.fillRect(x, y + size + 3, size, 4);
    ctx.fillStyle = theme.raised;
    ctx.fillRect(x, y + size + 3, size, 4);
    ctx.fillStyle = way === "to" ? theme.accent : theme.fg;
    ctx.fillRect(x, y + size + 3, size * Math.min(1, share / most), 4);
    if (dense) return;
    ctx.font = `10px ${theme.font}`;
    ctx.textAlign = "center";
    ctx.strokeStyle = theme.bg;
    ctx.lineWidth = 3;
    ctx.strokeText(mwPercent(share), x + size / 2, y + size + 14);
    ctx.fillStyle = share > 0.25 * most ? theme.fg : theme.muted;
    ctx.fillText(mwPercent(share), x + size / 2, y + size + 14);
  }

  // Without an image: a point's coordinates, or its number.
  function drawWords(ctx, x, y, item) {
    const { theme } = state;
    const values = mwAt(arrays[`${item.side}_x`], item.i).data;
    const lines = values.length <= 2 ? Array.from(values, (v) => mwNumber(v, 2)) : [`${item.i}`];
    ctx.font = `${dense ? 9 : 10}px ${theme.font}`;
    ctx.textAlign = "center";
    ctx.fillStyle = theme.fg;
    lines.forEach((line, k) => ctx.fillText(line, x + size / 2, y + size / 2 + 12 * (k - (lines.length - 1) / 2) + (coloured ? 3 : 0)));
  }

  function draw(ctx, view) {
    if (!layout || !state) return;
    const { theme } = state;
    const found = looks();
    let most = 0;
    for (const [share] of found.values()) most = Math.max(most, share);
    most = Math.max(most, 1e-9);
    ctx.textBaseline = "middle";
    for (const item of items) drawTile(ctx, view, item);
    drawLinks(ctx, view, found, most);
    for (const item of items) drawLook(ctx, view, item, found.get(item.id), most);
    ctx.textAlign = "left";
    for (const [text, y] of [["Support, in the order read", 0], [labels.length ? "Queries, by their true class" : "Queries", layout.middle]]) {
      ctx.font = `600 12px ${theme.font}`;
      ctx.fillStyle = theme.fg;
      ctx.fillText(text, 4, y + 9 - view.top);
    }
  }

  const scroll = mwScrollCanvas({
    signal, draw, role: "application", "aria-roledescription": "items",
    "aria-label": "Support items and queries. Arrow keys move between them, Enter selects one, Escape lets go; comma and full stop move the step.",
  });
  const hit = (event) => {
    const { x, y } = scroll.at(event);
    for (const [id, place] of layout?.places ?? []) if (x >= place.x - 3 && x < place.x + size + 3 && y >= place.y && y < place.y + tile.height - 2) return id;
    return "";
  };
  scroll.node.addEventListener("pointermove", (event) => selection.hover(hit(event)));
  scroll.node.addEventListener("pointerleave", () => selection.hover(""));
  scroll.node.addEventListener("click", (event) => {
    const id = hit(event);
    if (id) selection.set(selection.pinned() && selection.get() === id ? "" : id);
  });
  const go = (find) => {
    const id = find(state.focus);
    if (id === undefined) return;
    if (selection.pinned()) selection.set(id);
    else selection.hover(id);
    const place = layout.places.get(id);
    scroll.reveal({ x: 0, y: place.y - head, width: 1, height: tile.height + head });
    announce();
  };
  const ordered = [...support, ...queries];
  const by = (step) => go((focus) => ordered[ordered.findIndex((item) => item.id === focus.id) + step]?.id);
  // Up and down: the nearest item in the next row, of the other section too.
  const vertical = (way) => go((focus) => {
    const here = layout.places.get(focus.id);
    let best;
    for (const item of ordered) {
      const place = layout.places.get(item.id);
      const ahead = way * (place.y - here.y);
      if (ahead <= 0) continue;
      const cost = ahead * 1000 + Math.abs(place.x - here.x);
      if (!best || cost < best[0]) best = [cost, item.id];
    }
    return best?.[1];
  });
  mwKeys(scroll.node, {
    ArrowLeft: () => by(-1), ArrowRight: () => by(1), ArrowUp: () => vertical(-1), ArrowDown: () => vertical(1),
    Home: () => go(() => ordered[0].id), End: () => go(() => ordered[ordered.length - 1].id),
    Enter: () => { selection.set(state.focus.id); announce(); }, " ": () => { selection.set(state.focus.id); announce(); },
    Escape: () => { selection.set(""); announce(); }, ...stepKeys,
  });

  const key = mwEl("p", { class: "mv-key" });
  const marks = mwEl("ul", { class: "mv-classes", "aria-label": "Classes" });
  const pens = coloured ? labels.map((name, k) => {
    const made = mwCanvas({ "aria-hidden": "true" });
    marks.append(mwEl("li", {}, made.canvas, mwEl("span", { class: "mv-name", title: name }, name)));
    return { ...made, k };
  }) : [];
  let painted = "";
  return {
    node: mwEl("section", { class: "mv-panel", "aria-label": "Items" }, scroll.node, key, coloured && marks),
    paint(next) {
      state = next;
      scroll.paint();
      key.textContent = mvItemsKey(shares, next, headLabel(), Boolean(predictions));
      if (painted === next.theme.bg) return;
      painted = next.theme.bg;
      for (const { resize, ctx, k } of pens) {
        resize(12, 12);
        ctx.fillStyle = mwCss(mwClassRgb(k, next.theme));
        mwShapePath(ctx, k, 6, 6, 4.5);
        ctx.fill();
      }
    },
    fit(width) {
      layout = measure(width - 12);
      scroll.resize({ width: width - 12, height: layout.height, view: Math.min(layout.height, 470) });
    },
  };
}

// What the bars and lines are, for this focus.
function mvItemsKey(shares, { focus }, headLabel, crosses) {
  const wrong = crosses ? "Cross: predicted wrong at this step. " : "";
  if (!shares.kind) return `${wrong}Pale: not read yet.`;
  const what = shares.kind === "attention" ? `attention${headLabel ? ` (${headLabel})` : ""}` : "reading from memory";
  const pale = "Pale: not read yet.";
  if (focus.side === "query") return `Bar: where this query's ${what} falls. ${wrong}${pale}`;
  const among = shares.among ? " Coloured bars before it: what it attended to itself when it was read." : "";
  return `Dark bars and dotted lines: the ${what} that falls on this item.${among} ${wrong}${pale}`;
}
