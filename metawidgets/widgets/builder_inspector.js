// The item looked at, larger, with everything that can be done to it: for fingers, and for who does not know the keys.

// mwbInspector({store, current, act}) -> {node, show(theme)}
function mwbInspector({ store, current, act }) {
  const picture = mwEl("div", { class: "eb-picture", "aria-hidden": "true" });
  const name = mwEl("p", { class: "eb-item-name" });
  const origin = mwEl("p", { class: "eb-origin" });
  const side = mwSegments({ label: "Side", options: [["support", "Support"], ["query", "Query"], ["pool", "Pool"]], value: "", onchange: (to) => act.move(current(), to) });
  const cls = mwEl("select", { class: "mw-select", "aria-label": "Class of this item", onchange: () => act.classify(current(), Number(cls.value)) });
  const [lock, copy, remove] = [["Lock", () => act.lock(current())], ["Copy to the other set", () => act.copy(current())], ["Remove", () => act.remove(current())]]
    .map(([text, onclick]) => mwButton({ text, onclick }));
  const number = (axis) => {
    const control = mwEl("input", { type: "number", class: "mw-number", step: "any" });
    control.addEventListener("change", () => {
      const value = Number(control.value);
      const bad = control.value === "" || !Number.isFinite(value) || Math.abs(value) > 1e5;
      control.setAttribute("aria-invalid", String(bad));
      if (!bad) act.place(current(), axis, value);
    });
    return control;
  };
  const [x, y] = [number(0), number(1)];
  const places = mwEl("div", { class: "eb-places" }, mwField("x", x), mwField("y", y));
  const actions = mwEl("div", { class: "eb-actions" }, side.node, cls, places, lock, copy, remove);
  const node = mwEl("div", { class: "eb-inspector", role: "group", "aria-label": "The chosen item" }, picture,
    mwEl("div", { class: "eb-about" }, name, origin, actions));
  let classes = "";
  return {
    node,
    show(theme) {
      const [doc, key] = [store.doc(), current()];
      const item = doc.items[key];
      actions.hidden = !item;
      picture.hidden = !item || doc.kind !== "sheet";
      if (!item) {
        name.textContent = "No item is chosen.";
        origin.textContent = doc.kind === "sheet" ? "Drag items between support, query and pool, or choose one to move it by button or key." : "Click in the plot to place one, drag to move it.";
        return;
      }
      const mates = mwbOrdered(doc, item.side, item.class).map(([each]) => each);
      const c = doc.classes.find((each) => each.key === item.class);
      name.textContent = `${item.side[0].toUpperCase()}${item.side.slice(1)} ${mates.indexOf(key) + 1} of ${mates.length}${c ? `, class ${c.name}` : ""}${item.locked ? ", locked" : ""}`;
      origin.textContent = store.id(key);
      const row = store.rows().get(item.row);
      const canvas = row && doc.kind === "sheet" ? mwItemCanvas({ x: row.x }, theme, mwbLimit(store)) : null;
      picture.replaceChildren(...(canvas ? [canvas] : []));
      side.set(item.side);
      const now = JSON.stringify(doc.classes.map((each) => [each.key, each.name]));
      if (now !== classes) {
        classes = now;
        cls.replaceChildren(...doc.classes.map((each) => mwEl("option", { value: each.key }, each.name)));
      }
      cls.value = item.class;
      cls.hidden = doc.classes.length === 0;
      places.hidden = !item.at;
      if (item.at) [x, y].forEach((control, axis) => { if (document.activeElement !== control) control.value = Number(item.at[axis].toPrecision(4)); });
      lock.textContent = item.locked ? "Unlock" : "Lock";
      lock.setAttribute("aria-pressed", String(item.locked));
      mwDisable(copy, item.side === "pool");
    },
  };
}
