// The selection that components share: the id of one item, moved in the browser and only observed by Python.

// {get(), pinned(), set(id), hover(id), on(cb), off(cb)}; cb(id, pinned).
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
    hover: (item) => { if (!read("pinned")) write({ selected: item }, false); },
    on: (callback) => callbacks.add(callback),
    off: (callback) => callbacks.delete(callback),
    // Called by the view when it goes: the shared model outlives it.
    close: () => { shared?.off("change:selected", tell); shared?.off("change:pinned", tell); callbacks.clear(); },
  };
}
