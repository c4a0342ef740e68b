// Images and vectors as a contact sheet: a row for each class, support beside query. The grid has one tab stop; arrows move.

// mwEpisodeSheet({items, names, chooser}) -> {node, paint(theme), mark(current, selected, pinned), fit(width)}
function mwEpisodeSheet({ items, names, chooser, limit }) {
  const cells = new Map();
  const rows = names.length ? names : [""];
  const widest = (side) => Math.max(1, ...rows.map((_, label) => ofRow(side, label).length));
  function ofRow(side, label) {
    return items.filter((item) => item.side === side && (names.length === 0 || item.label === label));
  }

  const cell = (item) => {
    const picture = mwEl("canvas", { "aria-hidden": "true" });
    const node = mwEl("div", {
      class: "mw-item", role: "gridcell", tabindex: -1, "aria-selected": "false", "aria-label": mwItemName(item, items, names),
      onpointerenter: () => chooser.look(item.id),
      onfocus: () => { setStop(item.id); if (node.matches(":focus-visible")) chooser.look(item.id); },
      onclick: () => { node.focus({ preventScroll: true }); chooser.choose(item.id); },
    }, picture);
    cells.set(item.id, { item, node, picture });
    return node;
  };
  const group = (side, label) => {
    const mine = ofRow(side, label);
    const empty = mine.length === 0 && mwEl("span", { class: "mw-none", role: "gridcell" }, `no ${side}`);
    return mwEl("div", { class: `mw-group mw-${side}`, role: "presentation" }, mine.map(cell), empty);
  };
  const count = (label) => `${ofRow("support", label).length} + ${ofRow("query", label).length}`;
  const head = (label) => mwEl(
    "div", { class: "mw-class", role: "rowheader", title: names[label] },
    mwEl("svg", { class: "mw-chip", width: 14, height: 14, viewBox: "-7 -7 14 14", "aria-hidden": "true" },
      mwEl("path", { d: mwShapeD(label, 5.5), style: { fill: `var(--mw-class-${label % mwPalette.length})` } })),
    mwEl("span", { class: "mw-class-name" }, names[label]),
    mwEl("span", { class: "mw-count", "aria-label": `${count(label)} items, support plus query` }, count(label)),
  );
  const title = (text, side) => mwEl("div", { class: `mw-side mw-${side}`, role: "columnheader" }, text);
  const node = mwEl(
    "div", { class: names.length ? "mw-sheet" : "mw-sheet mw-unnamed", role: "grid", "aria-label": "Support and query items" },
    mwEl("div", { class: "mw-line mw-heads", role: "row" },
      names.length > 0 && mwEl("div", { class: "mw-side", role: "columnheader" }, "Class"), title("Support", "support"), title("Query", "query")),
    rows.map((_, label) => mwEl("div", { class: "mw-line", role: "row" }, names.length > 0 && head(label), group("support", label), group("query", label))),
  );
  node.addEventListener("pointerleave", () => chooser.look(""));
  node.addEventListener("focusout", (event) => { if (!node.contains(event.relatedTarget)) chooser.look(""); });

  const order = [...cells.keys()];
  let stop = order[0];
  function setStop(id) {
    if (cells.has(stop)) cells.get(stop).node.tabIndex = -1;
    cells.get((stop = id)).node.tabIndex = 0;
  }
  setStop(stop);
  const go = (id) => { if (id) cells.get(id).node.focus(); };
  const along = (by) => go(order[Math.min(order.length - 1, Math.max(0, order.indexOf(stop) + by))]);
  // Up and down follow what is seen, since a row may wrap: the nearest line in that direction, then the nearest item on it.
  const across = (sign) => {
    const box = (id) => cells.get(id).node.getBoundingClientRect();
    const from = box(stop);
    const beyond = order.map((id) => [id, box(id)]).filter(([, b]) => sign * (b.top - from.top) > from.height / 2);
    const near = Math.min(...beyond.map(([, b]) => sign * b.top));
    const line = beyond.filter(([, b]) => sign * b.top < near + from.height / 2);
    line.sort(([, a], [, b]) => Math.abs(a.left - from.left) - Math.abs(b.left - from.left));
    go(line[0]?.[0]);
  };
  const ends = (last) => {
    const mates = [...cells.get(stop).node.closest(".mw-line").querySelectorAll(".mw-item")];
    mates[last ? mates.length - 1 : 0].focus();
  };
  mwKeys(node, {
    ArrowLeft: () => along(-1), ArrowRight: () => along(1), ArrowUp: () => across(-1), ArrowDown: () => across(1),
    Home: () => ends(false), End: () => ends(true),
    Enter: () => chooser.choose(stop), " ": () => chooser.choose(stop), Escape: () => chooser.letGo(),
  });

  return {
    node,
    paint(theme) {
      for (const { item, picture } of cells.values()) {
        const canvas = mwItemCanvas(item, theme, limit);
        if (!canvas) continue;
        Object.assign(picture, { width: canvas.width, height: canvas.height });
        picture.getContext("2d").drawImage(canvas, 0, 0);
      }
    },
    mark(current, selected, pinned) {
      for (const [id, { node: each }] of cells) {
        each.classList.toggle("is-current", id === current);
        each.classList.toggle("is-selected", pinned && id === selected);
        each.setAttribute("aria-selected", String(pinned && id === selected));
      }
    },
    // Items as large as lets a class stand on as few lines as they stay recognisable on; lines of equal length.
    fit(width) {
      const narrow = width <= 560;
      const [low, high, gap, rule, heading] = [narrow ? 30 : 32, 56, 4, 25, 44];
      const room = width - (names.length && !narrow ? Math.min(170, Math.max(80, 0.2 * width)) : 0);
      let lines = 0;
      let size, support, query;
      const side = (n) => n * (size + gap) - gap;
      do {
        lines += 1;
        support = Math.ceil(widest("support") / lines);
        query = Math.ceil(widest("query") / lines);
        size = high;
        while (size > low - 1 && Math.max(heading, side(support)) + rule + side(query) > room) size -= 1;
      } while (size < low && lines < 60);
      node.style.setProperty("--mw-thumb", `${size}px`);
      node.style.setProperty("--mw-support", `${Math.max(heading, side(support))}px`);
    },
  };
}
