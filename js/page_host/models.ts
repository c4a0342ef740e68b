// The models of a page: what anywidget gives a module (get, set, on, off, save_changes, send), without Python behind it.

type State = Record<string, unknown>;
type Callback = (model: PageModel, value?: unknown) => void;

/** A model as the exporter stores it. */
export interface ModelRecord {
  name: string;
  /** The key of its ES module, if it has one. */
  module?: string;
  state: State;
  buffers?: { path: string[]; data: string }[];
}

/** What the exporter stores in the page. */
export interface Page {
  models: Record<string, ModelRecord>;
  /** key -> source of an ES module; each is stored once. */
  modules: Record<string, string>;
  links: { source: [string, string]; target: [string, string]; both: boolean }[];
}

/** The id in a reference of a model. */
export function bare(reference: unknown): string {
  return String(reference).replace(/^(anywidget:|IPY_MODEL_)/, "");
}

export class PageModel {
  /** Tells a component that no Python will answer. */
  offline = true;
  readonly record: ModelRecord;
  readonly widget_manager: { get_model(id: string): Promise<PageModel> };
  readonly #state: State;
  readonly #listeners = new Map<string, Set<Callback>>();

  constructor(record: ModelRecord, manager: PageModel["widget_manager"]) {
    this.record = record;
    this.widget_manager = manager;
    this.#state = { ...record.state };
    for (const { path, data } of record.buffers ?? []) this.#state[path[0]] = bytesOf(data);
  }

  get(name: string): unknown {
    return this.#state[name];
  }

  set(name: string | State, value?: unknown): void {
    const values = typeof name === "object" ? name : { [name]: value };
    const changed = Object.keys(values).filter((key) => !Object.is(this.#state[key], values[key]));
    Object.assign(this.#state, values); // all of them before anybody hears of one, as in a notebook
    for (const key of changed) this.#emit(`change:${key}`, values[key]);
    if (changed.length) this.#emit("change");
  }

  on(events: string, callback: Callback): void {
    for (const event of events.split(/\s+/)) {
      const known = this.#listeners.get(event) ?? new Set();
      this.#listeners.set(event, known.add(callback));
    }
  }

  off(events?: string, callback?: Callback): void {
    if (!events) this.#listeners.clear();
    for (const event of events?.split(/\s+/) ?? []) {
      if (callback) this.#listeners.get(event)?.delete(callback);
      else this.#listeners.delete(event);
    }
  }

  save_changes(): void {}

  send(): void {}

  #emit(event: string, value?: unknown): void {
    for (const callback of [...(this.#listeners.get(event) ?? [])]) callback(this, value);
  }
}

/** All models of a page, by their ids. */
export function pageModels(page: Page): Map<string, PageModel> {
  const models = new Map<string, PageModel>();
  const manager = {
    async get_model(id: string) {
      const found = models.get(bare(id));
      if (!found) throw new Error(`this page holds no model ${id}`);
      return found;
    },
  };
  for (const [id, record] of Object.entries(page.models)) {
    models.set(id, new PageModel(record, manager));
  }
  return models;
}

function bytesOf(base64: string): DataView {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  // Plainly by index: a mapped iterator takes half a second for the four megabytes of a large memory.
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return new DataView(bytes.buffer);
}
