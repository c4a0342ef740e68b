// A page's own widget manager: runs the same ES modules as the notebook, from data stored in the page, without a network.
(() => {
  const page = JSON.parse(document.getElementById("mw-page").textContent);
  const models = new Map();
  const modules = new Map();

  const bytes = (base64) => {
    const text = atob(base64);
    const out = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) out[i] = text.charCodeAt(i);
    return new DataView(out.buffer);
  };

  const module = (key) => {
    if (!modules.has(key)) {
      const url = URL.createObjectURL(new Blob([page.modules[key]], { type: "text/javascript" }));
      modules.set(key, import(url).then(async ({ default: widget }) => {
        URL.revokeObjectURL(url);
        return typeof widget === "function" ? await widget() : widget;
      }));
    }
    return modules.get(key);
  };

  const bare = (reference) => String(reference).replace(/^(anywidget:|IPY_MODEL_)/, "");

  const manager = {
    async get_model(id) {
      if (!models.has(bare(id))) throw new Error(`this page holds no model ${id}`);
      return models.get(bare(id));
    },
  };

  // What anywidget gives a module: get, set, on, off, save_changes, send. `offline` tells it that no Python will answer.
  class Model {
    offline = true;
    widget_manager = manager;
    #state; #listeners = new Map();
    constructor(record) {
      this.record = record;
      this.#state = { ...record.state };
      for (const { path, data } of record.buffers ?? []) this.#state[path[0]] = bytes(data);
    }
    get(name) { return this.#state[name]; }
    set(name, value) {
      const values = typeof name === "object" ? name : { [name]: value };
      const changed = Object.keys(values).filter((key) => !Object.is(this.#state[key], values[key]));
      Object.assign(this.#state, values); // all of them before anybody hears of one, as in a notebook
      for (const key of changed) this.#emit(`change:${key}`, values[key]);
      if (changed.length) this.#emit("change");
    }
    #emit(event, value) { for (const callback of [...(this.#listeners.get(event) ?? [])]) callback(this, value); }
    on(events, callback) {
      for (const event of events.split(/\s+/)) {
        if (!this.#listeners.has(event)) this.#listeners.set(event, new Set());
        this.#listeners.get(event).add(callback);
      }
    }
    off(events, callback) {
      if (!events) return this.#listeners.clear();
      for (const event of events.split(/\s+/)) {
        if (callback) this.#listeners.get(event)?.delete(callback);
        else this.#listeners.delete(event);
      }
    }
    save_changes() {}
    send() {}
    // The module is initialised once a model, whoever asks first.
    ready() { return (this.#ready ??= this.#initialise()); }
    #ready;
    async #initialise() {
      const widget = await module(this.record.module);
      const exports = await widget.initialize?.({ model: this, signal, experimental: {} });
      return { widget, exports: typeof exports === "object" ? exports : undefined };
    }
  }

  const { signal } = new AbortController();
  const host = {
    getModel: (reference) => manager.get_model(reference),
    async getWidget(reference) {
      const model = await manager.get_model(reference);
      const { exports } = await model.ready();
      return { exports, render: ({ el }) => render(model, el) };
    },
  };

  // Draws a model into el; false if it is neither a module of ours nor a box of such.
  async function render(model, el) {
    if (model?.record.module) {
      const { widget } = await model.ready();
      for (const name of model.get("_dom_classes") ?? []) el.classList.add(name);
      await widget.render?.({ model, el, signal, host, experimental: {} });
      return true;
    }
    if (!/^[HV]BoxModel$/.test(model?.record.name)) return false;
    el.classList.add(model.record.name === "HBoxModel" ? "mw-row" : "mw-column");
    const drawn = await Promise.all(model.get("children").map(async (child) => {
      const inner = document.createElement("div");
      el.append(inner);
      return render(await manager.get_model(child), inner);
    }));
    return drawn.some(Boolean);
  }

  window.metawidgets = { models }; // For the curious at the console: metawidgets.models.get(id).get("step")
  for (const [id, record] of Object.entries(page.models)) models.set(id, new Model(record));
  for (const { source, target, both } of page.links) {
    const join = ([from, name], [to, other]) => {
      const [a, b] = [models.get(bare(from)), models.get(bare(to))];
      a?.on(`change:${name}`, () => b?.set(other, a.get(name)));
    };
    join(source, target);
    if (both) join(target, source);
  }

  const views = [...document.querySelectorAll(".mw-view")].map(async (place) => {
    const model = models.get(place.dataset.modelId);
    const note = document.createElement("p");
    note.className = "mw-note";
    const el = document.createElement("div");
    try {
      if (await render(model, el)) return place.replaceChildren(el);
      note.textContent = "This control works only in the notebook, with Python running.";
    } catch (error) {
      console.error(error);
      note.textContent = `This component could not start here (${error.message}).`;
    }
    place.append(note); // below the picture that stands here
  });
  // Ready is what has been painted: components lay themselves out in the frame after they learn their width.
  Promise.allSettled(views).then(() => requestAnimationFrame(() => requestAnimationFrame(() => {
    document.documentElement.dataset.mwReady = String(Math.round(performance.now()));
  })));
})();
