// Who looks at what, as a matrix: support items as columns in the order read; as rows the heads (for the item in focus), or all
// queries, or the support items themselves.

// mvHeadsPanel(shared) -> {node, paint(state), fit(width)}
function mvHeadsPanel(shared) {
  const { config, arrays, shares, model, support, queries, coloured, images, selection, stepKeys, itemWords, headLabel } = shared;
  const { head_names: names, head_groups: groups } = config;
  const n = shares.n;
  const thumbs = images && { support: mwThumbs(arrays.support_x), query: mwThumbs(arrays.query_x) };
  const attends = shares.kind === "attention";
  // The range of the colours, for all steps; of readings, which have to be worked out, from a few of them.
  const last = config.steps - 1;
  const reach = Math.max(1e-9, attends ? config.scales.attention * mvReach(arrays.attention.data) : Math.max(...[0.1, 0.3, 0.5, 0.75, 1].map((part) => mvReach(shares.ofAll(Math.round(part * last), [])))));
  const several = names.length > 1;
  const layered = groups.length > 1 && groups.length < names.length;
  const layer = new Int32Array(names.length);
  groups.forEach(([, heads], g) => heads.forEach((h) => { layer[h] = g; }));
  const options = [several && ["heads", "Heads"], ["queries", "Queries"], shares.among && ["items", "Support items"]].filter(Boolean);
  const rows = () => (options.some(([each]) => each === model.get("rows")) ? model.get("rows") : options[0][0]);
  const rowItem = (r) => (rows() === "queries" ? queries : support)[r];
  const column = support.map((item) => item.i); // columns stand in the order read, the arrays in the episode's
  let state = null;
  let now = { key: "", data: null };
  // Without a record of attention among support items, heads are shown for the query asked about.
  const subject = () => (state.focus.side === "query" || shares.among ? state.focus : queries.find((item) => item.id === state.asked));
  const unread = (i) => shares.readAt[i] < 0 || shares.readAt[i] > state.step;

  const segments = mwSegments({ label: "Rows", options, value: rows(), onchange: (next) => mvSave(model, "rows", next) });
  const ofLayer = ([group, heads], g) => [...(layered ? [[`layer:${g}`, `${group} (mean of ${heads.length})`]] : []), ...heads.map((h) => [`head:${h}`, names[h]])];
  const choice = several ? mwChoice({
    label: "Attention of", options: [["all", `all ${names.length} heads (mean)`], ...groups.flatMap(ofLayer)], value: model.get("head"), onchange: (next) => mvSave(model, "head", next),
  }) : null;
  const legend = mvLegend();

  // The numbers of this state, row by row over the items of the episode; null where nothing is recorded yet.
  function values() {
    const { step, heads } = state;
    const key = `${rows()} ${step} ${rows() === "heads" ? subject().id : heads}`;
    if (now.key === key) return now;
    now = { key, data: rows() === "heads" ? shares.byHead(step, subject()) : new Float32Array((rows() === "queries" ? queries : support).length * n) };
    if (rows() === "queries") queries.forEach((item, r) => now.data.set(shares.ofQuery(step, item.i, heads).items, r * n));
    if (rows() === "items") support.forEach((item, r) => { const own = shares.row(item.i, step, heads); if (own) now.data.set(own, r * n); });
    return now;
  }
  const whose = (item) => (item.side === "query" ? `query ${item.i}` : itemWords(item.i));
  const words = (r, j) => {
    const label = several ? ` (${headLabel()})` : "";
    if (r < 0 || j < 0) {
      if (rows() === "heads") return now.data ? `${attends ? "Attention" : "Reading"} of ${whose(subject())}, head by head. A click chooses a head.` : `Item ${subject().i} is not read yet.`;
      return `${attends ? "Attention" : "Reading"} of ${rows() === "queries" ? "every query" : "every support item, when it was read"}${label}. A click selects the item of the row.`;
    }
    const item = column[j];
    const who = rows() === "heads" ? `${names[r]}, ${whose(subject())}` : `${whose(rowItem(r))}${label}`;
    if (unread(item)) return `${who}: ${itemWords(item)} is not read yet.`;
    return `${who}: ${mwPercent(now.data?.[r * n + item] ?? 0)} of its ${attends ? "attention to" : "reading falls on"} ${itemWords(item)}.`;
  };
  const matrix = mvMatrix({
    ...shared, words, everyRow: true,
    name: `${attends ? "Attention" : "Reading"} as a matrix, support items across. Arrow keys move over it, Enter chooses the head or selects the item of the row.`,
    keys: stepKeys,
    shape: () => ({
      rows: { heads: names.length, queries: queries.length, items: n }[rows()], columns: n, gutter: rows() === "heads" ? 96 : 38, tall: rows() === "heads" ? 300 : 380,
      most: rows() === "heads" ? 20 : 18, gap: rows() === "heads" && layered ? (h) => 4 * layer[h] : undefined,
    }),
    item: (j) => column[j], pale: (j) => unread(column[j]), tick: (j) => `${j + 1}`,
    label(r, { x, y, row }, ctx) {
      const { theme, heads, focus } = state;
      if (rows() === "heads") {
        if (heads.includes(r) && heads.length < names.length) ctx.fillStyle = theme.fg;
        return row > 9 || r % Math.ceil(11 / row) === 0 ? names[r] : "";
      }
      const item = rowItem(r);
      if (item.id === focus.id) { ctx.fillStyle = theme.accent; ctx.fillRect(0, y, 3, row); }
      if (coloured) {
        ctx.fillStyle = mwCss(mwClassRgb(item.label, theme));
        if (row >= 8) { mwShapePath(ctx, item.label, 11, y + row / 2, 3.4); ctx.fill(); }
        else ctx.fillRect(x - 8, y, 5, row);
      }
      ctx.fillStyle = theme.muted;
      if (images && row >= 11) thumbs[item.side].draw(ctx, item.i, x - 20, y, row - 1, theme.fg, true);
      else return row >= 11 || r % Math.ceil(12 / row) === 0 && !coloured ? `${item.i}` : "";
    },
    cells() {
      const { key, data } = values();
      return data && { kind: "size", key, place: (r, j) => mvPlace(data[r * n + column[j]], reach, "size") };
    },
    more(ctx, { x, column: wide, head, bottom, columns, rows: total }) {
      const { theme, heads, focus } = state;
      const first = column.findIndex(unread);
      if (first >= 0) for (const colour of [theme.bg, theme.raised]) { ctx.fillStyle = colour; ctx.fillRect(x + first * wide, head, (columns - first) * wide, bottom - head); }
      const at = support.findIndex((item) => item.id === focus.id);
      if (at >= 0) { ctx.fillStyle = theme.accent; ctx.fillRect(x + at * wide, head - 3, wide, 2); }
      for (let r = 0; r < total; r++) if (rows() === "heads" ? heads.length < total && heads.includes(r) : rowItem(r).id === focus.id) matrix.frameRow(r, theme.accent, 1.5);
    },
    choose(r) {
      if (rows() !== "heads") selection.set(rowItem(r).id);
      else mvSave(model, "head", model.get("head") === `head:${r}` ? "all" : `head:${r}`);
    },
    hover: (found) => rows() !== "heads" && selection.hover(found ? rowItem(found[0]).id : ""),
  });
  return {
    node: mwEl("div", { role: "group", class: "mv-panel", "aria-label": attends ? "Who attends to what" : "Who reads what" },
      mwEl("div", { class: "mv-head" }, mwEl("h4", {}, attends ? "Who attends to what" : "Who reads what"), options.length > 1 && segments.node, choice?.node, legend.node), matrix.node, matrix.told),
    fit: matrix.fit,
    paint(next) {
      state = next;
      values();
      matrix.paint(state);
      segments.set(rows());
      choice?.set(mvHeadChoice(config, state.head));
      legend.set({ text: attends ? "attention" : "reading", kind: "size", reach, percent: true, theme: state.theme });
    },
  };
}
