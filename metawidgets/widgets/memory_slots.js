// The memory, slot by slot: what each step wrote there (or how used it is, or what a query reads), what stands in it now, and, as a
// strip between the two, the class of the item that it holds. One row is one slot throughout.

// mvSlotsPanel(shared) -> {node, paint(state), fit(width)}; pick(slot, step or null, jump) is a choice by click or key.
function mvSlotsPanel(shared) {
  const { config, arrays, shares, model, coloured, pick, player, announce, redraw, itemWords } = shared;
  const { write_weights: writes, usage, read_weights: reads, memory } = arrays;
  const [steps, n] = writes.shape;
  const features = memory?.shape[2] ?? 0;
  const nQuery = shares.nQuery;
  const labels = arrays.support_y.data;
  const pictureNow = mvPicture();
  const maxOf = (array, scale = 1) => (array ? Math.max(1e-9, scale * mvReach(array.data)) : 1);
  const reach = { writes: maxOf(writes), usage: maxOf(usage), reads: maxOf(reads, config.scales.read_weights) };
  const reachNow = maxOf(memory, config.scales.memory);
  const options = [["writes", "Writes"], reads && nQuery && ["reads", "Reads"], usage && ["usage", "Usage"]].filter(Boolean);
  const shown = () => (options.some(([each]) => each === model.get("shown")) ? model.get("shown") : "writes");
  let state = null;
  const value = (t, s) => (shown() === "reads" ? config.scales.read_weights * reads.data[(t * nQuery + state.askedIndex) * n + s] : (shown() === "usage" ? usage : writes).data[t * n + s]);
  const titles = { writes: "what each step wrote", reads: "what the query reads after each step", usage: "how used it is after each step" };

  const segments = mwSegments({ label: "The matrix shows", options, value: shown(), onchange: (next) => mvSave(model, "shown", next) });
  const [legend, legendNow] = [mvLegend(), mvLegend()];
  const choose = (by) => { pick(Math.min(n - 1, Math.max(0, state.slot + by)), null); say(); };
  const say = () => announce(words(state.slot, -1, state));
  const holdsWords = (s) => mvSlotWords(shares, state.step, s, itemWords);
  const words = (s, t) => {
    if (s < 0) return shown() === "reads" ? `Reads of query ${state.askedIndex}. A click chooses a slot.` : "A click chooses a slot and selects the item that it holds.";
    if (t < 0) return `Slot ${s}: ${holdsWords(s)}.`;
    const who = config.taken[t] >= 0 ? ` (${itemWords(config.taken[t])})` : "";
    const which = {
      writes: t ? `step ${t}${who} wrote ${mwPercent(value(t, s))} of its write here` : "nothing is written yet",
      usage: `usage ${mwNumber(value(t, s))} after step ${t}`, reads: `after step ${t} query ${state.askedIndex} reads ${mwPercent(value(t, s))} here`,
    }[shown()];
    return `Slot ${s}: ${which}. At this step: ${holdsWords(s)}.`;
  };
  const strip = 14;
  const matrix = mvMatrix({
    ...shared, walk: false, words,
    name: `${n} slots over ${steps - 1} ${config.axis_label}s. Up and down choose a slot, left and right move the step, Enter selects the item that the slot holds, Escape lets go.`,
    keys: {
      ArrowUp: () => choose(-1), ArrowDown: () => choose(1), PageUp: () => choose(-10), PageDown: () => choose(10),
      ArrowLeft: () => player.set(player.get() - 1), ArrowRight: () => player.set(player.get() + 1),
      Home: () => player.set(0), End: () => player.set(steps - 1), " ": () => player.toggle(),
      Enter: () => { pick(state.slot, null, true); say(); }, Escape: () => pick(-1, null, true),
    },
    shape: () => ({ rows: n, columns: steps, gutter: 34, tall: 400, most: 16, part: features ? 0.64 : 1, beside: strip + 16, titles: 16 }),
    item: (t) => config.taken[t], pale: (t) => t > state.step, tick: (t) => `${t}`, label: (s) => `${s}`,
    cells: () => ({ kind: "size", key: `${shown()} ${shown() === "reads" ? state.askedIndex : ""}`, place: (s, t) => mvPlace(value(t, s), reach[shown()], "size") }),
    scrub: (t) => player.set(t),
    choose: (s, t) => pick(s, t < 0 ? null : t, true),
    more(ctx, layout) {
      const { theme, step, slot, focus } = state;
      const { x, y, row, head, bottom, right } = layout;
      mvMarkStep(ctx, layout, matrix, state);
      const [from, now] = [right + 8, right + strip + 16];
      const across = features * Math.max(1, Math.floor((layout.width - now - 4) / Math.max(1, features)));
      const signs = mvRamp("sign", theme).packed;
      ctx.imageSmoothingEnabled = false;
      if (memory) ctx.drawImage(pictureNow(`${step} ${theme.bg}`, features, n, (pixels) => {
        const contents = mwAt(memory, step).data;
        for (let i = 0; i < contents.length; i++) pixels[i] = signs[mvPlace(config.scales.memory * contents[i], reachNow, "sign")];
      }), now, head, across, bottom - head);
      // The strip: as wide as the largest item's part of the slot.
      const { item, part } = shares.top(step);
      for (let s = 0; s < n; s++) {
        if (item[s] < 0) continue;
        ctx.fillStyle = coloured ? mwCss(mwClassRgb(labels[item[s]], theme)) : theme.muted;
        ctx.fillRect(from, y(s), strip * part[s], row - (row > 4 ? 1 : 0));
        if (focus.side !== "support" || focus.i !== item[s] || part[s] < 0.25) continue;
        ctx.fillStyle = theme.accent;
        for (const u of [x - 5, from + strip + 1]) ctx.fillRect(u, y(s), 4, row);
      }
      ctx.textAlign = "left";
      ctx.fillStyle = theme.muted;
      ctx.fillText(mwShorten(ctx, titles[shown()], right - x), x, 7);
      if (memory) ctx.fillText(mwShorten(ctx, `holds, and contents (${features} numbers)`, layout.width - from), from, 7);
      if (slot < 0) return;
      matrix.frameRow(slot, theme.accent, 1.5);
      if (memory) matrix.frame(now, y(slot), across, row, theme.accent, 1.5);
    },
  });
  return {
    node: mwEl("div", { role: "group", class: "mv-panel", "aria-label": "Memory" },
      mwEl("div", { class: "mv-head" }, mwEl("h4", {}, "Memory, slot by slot"), options.length > 1 && segments.node, legend.node, memory && legendNow.node), matrix.node, matrix.told),
    fit: matrix.fit,
    paint(next) {
      state = next;
      const { theme } = state;
      matrix.paint(state);
      segments.set(shown());
      legend.set({ text: { writes: "write weight", reads: "read weight", usage: "usage" }[shown()], kind: "size", reach: reach[shown()], percent: shown() !== "usage", theme });
      if (memory) legendNow.set({ text: "content", kind: "sign", reach: reachNow, theme });
    },
  };
}

// What a slot holds, in words; a blend is called one.
function mvSlotWords(shares, t, s, itemWords) {
  const parts = shares.inSlot(t, s, 3);
  if (!parts.length) return "empty, as good as never written";
  const [[first, part], ...rest] = parts;
  if (part > 0.9) return `holds ${itemWords(first)}`;
  return `a blend, ${[[first, part], ...rest.filter(([, p]) => p >= 0.05)].map(([i, p]) => `${mwPercent(p)} ${itemWords(i)}`).join(", ")}`;
}
