// Items by rank, each with its picture, a bar and its share: buttons that select the item.

// mvRanks(shared)(count) -> {node, show(head, [[item, share]], rest, theme, most) -> the same in words}; bars are parts of `most`.
const mvRanks = ({ config, arrays, images, selection, itemWords }) => {
  const names = config.episode.class_names;
  const thumbs = images && { query: mwThumbs(arrays.query_x), support: mwThumbs(arrays.support_x) };
  const words = (item) => (item.side === "support" ? itemWords(item.i) : `query ${item.i}${names.length ? ` (${names[item.label]})` : ""}`);
  return (count) => {
    const head = mwEl("p", { class: "mv-kicker" });
    const rest = mwEl("p", { class: "mv-key" });
    const rows = Array.from({ length: count }, () => {
      const row = { ...mwCanvas({ "aria-hidden": "true" }), name: mwEl("span", { class: "mv-name" }, "none"), bar: mwEl("i", {}), value: mwEl("span", { class: "mv-value" }), drawn: "", id: "" };
      row.button = mwEl("button", { type: "button", class: "mw-button mv-item", onclick: () => selection.set(row.id) },
        images && row.canvas, row.name, mwEl("span", { class: "mv-bar" }, row.bar), row.value);
      row.node = mwEl("li", {}, row.button);
      return row;
    });
    const list = mwEl("ol", { class: "mv-ranks" }, rows.map((row) => row.node));
    const node = mwEl("div", {}, head, list, rest);
    const show = (text, entries, after, theme, most = Math.max(1e-9, entries[0]?.[1] ?? 0)) => {
      node.hidden = !text;
      head.textContent = text;
      rest.textContent = after;
      list.hidden = !entries.length;
      list.setAttribute("aria-label", text || "Items");
      rows.forEach((row, k) => {
        row.node.hidden = k >= entries.length;
        if (row.node.hidden) return;
        const [item, share] = entries[k];
        row.id = item.id;
        row.name.textContent = row.button.title = words(item);
        row.bar.style.width = `${(100 * share) / most}%`;
        row.value.textContent = mwPercent(share);
        const now = `${item.id} ${theme.fg}`;
        if (!images || row.drawn === now) return;
        row.drawn = now;
        row.resize(24, 24);
        thumbs[item.side].draw(row.ctx, item.i, 1, 1, 22, theme.fg, true);
      });
      return text && `${text}: ${[...entries.slice(0, 3).map(([item, share]) => `${words(item)} ${mwPercent(share)}`), after].filter(Boolean).join(", ")}`;
    };
    return { node, show };
  };
};

// The item in focus: its picture, what is predicted of it, what it looked at most and what looked at it most.

// mvDetail(shared) -> {node, show(state) -> the same as one sentence}
function mvDetail({ config, arrays, shares, support, queries, images, itemWords, headLabel, ranks }) {
  const names = config.episode.class_names;
  const size = 72;
  const picture = mwCanvas({ role: "img" });
  const thumbs = images && { query: mwThumbs(arrays.query_x), support: mwThumbs(arrays.support_x) };
  const kicker = mwEl("p", { class: "mv-kicker" });
  const title = mwEl("h4", { class: "mv-title" });
  const verdict = mwEl("p", { class: "mv-verdict" });
  let pictured = "";
  const [first, second] = [ranks(6), ranks(6)];
  const node = mwEl("div", { class: "mv-detail", role: "group", "aria-label": "Item in detail" },
    mwEl("div", { class: "mv-who" }, images && picture.canvas, mwEl("div", {}, kicker, title, verdict)), first.node, second.node);
  const ranked = (all) => all.filter(([, share]) => share >= 0.001).sort((a, b) => b[1] - a[1]).slice(0, 6);

  function answered(q, step) {
    if (arrays.probabilities) {
      const p = mwAt(mwAt(arrays.probabilities, step), q).data;
      const truth = arrays.query_y.data[q];
      if (p.some(Number.isNaN)) return ["mv-bad", "\u2715 no probabilities: not a number"];
      if (p.every((v) => Math.abs(v - p[0]) < 1e-6)) return ["", "undecided: every class alike"];
      const guess = mvArgmax(p);
      return guess === truth ? ["mv-good", `\u25cf correct: ${names[guess]}, ${mwPercent(p[guess])}`] : ["mv-bad", `\u2715 wrong: ${names[guess]}, ${mwPercent(p[guess])}`];
    }
    if (!arrays.outputs) return ["", ""];
    const [said, target] = [mwAt(mwAt(arrays.outputs, step), q).data[0], mwAt(arrays.query_y, q).data[0]];
    return ["", `predicted ${mwNumber(said)}, target ${mwNumber(target)}`];
  }
  const place = (item) => {
    const x = mwAt(arrays[`${item.side}_x`], item.i).data;
    return images || x.length > 2 ? "" : x.length === 1 ? ` at x = ${mwNumber(x[0])}` : ` at (${Array.from(x, (v) => mwNumber(v)).join(", ")})`;
  };

  function show({ focus, mode, step, heads, theme }) {
    kicker.textContent = { pinned: "Selected", pointed: "Pointing at", hardest: "Query answered worst in the end", asked: "Query asked about last" }[mode];
    title.textContent = `${focus.side === "query" ? "Query" : "Support item"} ${focus.i}${place(focus)}${names.length ? `, ${focus.side === "query" ? "true class" : "class"} ${names[focus.label]}` : ""}`;
    if (images && pictured !== `${focus.id} ${theme.fg}`) {
      pictured = `${focus.id} ${theme.fg}`;
      picture.resize(size, size);
      thumbs[focus.side].draw(picture.ctx, focus.i, 4, 4, size - 8, theme.fg, true);
      picture.canvas.setAttribute("aria-label", title.textContent);
    }
    const readAt = focus.side === "support" ? shares.readAt[focus.i] : -1;
    const [tone, text] = focus.side === "query" ? answered(focus.i, step) : ["", readAt < 0 ? "" : readAt <= step ? `read by step ${readAt}` : `not read yet: step ${readAt} reads it`];
    const target = focus.side === "support" && !names.length ? `, target ${mwNumber(mwAt(arrays.support_y, focus.i).data[0])}` : "";
    verdict.className = `mv-verdict ${tone}`;
    verdict.textContent = text + target;
    const label = headLabel() ? ` (${headLabel()})` : "";
    const attends = shares.kind === "attention";
    const said = [];
    if (!shares.kind) { first.node.hidden = second.node.hidden = true; }
    else if (focus.side === "query") {
      const { items: on, itself, empty } = shares.ofQuery(step, focus.i, heads);
      const entries = ranked(support.map((item) => [item, on[item.i]]));
      const shown = entries.reduce((sum, [, v]) => sum + v, 0);
      const others = on.reduce((a, b) => a + b, 0) - shown;
      const after = [itself >= 0.005 && `itself ${mwPercent(itself)}`, empty >= 0.005 && `empty slots ${mwPercent(empty)}`, others >= 0.005 && `other items ${mwPercent(others)}`].filter(Boolean);
      said.push(first.show(entries.length ? (attends ? `Attends to${label}` : "Reads from memory") : `${attends ? "Attends to" : "Reads"} no item yet`, entries, after.length ? `${entries.length ? "Rest" : "All"}: ${after.join(", ")}.` : "", theme));
      second.show("", [], "", theme);
    } else {
      const on = shares.onItem(step, focus.i, heads);
      const to = ranked(queries.map((item) => [item, on[item.i]]));
      const mean = on.length ? on.reduce((a, b) => a + b, 0) / on.length : 0;
      said.push(first.show(to.length ? (attends ? `Attended to by${label}` : "Read by") : `${attends ? "Attended to" : "Read"} by no query`, to, to.length ? `On average over queries: ${mwPercent(mean)}.` : "", theme));
      const among = shares.row(focus.i, step, heads);
      if (among) {
        const own = ranked(support.map((item) => [item, among[item.i]]));
        const later = support.filter((item) => shares.readAt[item.i] > readAt && shares.readAt[item.i] <= step).map((item) => [item, shares.row(item.i, step, heads)[focus.i]]).sort((a, b) => b[1] - a[1]);
        const most = later.length ? `Later items attended to it, most of them ${itemWords(later[0][0].i)}: ${mwPercent(later[0][1])}.` : "";
        said.push(second.show(`When it was read, it attended to${label}`, own, most, theme));
      } else second.show("", [], "", theme);
    }
    return [`${title.textContent}, ${verdict.textContent}.`, ...said].join(" ");
  }
  return { node, show };
}
