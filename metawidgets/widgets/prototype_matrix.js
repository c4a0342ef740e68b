// The matrix itself: which prototype is nearest, where each cell lies, and how the part in sight is painted.

// Read one step's distances (query x way, NaN = no support yet): nearest and second nearest class, -1 for none.
// Of equal distances the first class wins, as in Python.
function mwNearest({ data, shape: [n, way] }) {
  const first = new Int16Array(n).fill(-1);
  const second = new Int16Array(n).fill(-1);
  const margin = new Float64Array(n).fill(NaN);
  for (let q = 0; q < n; q++) {
    const at = (k) => data[q * way + k];
    for (let k = 0; k < way; k++) {
      if (!Number.isFinite(at(k))) continue;
      if (first[q] < 0 || at(k) < at(first[q])) { second[q] = first[q]; first[q] = k; }
      else if (second[q] < 0 || at(k) < at(second[q])) second[q] = k;
    }
    if (second[q] >= 0) margin[q] = at(second[q]) - at(first[q]);
  }
  return { first, second, margin };
}

// Where everything lies, in page coordinates: the heads take the first `head` and `side` pixels.
function mwMatrixLayout({ grouped, labels, names, width, images, measure }) {
  const way = names.length;
  const side = images ? 40 : 96;
  const cell = Math.min(116, Math.max(28, Math.floor((width - side) / way)));
  const longest = Math.max(...names.map(measure));
  const upright = longest > cell - 8; // names that do not fit stand on end
  const thumb = images ? Math.min(40, Math.max(20, cell - 8)) : 0;
  const lines = upright ? Math.min(96, Math.ceil(longest) + 4) : 18;
  const row = images ? 32 : 26;
  const rows = new Array(labels.length);
  const groups = [];
  let y = lines + (thumb ? thumb + 4 : 0) + 10;
  const head = y;
  for (const { title, members } of grouped) {
    const group = { title, y, members, height: 26 + members.length * row };
    members.forEach((q, i) => { rows[q] = y + 26 + i * row; });
    groups.push(group);
    y += group.height + 6;
  }
  return { way, side, cell, upright, thumb, lines, row, rows, groups, head, width: side + way * cell, height: y };
}

// Which cell lies at (x, y) of the page: null where there is none.
function mwMatrixPick(layout, { u, v, x, y }) {
  if (v < layout.head || u < 0) return null;
  const group = layout.groups.find((g) => y >= g.y + 26 && y < g.y + g.height);
  const k = Math.floor((x - layout.side) / layout.cell);
  if (!group || (u >= layout.side && k >= layout.way)) return null;
  return [group.members[Math.floor((y - group.y - 26) / layout.row)], u < layout.side ? -1 : k];
}

// state: {distances, reading, colour(value, q) -> {rgb, css, ink} or null, labels, names, cell: [q, k] or null, pinned, marked (class or -1),
// groupText(group), rowText(q), queries, prototypes (mwThumbs), hasPrototype(k), theme}
function mwPaintMatrix(ctx, view, layout, state) {
  const { theme } = state;
  const { side, cell, row, head, way } = layout;
  ctx.textBaseline = "middle";
  const visible = (y, height) => y + height > view.top + head && y < view.top + view.height;
  const from = Math.max(0, Math.floor(view.left / cell));
  const to = Math.min(way, Math.ceil((view.left + view.width - side) / cell));
  for (const group of layout.groups) {
    if (!visible(group.y, group.height)) continue;
    for (const q of group.members) {
      const y = layout.rows[q] - view.top;
      if (!visible(layout.rows[q], row)) continue;
      for (let k = from; k < to; k++) mwPaintCell(ctx, side + k * cell - view.left, y, layout, state, q, k);
    }
  }
  if (state.cell) mwPaintCursor(ctx, view, layout, state);
  ctx.fillStyle = theme.bg;
  ctx.fillRect(0, head, side, view.height);
  mwPaintRowHeads(ctx, view, layout, state);
  mwPaintColumnHeads(ctx, view, layout, state);
}

function mwPaintCell(ctx, x, y, layout, state, q, k) {
  const { cell, row, way } = layout;
  const [w, h] = [cell - 1, row - 1];
  const colour = state.colour(state.distances.data[q * way + k], q);
  if (!colour) {
    ctx.fillStyle = state.theme.raised;
    ctx.fillRect(x, y, w, h);
    mwHatch(ctx, x, y, w, h, mwCss(mwRgb(state.theme.muted), 0.45));
    return;
  }
  ctx.fillStyle = colour.css;
  ctx.fillRect(x, y, w, h);
  const [cx, cy] = [x + w / 2, y + h / 2];
  const isNearest = state.reading.first[q] === k;
  const isTrue = state.labels[q] === k;
  ctx.strokeStyle = ctx.fillStyle = colour.ink;
  if (isNearest && isTrue) mwDotMark(ctx, cx, cy, 4);
  else if (isNearest) { ctx.lineWidth = 2.5; mwCrossMark(ctx, cx, cy, 4.5); }
  else if (isTrue && state.reading.first[q] >= 0) { ctx.lineWidth = 1.75; mwDotMark(ctx, cx, cy, 4, false); }
}

function mwPaintCursor(ctx, view, layout, { cell: [q, k], pinned, theme }) {
  const y = layout.rows[q] - view.top;
  ctx.strokeStyle = theme.fg;
  ctx.lineWidth = 1;
  ctx.strokeRect(layout.side - view.left - 0.5, y - 0.5, layout.way * layout.cell, layout.row);
  if (k < 0) return;
  const x = layout.side + k * layout.cell - view.left;
  ctx.lineWidth = 5;
  ctx.strokeStyle = theme.bg;
  ctx.strokeRect(x + 0.5, y + 0.5, layout.cell - 2, layout.row - 2);
  ctx.lineWidth = pinned ? 3 : 1.5;
  ctx.strokeStyle = theme.fg;
  ctx.strokeRect(x + 0.5, y + 0.5, layout.cell - 2, layout.row - 2);
}

function mwPaintRowHeads(ctx, view, layout, state) {
  const { theme } = state;
  const { side, row, head } = layout;
  for (const group of layout.groups) {
    const top = group.y - view.top;
    if (top + group.height < head || top > view.height) continue;
    for (const q of group.members) {
      const y = layout.rows[q] - view.top;
      if (y + row < head || y > view.height) continue;
      const current = state.cell?.[0] === q;
      if (current) {
        ctx.fillStyle = state.pinned ? theme.accent : theme.fg;
        ctx.fillRect(0, y, 3, row - 1);
      }
      if (state.queries) state.queries.draw(ctx, q, 6, y + 1, row - 3, theme.fg);
      else {
        ctx.font = `11px ${theme.font}`;
        ctx.fillStyle = current ? theme.fg : theme.muted;
        ctx.textAlign = "left";
        ctx.fillText(mwShorten(ctx, state.rowText(q), side - 12), 8, y + row / 2);
      }
    }
    // The group's name stays in sight as long as any of its rows is, as a heading of a long table would.
    const y = Math.min(Math.max(top, head), top + group.height - 26);
    ctx.fillStyle = theme.bg;
    ctx.fillRect(0, y, view.width, 26);
    ctx.textAlign = "left";
    ctx.font = `600 12px ${theme.font}`;
    ctx.fillStyle = theme.fg;
    const name = mwShorten(ctx, group.title, Math.max(60, view.width - 140));
    ctx.fillText(name, 6, y + 14);
    const after = 6 + ctx.measureText(name).width + 10;
    ctx.font = `11px ${theme.font}`;
    ctx.fillStyle = theme.muted;
    ctx.fillText(mwShorten(ctx, state.groupText(group), view.width - after - 4), after, y + 14.5);
  }
}

function mwPaintColumnHeads(ctx, view, layout, state) {
  const { theme } = state;
  const { side, cell, head, thumb, lines, upright } = layout;
  ctx.fillStyle = theme.bg;
  ctx.fillRect(0, 0, view.width, head);
  ctx.save();
  ctx.beginPath();
  ctx.rect(side, 0, view.width - side, head);
  ctx.clip();
  for (let k = 0; k < layout.way; k++) {
    const x = side + k * cell - view.left;
    if (x + cell < side || x > view.width) continue;
    const current = state.cell?.[1] === k || state.marked === k;
    ctx.font = `${current ? 600 : 400} 12px ${theme.font}`;
    ctx.fillStyle = theme.fg;
    if (upright) {
      ctx.save();
      ctx.translate(x + cell / 2, lines + 2);
      ctx.rotate(-Math.PI / 2);
      ctx.textAlign = "left";
      ctx.fillText(mwShorten(ctx, state.names[k], lines - 2), 0, 0);
      ctx.restore();
    } else {
      ctx.textAlign = "center";
      ctx.fillText(mwShorten(ctx, state.names[k], cell - 6), x + cell / 2, 10);
    }
    if (thumb && state.hasPrototype(k)) state.prototypes.draw(ctx, k, x + (cell - 1 - thumb) / 2, lines + 4, thumb, theme.fg);
    if (current) {
      ctx.fillStyle = state.pinned || state.marked === k ? theme.accent : theme.fg;
      ctx.fillRect(x, head - 4, cell - 1, 3);
    }
  }
  ctx.restore();
}

// The whole matrix as a strip beside the scrolled one: errors as ticks at its right edge, the part in sight framed.
// One pixel a cell, stretched: thousands of cells cost no more than one image.
function mwPaintStrip(ctx, width, height, view, layout, state) {
  const { theme, reading, labels } = state;
  const { way, rows } = layout;
  const scale = height / (layout.height - layout.head);
  const cells = width - 9;
  const small = Object.assign(document.createElement("canvas"), { width: way, height: rows.length });
  const pixels = new ImageData(way, rows.length);
  const none = mwRgb(theme.grid);
  let line = 0;
  for (const { members } of layout.groups) for (const q of members) {
    for (let k = 0; k < way; k++) {
      const [r, g, b] = state.colour(state.distances.data[q * way + k], q)?.rgb ?? none;
      pixels.data.set([r, g, b, 255], 4 * (line * way + k));
    }
    line += 1;
  }
  small.getContext("2d").putImageData(pixels, 0, 0);
  ctx.clearRect(0, 0, width, height);
  ctx.imageSmoothingEnabled = false;
  ctx.fillStyle = theme.fg;
  line = 0;
  for (const { members } of layout.groups) {
    const y = (rows[members[0]] - layout.head) * scale;
    ctx.drawImage(small, 0, line, way, members.length, 0, y, cells, members.length * layout.row * scale);
    line += members.length;
    members.forEach((q, i) => {
      if (reading.first[q] >= 0 && reading.first[q] !== labels[q]) ctx.fillRect(cells + 2, y + i * layout.row * scale, 7, Math.max(2, layout.row * scale - 0.5));
    });
  }
  ctx.strokeStyle = theme.fg;
  ctx.lineWidth = 1.5;
  ctx.strokeRect(0.75, view.top * scale + 0.75, cells - 1.5, Math.min(height, (view.height - layout.head) * scale) - 1.5);
}
