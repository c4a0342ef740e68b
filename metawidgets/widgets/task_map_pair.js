// Two episodes opened side by side: their support sets by class, and the tasks nearest to and farthest from the first.

// The items of all tasks: {hasPictures, kind, mosaic(ctx, i, x, y, size, theme), draw(task, theme, selection) -> node}
function tmOpened(config, arrays) {
  const images = arrays.x?.shape.length === 4;
  const thumbs = images && mwThumbs(arrays.x);
  const dim = arrays.x && !images ? arrays.x.shape[1] : 0;
  const curve = dim === 1;
  const task = (i) => config.tasks[i];
  const firsts = (i) => {
    const { start, count } = task(i);
    const seen = new Map();
    for (let at = start; at < start + count; at++) if (!seen.has(arrays.y.data[at])) seen.set(arrays.y.data[at], at);
    return [...seen.values()];
  };
  let range = null;
  const extent = () => {
    if (range) return range;
    const [x, y] = curve ? [Array.from(arrays.x.data), Array.from(arrays.y.data)] : [0, 1].map((k) => Array.from(arrays.x.data).filter((_, i) => i % dim === k));
    range = [Math.min(...x), Math.min(...y), Math.max(...x), Math.max(...y)];
    return range;
  };
  const plots = curve || dim === 2;
  function plot(ctx, i, x, y, width, height, theme, r) {
    const [left, low, right, high] = extent();
    const u = (value) => x + 4 + ((value - left) / (right - left || 1)) * (width - 8);
    const v = (value) => y + height - 4 - ((value - low) / (high - low || 1)) * (height - 8);
    const { start, count, task: drawn } = task(i);
    if (curve && "amplitude" in drawn && "phase" in drawn) {
      ctx.strokeStyle = theme.muted;
      ctx.lineWidth = 1.25;
      mwDrawTrace(ctx, 60, (t) => u(left + (t / 59) * (right - left)), (t) => v(drawn.amplitude * Math.sin(left + (t / 59) * (right - left) - drawn.phase)));
    }
    for (let at = start; at < start + count; at++) {
      const k = curve ? 0 : arrays.y.data[at];
      ctx.fillStyle = mwCss(mwClassRgb(k, theme));
      mwShapePath(ctx, k, u(arrays.x.data[dim * at]), v(curve ? arrays.y.data[at] : arrays.x.data[dim * at + 1]), r);
      ctx.fill();
    }
  }
  return {
    hasPictures: images || plots,
    mosaic(ctx, i, x, y, size, theme) {
      if (plots) { plot(ctx, i, x, y, size, size, theme, 1.6); return; }
      firsts(i).slice(0, 4).forEach((item, k) => thumbs.draw(ctx, item, x + (k % 2) * (size / 2), y + Math.floor(k / 2) * (size / 2), size / 2, theme.fg, true));
    },
    draw(i, theme, onPick, marked) {
      if (!config.tasks.length) return mwEl("p", { class: "tm-kicker" }, "The episodes were not kept with this map.");
      const { start, count, class_names: names, ids, more } = task(i);
      if (plots) {
        const { canvas, ctx, resize } = mwCanvas({ class: "tm-canvas", role: "img", "aria-label": `support of ${config.names[i]}, ${count} points` });
        resize(240, 150);
        plot(ctx, i, 0, 0, 240, 150, theme, 4);
        return mwEl("div", {}, canvas);
      }
      const rows = names.map((name, k) => {
        const mine = Array.from({ length: count }, (_, at) => start + at).filter((at) => arrays.y.data[at] === k);
        const pictures = images ? mine.map((at) => {
          const { canvas, ctx, resize } = mwCanvas({ role: "img", "aria-label": `${name}, ${ids[at - start]}` });
          resize(36, 36);
          thumbs.draw(ctx, at, 2, 2, 32, theme.fg, true);
          return mwEl("button", { type: "button", class: `tm-item${marked === ids[at - start] ? " is-marked" : ""}`, "aria-label": `${name}, ${ids[at - start]}`, title: ids[at - start], onclick: () => onPick(ids[at - start]) }, canvas);
        }) : mwEl("span", { class: "tm-kicker" }, `${mine.length} support ${mine.length === 1 ? "item" : "items"}`);
        const sign = mwCanvas({ "aria-hidden": "true" });
        sign.resize(14, 14);
        sign.ctx.fillStyle = mwCss(mwClassRgb(k, theme));
        mwShapePath(sign.ctx, k, 7, 7, 4.2);
        sign.ctx.fill();
        return mwEl("li", {}, sign.canvas, mwEl("span", { class: "tm-name", title: name }, emShort(name, 20)), mwEl("span", { class: "tm-items" }, pictures));
      });
      return mwEl("div", {}, mwEl("ul", { class: "tm-classes" }, rows), more > 0 && mwEl("p", { class: "tm-kicker" }, `and ${more} more support items`));
    },
  };
}

function mwDrawTrace(ctx, n, x, y) {
  ctx.beginPath();
  for (let i = 0; i < n; i++) ctx.lineTo(x(i), y(i));
  ctx.stroke();
}

// tmPair({config, opened, groupOf, onPair, onItem}) -> {node, show(state) -> the same as one sentence}
function tmPair({ config, opened, onPair, onItem }) {
  const title = mwEl("h4", {});
  const told = mwEl("p", { class: "tm-told" });
  const sides = mwEl("div", { class: "tm-sides" });
  const lists = mwEl("div", { class: "tm-lists" });
  const node = mwEl("div", { role: "group", class: "tm-pair", "aria-label": "Two tasks side by side" }, title, told, sides, lists);
  let shown = "";
  const side = (letter, i, state) => mwEl("div", { class: "tm-side" },
    mwEl("h5", {}, mwEl("b", { class: "tm-letter" }, letter), config.names[i]),
    mwEl("p", { class: "tm-kicker" }, [config.groups[i], config.tasks[i]?.seed.length && `seed ${config.tasks[i].seed.join(", ")}`,
      Object.entries(config.tasks[i]?.task ?? {}).filter(([key]) => ["amplitude", "phase"].includes(key)).map(([key, value]) => `${key} ${mwNumber(value)}`).join(", ")].filter(Boolean).join(" \u00b7 ")),
    opened.draw(i, state.theme, onItem, state.marked));
  const list = (head, others, a, state) => mwEl("div", {}, mwEl("p", { class: "tm-kicker" }, head), mwEl("ol", {}, others.map((i) => mwEl("li", {},
    mwButton({ text: `${config.names[i]}${config.groups[i] ? `, ${config.groups[i]}` : ""}`, title: `Open ${config.names[a]} and ${config.names[i]}`, onclick: () => onPair([a, i]) }),
    mwEl("span", {}, mwNumber(state.values[a * config.names.length + i]))))));
  return {
    node,
    show(state) {
      const { pair: [a, b], values, ranked, what, mode, theme } = state;
      const key = [a, b, mode, what, theme.fg, theme.bg, state.marked].join();
      if (key === shown) return node.dataset.said;
      shown = key;
      const n = config.names.length;
      const rank = ranked.indexOf(b) + 1;
      const value = values[a * n + b];
      title.textContent = `${config.names[a]} and ${config.names[b]}`;
      const place = rank === 1 ? "the nearest" : rank === n - 1 ? "the farthest" : `number ${rank} by nearness`;
      told.textContent = `${{ pinned: "Pinned. ", pointed: "", nearest: "The two nearest of all. " }[mode]}${what}: ${mwNumber(value)}. Of the ${n - 1} other tasks B is ${place} to A.`;
      sides.replaceChildren(side("A", a, state), side("B", b, state));
      const few = Math.min(5, Math.floor((n - 1) / 2));
      lists.replaceChildren(...(few ? [list("Nearest to A", ranked.slice(0, few), a, state), list("Farthest from A", ranked.slice(-few).reverse(), a, state)] : []));
      node.dataset.said = `${title.textContent}. ${told.textContent}`;
      return node.dataset.said;
    },
  };
}
