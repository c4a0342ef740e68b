// The selection that components share: the id of one item, moved in the browser and only observed by Python.

// {get(), pinned(), set(id), toggle(id), hover(id), on(cb), off(cb)}; cb(id, pinned).
// set() is a click or a key: it pins the item and tells Python ("" lets go). hover() moves the selection only while
// nothing is pinned, and is not sent. The model is fetched asynchronously; until it comes a local value stands in.
function mwSelection(model) {
  const callbacks = new Set();
  const local = { selected: "", pinned: false };
  let shared = null;
  const read = (name) => (shared ? shared.get(name) : local[name]);
  const tell = () => callbacks.forEach((callback) => callback(read("selected"), read("pinned")));
  const write = (values, send) => {
    if (shared) {
      for (const [name, value] of Object.entries(values)) shared.set(name, value);
      if (send) shared.save_changes();
    } else {
      Object.assign(local, values);
      tell();
    }
  };
  const id = String(model.get("selection") ?? "").replace(/^(anywidget:|IPY_MODEL_)/, "");
  if (id) {
    model.widget_manager.get_model(id).then((found) => {
      shared = found;
      shared.on("change:selected", tell);
      shared.on("change:pinned", tell);
      if (local.selected) write({ ...local }, local.pinned);
      else tell();
    });
  }
  return {
    get: () => read("selected") ?? "",
    pinned: () => Boolean(read("pinned")),
    set: (item) => write({ pinned: item !== "", selected: item }, true),
    // A second click on what is pinned lets it go.
    toggle: (item) => write(read("pinned") && read("selected") === item ? { pinned: false, selected: "" } : { pinned: item !== "", selected: item }, true),
    hover: (item) => { if (!read("pinned")) write({ selected: item }, false); },
    on: (callback) => callbacks.add(callback),
    off: (callback) => callbacks.delete(callback),
    // Called by the view when it goes: the shared model outlives it.
    close: () => { shared?.off("change:selected", tell); shared?.off("change:pinned", tell); callbacks.clear(); },
  };
}

// Pointing at a canvas hovers the item under the pointer, and a click pins it or lets it go; hit(event) gives its id, "" for none.
// A click beside all items lets go where `beside` is set.
function mwSelectByPointer(node, hit, selection, { beside = false } = {}) {
  node.addEventListener("pointermove", (event) => selection.hover(hit(event)));
  node.addEventListener("pointerleave", () => selection.hover(""));
  node.addEventListener("click", (event) => {
    const id = hit(event);
    if (id || beside) selection.toggle(id);
  });
}
