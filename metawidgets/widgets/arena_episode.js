// The episode behind a dot: what was given, what was asked, and what each learner answered.

const AE_THUMB = 34;

// mwArenaEpisode({names, config, words, selection, say}) -> {node, load({index, arrays, plain, theme}), mark(), paint(theme)}
function mwArenaEpisode({ names, kind, words, selection, say }) {
  const body = mwEl("div", { class: "ae-body" });
  const told = mwEl("p", { class: "ae-told" });
  const picture = mwEl("span", { class: "ae-told-picture" });
  const node = mwEl("div", { class: "ae" }, body, mwEl("div", { class: "ae-foot" }, picture, told));
  let [now, cells, thumbs, plot] = [null, [], null, null];
  let looked = -1;
  const rivalText = (q) => names.map((name, i) => {
    const { arrays, plain } = now;
    if (kind === "curve" || !plain.class_names.length) {
      const off = mwAt(mwAt(arrays.answers, i), q).data[0] - mwAt(arrays.query_y, q).data[0];
      return `${name} off by ${mwNumber(off)}`;
    }
    const said = mwAt(arrays.answers, i).data[q];
    return `${name} ${said === arrays.query_y.data[q] ? "\u25cf right" : `\u2715 ${plain.class_names[said]}`}`;
  }).join(" \u00b7 ");
  const text = (q) => {
    const { arrays, plain } = now;
    const truth = plain.class_names.length ? plain.class_names[arrays.query_y.data[q]] : `target ${mwNumber(mwAt(arrays.query_y, q).data[0])}`;
    return `Query ${q + 1}, ${truth}: ${rivalText(q)}`;
  };
  const marked = () => (looked >= 0 ? looked : now ? now.plain.query_ids.indexOf(selection.get()) : -1);
  const mark = () => {
    if (!now) return;
    const q = marked();
    const pinned = selection.pinned() ? now.plain.query_ids.indexOf(selection.get()) : -1;
    cells.forEach((cell, i) => {
      cell.classList.toggle("is-current", i === q);
      cell.setAttribute("aria-pressed", String(i === pinned));
    });
    told.textContent = q >= 0 ? text(q) : "Point at a query, or move to it with the arrow keys, to read who answered what.";
    picture.replaceChildren();
    if (q >= 0 && thumbs) {
      const { canvas, ctx, resize } = mwCanvas({ "aria-hidden": "true" });
      resize(56, 56);
      thumbs.draw(ctx, q, 0, 0, 56, now.theme.fg);
      picture.append(canvas);
    }
    plot?.(q);
  };
  const look = (q) => { looked = q; if (q >= 0) selection.hover(now.plain.query_ids[q]); mark(); };
  const choose = (q) => {
    const id = now.plain.query_ids[q];
    selection.toggle(id);
    mark();
  };
  const move = (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -6, ArrowDown: 6, Home: -1e6, End: 1e6 }[event.key];
    const at = cells.indexOf(event.target.closest(".ae-query"));
    if (!step || at < 0) return;
    event.preventDefault();
    cells[Math.min(cells.length - 1, Math.max(0, at + step))].focus();
  };
  body.addEventListener("keydown", move);
  body.addEventListener("pointerleave", () => look(-1));
  body.addEventListener("focusout", (event) => { if (!body.contains(event.relatedTarget)) look(-1); });

  const small = (draw, size) => {
    const { canvas, ctx, resize } = mwCanvas({ "aria-hidden": "true" });
    resize(size, size);
    draw(ctx, size);
    return canvas;
  };
  // One query: its picture, and under it a sign for each learner in their order.
  const queryCell = (q, theme) => {
    const { arrays } = now;
    const truth = arrays.query_y.data[q];
    const face = thumbs
      ? small((ctx, size) => thumbs.draw(ctx, q, 0, 0, size, theme.fg), AE_THUMB)
      : mwEl("span", { class: "ae-number" }, `${q + 1}`);
    const signs = mwEl("span", { class: "ae-signs" }, names.map((_, i) => small((ctx, size) => {
      const right = mwAt(arrays.answers, i).data[q] === truth;
      ctx.strokeStyle = ctx.fillStyle = right ? theme.muted : theme.bad;
      ctx.lineWidth = 2;
      if (right) { ctx.globalAlpha = 0.7; mwDotMark(ctx, size / 2, size / 2, 2); } else mwCrossMark(ctx, size / 2, size / 2, 3.2);
    }, 10)));
    return mwEl("button", {
      type: "button", class: "mw-button ae-query", tabindex: q === now.first ? 0 : -1, "aria-label": text(q), "aria-pressed": "false",
      onclick: () => choose(q), onfocus: (event) => { cells.forEach((c) => { c.tabIndex = -1; }); event.currentTarget.tabIndex = 0; look(q); },
      onpointerenter: () => look(q),
    }, face, signs);
  };
  const classRows = (theme) => {
    const { arrays, plain } = now;
    const order = plain.class_names.map((_, k) => [...arrays.query_y.data.keys()].filter((q) => arrays.query_y.data[q] === k));
    now.first = order.flat()[0];
    const supports = kind === "images" && mwThumbs(arrays.support_x);
    const made = new Map(order.flat().map((q) => [q, queryCell(q, theme)]));
    cells = arrays.query_y.data.length ? Array.from(arrays.query_y.data.keys(), (q) => made.get(q)) : [];
    return order.map((queries, k) => mwEl("div", { class: "ae-class", role: "group", "aria-label": `Class ${plain.class_names[k]}` },
      mwEl("div", { class: "ae-head" },
        mwEl("span", { class: "ae-name", title: plain.class_names[k] }, plain.class_names[k]),
        supports && mwEl("span", { class: "ae-supports" }, [...arrays.support_y.data.keys()].filter((s) => arrays.support_y.data[s] === k).slice(0, 5)
          .map((s) => small((ctx, size) => supports.draw(ctx, s, 0, 0, size, theme.fg), AE_THUMB)))),
      mwEl("div", { class: "ae-queries" }, queries.map((q) => made.get(q)))));
  };
  const wrongOf = (i) => Array.from(now.arrays.query_y.data.keys()).filter((q) => mwAt(now.arrays.answers, i).data[q] !== now.arrays.query_y.data[q]).length;

  return {
    node, mark,
    load({ arrays, plain, theme, width }) {
      now = { arrays, plain, theme, first: 0 };
      looked = -1;
      plot = null;
      thumbs = kind === "images" ? mwThumbs(arrays.query_x) : null;
      cells = [];
      if (plain.class_names.length) {
        const n = arrays.query_y.data.length;
        const key = mwEl("p", { class: "ae-key" }, `Under each query, from top: ${names.map((name, i) => `${name} (${wrongOf(i)} of ${n} wrong)`).join(", ")}. A dot is right, a cross wrong.`);
        const figure = kind === "points" ? mwArenaPoints({ arrays, plain, theme, width }) : null;
        plot = figure?.mark ?? null;
        body.replaceChildren(key, ...(figure ? [figure.node] : []), ...classRows(theme));
      } else if (arrays.curves) {
        const figure = mwArenaCurve({ arrays, names, theme, width, words });
        plot = figure.mark;
        body.replaceChildren(figure.node);
      } else body.replaceChildren(mwEl("p", { class: "ae-key" }, names.map((name, i) => `${name}: ${words.one(now.plain.scores?.[i] ?? NaN)}`).join(", ")));
      node.querySelector(".ae-foot").hidden = !plain.class_names.length;
      mark();
    },
  };
}

// 2-D points: support filled, queries hollow, by the shape and colour of their class; the looked-at query ringed.
function mwArenaPoints({ arrays, plain, theme, width }) {
  const { canvas, ctx, resize } = mwCanvas({ class: "ar-canvas", role: "img", "aria-label": "Support and query points in the plane" });
  const side = Math.min(width, 420);
  const all = [arrays.support_x, arrays.query_x].flatMap((x) => Array.from({ length: x.shape[0] }, (_, i) => mwAt(x, i).data));
  const range = (axis) => { const v = all.map((p) => p[axis]); const pad = 0.06 * (Math.max(...v) - Math.min(...v) || 1); return [Math.min(...v) - pad, Math.max(...v) + pad]; };
  const mark = (current) => {
    resize(side, 0.75 * side);
    const x = mwScale(range(0), [8, side - 8]);
    const y = mwScale(range(1), [0.75 * side - 8, 8]);
    const draw = (points, labels, filled) => labels.data.forEach((k, i) => {
      const p = mwAt(points, i).data;
      const colour = mwCss(mwClassRgb(k, theme));
      ctx.fillStyle = ctx.strokeStyle = colour;
      ctx.lineWidth = 1.5;
      mwShapePath(ctx, k, x(p[0]), y(p[1]), filled ? 6 : 4);
      if (filled) ctx.fill(); else ctx.stroke();
      if (!filled && i === current) { ctx.strokeStyle = theme.fg; ctx.lineWidth = 2; mwDotMark(ctx, x(p[0]), y(p[1]), 9, false); }
    });
    draw(arrays.query_x, arrays.query_y, false);
    draw(arrays.support_x, arrays.support_y, true);
  };
  mark(-1);
  return { mark, node: mwEl("figure", { class: "ae-plot" }, canvas, mwEl("figcaption", { class: "ae-key" }, `Support filled, queries hollow: ${plain.class_names.join(", ")}.`)) };
}

// A curve: the support points, the queries' true values, and each learner's curve by its colour and dashes.
const AE_DASHES = [[], [7, 3], [2, 3], [9, 3, 2, 3], [4, 4], [1, 2]];
function mwArenaCurve({ arrays, names, theme, width }) {
  const { canvas, ctx, resize } = mwCanvas({ class: "ar-canvas", role: "img", "aria-label": `Curves of ${names.join(", ")} over support points and the true values of the queries` });
  const [w, h] = [Math.min(width, 760), 280];
  const truth = [...arrays.query_x.data.keys()].sort((a, b) => arrays.query_x.data[a] - arrays.query_x.data[b]);
  const finite = [...arrays.curves.data, ...arrays.query_y.data, ...arrays.support_y.data].filter((v) => Number.isFinite(v));
  const known = [...arrays.query_y.data, ...arrays.support_y.data];
  const span = Math.max(...known) - Math.min(...known) || 1;
  const [low, high] = [Math.max(Math.min(...finite), Math.min(...known) - span), Math.min(Math.max(...finite), Math.max(...known) + span)];
  const mark = () => {
    resize(w, h);
    const box = { left: 44, right: w - 8, top: 8, bottom: h - 24 };
    const x = mwScale([arrays.probe.data[0], arrays.probe.data.at(-1)], [box.left, box.right]);
    const y = mwScale([low, high], [box.bottom, box.top]);
    mwDrawAxes(ctx, { box, x, y, xTicks: mwTicks(arrays.probe.data[0], arrays.probe.data.at(-1), w / 80), yTicks: mwTicks(low, high, 5), theme });
    ctx.save();
    ctx.beginPath();
    ctx.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
    ctx.clip();
    ctx.fillStyle = ctx.strokeStyle = theme.muted;
    for (const q of truth) mwDotMark(ctx, x(arrays.query_x.data[q]), y(arrays.query_y.data[q]), 2, true);
    names.forEach((_, i) => {
      ctx.strokeStyle = mwRivalLook(i, theme).colour;
      ctx.lineWidth = 2;
      ctx.setLineDash(AE_DASHES[i % AE_DASHES.length]);
      const curve = mwAt(arrays.curves, i).data;
      mwDrawLine(ctx, curve.length, (j) => x(arrays.probe.data[j]), (j) => y(curve[j]));
    });
    ctx.setLineDash([]);
    ctx.restore();
    ctx.fillStyle = theme.fg;
    arrays.support_y.data.forEach((v, i) => mwDotMark(ctx, x(arrays.support_x.data[i]), y(v), 4.5));
  };
  mark();
  const swatch = (i) => mwEl("svg", { width: 26, height: 10, "aria-hidden": "true" }, mwEl("line", {
    x1: 0, x2: 26, y1: 5, y2: 5, "stroke-width": 2.25, stroke: mwRivalLook(i, theme).colour, "stroke-dasharray": AE_DASHES[i % AE_DASHES.length].join(" "),
  }));
  return { mark, node: mwEl("figure", { class: "ae-plot" }, canvas, mwEl("figcaption", { class: "ae-legend" },
    names.map((name, i) => mwEl("span", {}, swatch(i), name)), mwEl("span", {}, "large dots: support; small dots: the queries' true values"))) };
}
