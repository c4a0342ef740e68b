// The items of an episode as records, their state (looked at, selected), and the panel that says where one came from.

// [{id, side, index, label, x, y, name, from, target}]: support first, then query.
function mwEpisodeItems(model) {
  const arrays = mwArrays(model);
  const { episode } = model.get("config");
  const names = episode.class_names;
  return ["support", "query"].flatMap((side) => episode[`${side}_ids`].map((id, index) => {
    const y = mwAt(arrays[`${side}_y`], index).data;
    const label = names.length ? arrays[`${side}_y`].data[index] : -1;
    const [dataset, from, item] = episode[`${side}_items`][index];
    const target = names.length ? null : [...y].map((value) => mwNumber(value)).join(", ");
    return { id, side, index, label, x: mwAt(arrays[`${side}_x`], index), y, dataset, from, item, target };
  }));
}

// What an item is called: "query 3 of 15, class aleph", "support 2 of 10, (0.31, -1.2)".
function mwItemName(item, items, names) {
  const mates = items.filter((other) => other.side === item.side && other.label === item.label);
  const place = item.x.shape.length === 1 && item.x.shape[0] <= 2 ? `, at ${mwItemPlace(item)}` : "";
  const what = item.label >= 0 ? `, ${/^class\b/i.test(names[item.label]) ? "" : "class "}${names[item.label]}` : "";
  const value = item.target !== null && !place ? `, target ${item.target}` : "";
  return `${item.side} ${mates.indexOf(item) + 1} of ${mates.length}${what}${place}${value}`;
}

function mwItemPlace(item) {
  const numbers = [...item.x.data, ...(item.target !== null ? item.y : [])].map((value) => mwNumber(value));
  return `(${numbers.join(", ")})`;
}

// Looking and choosing. look(id) follows pointer and focus, choose(id) is a click or Enter; show(current, selected) redraws.
function mwChooser({ selection, show }) {
  let looked = "";
  const redraw = mwRepaint(() => show(looked || selection.get(), selection.get(), selection.pinned()));
  selection.on(redraw);
  return {
    redraw,
    look(id) { looked = id; selection.hover(id); redraw(); },
    choose(id) { selection.toggle(id); },
    letGo() { looked = ""; selection.set(""); redraw(); },
  };
}

// The line under the sheet: a larger picture, the item's name, and its origin. It keeps its height when it empties.
function mwItemPanel({ items, names, hint }) {
  const picture = mwEl("div", { class: "mw-panel-picture", "aria-hidden": "true" });
  const name = mwEl("p", { class: "mw-panel-name" });
  const origin = mwEl("p", { class: "mw-panel-origin" });
  const node = mwEl("div", { class: "mw-panel" }, picture, mwEl("div", { class: "mw-panel-text" }, name, origin));
  return {
    node,
    show(item, theme, limit, pinned) {
      node.classList.toggle("is-empty", !item);
      picture.replaceChildren();
      if (!item) {
        name.textContent = "";
        origin.textContent = hint;
        return;
      }
      const canvas = mwItemCanvas(item, theme, limit);
      if (canvas) picture.append(canvas);
      picture.hidden = !canvas;
      name.textContent = mwItemName(item, items, names);
      origin.textContent = `${item.id}${pinned ? " \u00b7 selected" : ""}`;
    },
  };
}
