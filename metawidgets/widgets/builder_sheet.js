// Images and vectors as rows of classes: name and signs, then support, query and pool. One tab stop for all items; arrows move.

Object.assign(MW_ICONS, {
  lock: "M4.5 7.5h7v5.5h-7zM6 7.5V5.2a2 2 0 0 1 4 0v2.3", unlock: "M4.5 7.5h7v5.5h-7zM6 7.5V5a2 2 0 0 1 3.9-.6",
  swap: "M3.5 5.5h8.5M9.5 3l2.5 2.5L9.5 8M12.5 10.5H4M6.5 8 4 10.5 6.5 13", remove: "M4.2 4.2l7.6 7.6M11.8 4.2l-7.6 7.6",
  plus: "M8 3.5v9M3.5 8h9", undo: "M6 3.5 3 6.5l3 3M3.2 6.5h6a3.5 3.5 0 0 1 0 7H6.5", redo: "M10 3.5l3 3-3 3M12.8 6.5h-6a3.5 3.5 0 0 0 0 7h2.7",
});

// Sign, name, lock, exchange, remove and counts of a class; made once a class and kept up to date.
function mwbHead({ key, store, python }) {
  const chip = mwEl("path", {});
  const name = mwEl("input", { class: "eb-name", type: "text", maxlength: 120, spellcheck: "false", autocomplete: "off" });
  const mine = () => store.doc().classes.find((c) => c.key === key);
  name.addEventListener("change", () => store.edit("rename a class", (doc) => {
    doc.classes.find((c) => c.key === key).name = name.value.slice(0, 120);
  }));
  name.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { name.value = mine()?.name ?? ""; name.blur(); }
    if (event.key === "Enter") name.blur();
  });
  const lock = mwButton({ icon: "unlock", name: "Lock", pressed: false, onclick: () => store.edit(mine().locked ? "unlock a class" : "lock a class", (doc) => {
    const c = doc.classes.find((each) => each.key === key);
    c.locked = !c.locked;
  }) });
  const swap = mwButton({ icon: "swap", name: "Exchange", onclick: () => store.ask("swap", { key }) });
  python.bind(swap, "swap", "Exchanging a class");
  const remove = mwButton({ icon: "remove", name: "Remove", onclick: () => store.edit("remove a class", (doc) => mwbRemoveClass(doc, key)) });
  const count = mwEl("span", { class: "eb-count" });
  const bar = mwEl("span", { class: "eb-bar", "aria-hidden": "true" }, mwEl("i", {}), mwEl("i", {}));
  const node = mwEl("div", { class: "eb-head" },
    mwEl("svg", { class: "mw-chip", width: 14, height: 14, viewBox: "-7 -7 14 14", "aria-hidden": "true" }, chip),
    name, mwEl("span", { class: "eb-tools" }, lock, swap, remove), mwEl("span", { class: "eb-balance" }, bar, count));
  return {
    node,
    show(label, [, shots, queries], most) {
      const c = mine();
      chip.setAttribute("d", mwShapeD(label, 5.5));
      chip.style.fill = `var(--mw-class-${label % mwPalette.length})`;
      if (document.activeElement !== name) name.value = c.name;
      name.setAttribute("aria-label", `Name of class ${label + 1}`);
      name.title = c.name;
      lock.replaceChildren(mwIcon(c.locked ? "lock" : "unlock"));
      lock.setAttribute("aria-pressed", String(c.locked));
      lock.setAttribute("aria-label", `Lock class ${c.name}`);
      lock.title = c.locked ? "Locked: resampling keeps this class and its items" : "Lock: keep this class and its items when resampling";
      swap.setAttribute("aria-label", `Exchange class ${c.name}`);
      if (!swap.disabled) swap.title = "Exchange this class for another of the dataset";
      remove.setAttribute("aria-label", `Remove class ${c.name}`);
      remove.title = "Remove this class";
      count.textContent = `${shots} + ${queries}`;
      count.title = `${shots} support, ${queries} query`;
      bar.children[0].style.width = `${(100 * shots) / most}%`;
      bar.children[1].style.width = `${(100 * queries) / most}%`;
    },
  };
}

// mwbSheet({store, python, current, look, files}) -> {node, paint(theme), focus(key), picture(key, theme), has(element), over(...), keys}
function mwbSheet({ store, python, current, look, files }) {
  const heads = new Map(); // class key -> head
  const lines = new Map(); // class key -> {node, strips}
  const cells = new Map(); // item key -> {node, drawn}
  const titles = mwEl("div", { class: "eb-line eb-titles", "aria-hidden": "true" },
    mwEl("span", {}, "Class"), mwEl("span", {}, "Support"), mwEl("span", {}, "Query"), mwEl("span", {}, "Pool"));
  const rows = mwEl("div", { class: "eb-rows" });
  const node = mwEl("div", { class: "eb-sheet" }, titles, rows);
  let order = [];

  const line = (cls) => {
    const head = mwbHead({ key: cls, store, python });
    const strips = MWB_SIDES.map((side) => {
      const strip = mwEl("div", { class: `eb-strip eb-${side}`, role: "group", dataset: { side, cls } });
      strip.addEventListener("dragover", (event) => {
        if (![...(event.dataTransfer?.types ?? [])].includes("Files")) return;
        event.preventDefault();
        strip.classList.add("is-target");
      });
      strip.addEventListener("dragleave", () => strip.classList.remove("is-target"));
      strip.addEventListener("drop", (event) => {
        event.preventDefault();
        strip.classList.remove("is-target");
        files([...(event.dataTransfer?.files ?? [])], cls, side);
      });
      return strip;
    });
    const more = mwButton({ icon: "plus", name: "More", onclick: () => store.ask("more", { key: cls }) });
    python.bind(more, "more", "Fetching more items");
    heads.set(cls, head);
    return { node: mwEl("div", { class: "eb-line", role: "group" }, head.node, strips), strips, more };
  };
  const cell = (key) => {
    const button = mwEl("button", {
      type: "button", class: "eb-item", tabindex: -1, dataset: { key },
      onfocus: () => { if (button.matches(":focus-visible")) look(key); },
    });
    return { node: button, drawn: "" };
  };
  const draw = (each, item, theme) => {
    const what = `${item.row} ${theme.fg}`;
    if (each.drawn === what) return;
    const row = store.rows().get(item.row);
    const canvas = row && mwItemCanvas({ x: row.x }, theme, mwbLimit(store));
    each.drawn = what;
    each.node.replaceChildren(...(canvas ? [canvas] : []));
    if (canvas) canvas.setAttribute("aria-hidden", "true");
  };

  function paint(theme) {
    const doc = store.doc();
    const { counts, bad } = store.verdict();
    const most = Math.max(1, ...counts.map(([, s, q]) => s + q));
    // As large as lets most classes stand on a line or two.
    const widest = Math.max(1.6 * Math.max(0, ...counts.map((c) => c[1])), ...counts.map((c) => c[2]));
    node.style.setProperty("--eb-thumb", `${widest <= 6 ? 44 : widest <= 10 ? 38 : 32}px`);
    const focused = cells.get(document.activeElement?.dataset?.key)?.node === document.activeElement ? document.activeElement : null;
    for (const cls of [...lines.keys()]) {
      if (!doc.classes.some((c) => c.key === cls)) { lines.get(cls).node.remove(); lines.delete(cls); heads.delete(cls); }
    }
    for (const key of [...cells.keys()]) if (!doc.items[key]) { cells.get(key).node.remove(); cells.delete(key); }
    order = [];
    doc.classes.forEach((c, label) => {
      if (!lines.has(c.key)) lines.set(c.key, line(c.key));
      const { node: row, strips, more } = lines.get(c.key);
      if (rows.children[label] !== row) rows.insertBefore(row, rows.children[label] ?? null);
      row.setAttribute("aria-label", `Class ${c.name}`);
      row.classList.toggle("is-locked", c.locked);
      heads.get(c.key).show(label, counts[label], most);
      MWB_SIDES.forEach((side, s) => {
        const strip = strips[s];
        strip.setAttribute("aria-label", `${side} of class ${c.name}`);
        const mine = mwbOrdered(doc, side, c.key);
        mine.forEach(([key, item], i) => {
          if (!cells.has(key)) cells.set(key, cell(key));
          const each = cells.get(key);
          draw(each, item, theme);
          each.node.setAttribute("aria-label", `${side} ${i + 1} of ${mine.length}, class ${c.name}${item.locked ? ", locked" : ""}${bad.has(key) ? ", at fault" : ""}`);
          each.node.classList.toggle("is-locked", item.locked);
          each.node.classList.toggle("is-bad", bad.has(key));
          if (strip.children[i] !== each.node) strip.insertBefore(each.node, strip.children[i] ?? null);
          order.push(key);
        });
        while (strip.children.length > mine.length) strip.lastChild.remove();
        strip.dataset.empty = mine.length ? "" : side === "pool" ? "empty" : `no ${side}`;
        if (side === "pool" && c.origin) {
          more.setAttribute("aria-label", `More items of class ${c.name}`);
          strip.append(more);
        }
      });
    });
    const stop = cells.has(current()) ? current() : order[0];
    for (const [key, each] of cells) {
      each.node.tabIndex = key === stop ? 0 : -1;
      each.node.classList.toggle("is-current", key === current());
    }
    if (focused && focused.isConnected && document.activeElement !== focused) focused.focus({ preventScroll: true });
  }

  const go = (key) => { if (key) cells.get(key).node.focus(); };
  const stop = () => document.activeElement?.dataset?.key;
  const across = (sign) => {
    const box = (key) => cells.get(key).node.getBoundingClientRect();
    const from = box(stop());
    const beyond = order.map((key) => [key, box(key)]).filter(([, b]) => sign * (b.top - from.top) > from.height / 2);
    const near = Math.min(...beyond.map(([, b]) => sign * b.top));
    const level = beyond.filter(([, b]) => sign * b.top < near + from.height / 2);
    level.sort(([, a], [, b]) => Math.abs(a.left - from.left) - Math.abs(b.left - from.left));
    go(level[0]?.[0]);
  };
  const ends = (last) => {
    const mates = order.filter((key) => store.doc().items[key].class === store.doc().items[stop()].class);
    go(mates.at(last ? -1 : 0));
  };
  return {
    node, paint,
    has: (element) => element?.closest?.(".eb-item"),
    picture: (key, theme) => mwItemCanvas({ x: store.rows().get(store.doc().items[key].row).x }, theme, mwbLimit(store)),
    focus: (key) => cells.get(key)?.node.focus(),
    // Where an item would land: its strip, and the item before which it would stand.
    over(element, x, y, key) {
      const strip = element.closest(".eb-strip");
      if (!strip) return null;
      const items = [...strip.querySelectorAll(".eb-item")].filter((each) => each.dataset.key !== key);
      const next = items.find((each) => {
        const b = each.getBoundingClientRect();
        return y < b.top || (y <= b.bottom + 4 && x < b.left + b.width / 2);
      });
      return { strip, next, side: strip.dataset.side, cls: Number(strip.dataset.cls), before: next?.dataset.key };
    },
    keys: {
      ArrowLeft: () => go(order[Math.max(0, order.indexOf(stop()) - 1)]), ArrowRight: () => go(order[Math.min(order.length - 1, order.indexOf(stop()) + 1)]),
      ArrowUp: () => across(-1), ArrowDown: () => across(1), Home: () => ends(false), End: () => ends(true),
      "Shift+ArrowLeft": (key) => store.edit("move an item", (doc) => mwbShift(doc, key, -1)),
      "Shift+ArrowRight": (key) => store.edit("move an item", (doc) => mwbShift(doc, key, 1)),
      "Shift+ArrowUp": (key) => mwbToClass(store, key, -1), "Shift+ArrowDown": (key) => mwbToClass(store, key, 1),
    },
  };
}

// Move an item to the class above or below.
function mwbToClass(store, key, by) {
  const keys = store.doc().classes.map((c) => c.key);
  const to = keys[keys.indexOf(store.doc().items[key].class) + by];
  if (to !== undefined) store.edit("move an item to another class", (doc) => mwbMove(doc, key, { cls: to }));
}

// The largest number of a vector, by which all are scaled.
const mwbLimit = (store) => [...store.rows().values()].reduce((most, { x }) => (x.shape.length > 1 ? most : x.data.reduce((a, v) => Math.max(a, Math.abs(v)), most)), 1e-12);
