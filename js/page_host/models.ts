// The models of a page: what anywidget gives a module (get, set, on, off, save_changes, send), without Python behind it.

type State = Record<string, unknown>;
type Callback = (model: PageModel, value?: unknown) => void;

/** What a user set in a widget's layout or style. */
export type Look = Record<string, string | number>;

/** A model as the exporter stores it. */
export interface ModelRecord {
  name: string;
  /** The key of its ES module, if it has one. */
  module?: string;
  /** One of ipywidgets' own widgets, which the page draws itself. */
  core?: boolean;
  /** What is shown of a widget that is not ours where it can't run. */
  card?: { title: string; reason?: string; picture?: string };
  layout?: Look;
  style?: Look;
  state: State;
  buffers?: { path: (string | number)[]; data: string }[];
}

export interface Link {
  source: [string, string];
  target: [string, string];
  both: boolean;
}

/** What the exporter stores in the page. */
export interface Page {
  models: Record<string, ModelRecord>;
  /** key -> source of an ES module; each is stored once. */
  modules: Record<string, string>;
  links: Link[];
  /** The key of the module that draws core widgets, where the page has any. */
  core?: string;
  /** "html:…", "maths:…" or "text:…" -> the id of the template with its markup. */
  fragments?: Record<string, string>;
}

/** The id in a reference of a model. */
export function bare(reference: unknown): string {
  return String(reference).replace(/^(anywidget:|IPY_MODEL_)/, "");
}

export class PageModel {
  /** Tells a component that no Python will answer. */
  offline = true;
  readonly id: string;
  readonly record: ModelRecord;
  readonly widget_manager: { get_model(id: string): Promise<PageModel> };
  readonly #state: State;
  readonly #listeners = new Map<string, Set<Callback>>();

  constructor(id: string, record: ModelRecord, manager: PageModel["widget_manager"]) {
    this.id = id;
    this.record = record;
    this.widget_manager = manager;
    this.#state = { ...record.state };
    for (const { path, data } of record.buffers ?? []) put(this.#state, path, bytesOf(data));
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
    models.set(id, new PageModel(id, record, manager));
  }
  return models;
}

/** Join the linked traits of models. As in a notebook, a target has its source's value from the start. */
export function join(links: readonly Link[], models: ReadonlyMap<string, PageModel>): void {
  for (const { source, target, both } of links) {
    const [a, b] = [models.get(bare(source[0])), models.get(bare(target[0]))];
    if (!a || !b) continue;
    const follow = () => b.set(target[1], a.get(source[1]));
    a.on(`change:${source[1]}`, follow);
    if (both) b.on(`change:${target[1]}`, () => a.set(source[1], b.get(target[1])));
    if (a.get(source[1]) !== undefined) follow();
  }
}

/** Put a value where a path leads in nested state; copy what lies on the way, which the record shares. */
function put(state: State, path: readonly (string | number)[], value: unknown): void {
  let place = state as Record<string | number, unknown>;
  for (const step of path.slice(0, -1)) {
    const next = place[step];
    if (typeof next !== "object" || next === null) return; // damaged: there is no such place
    place[step] = Array.isArray(next) ? [...next] : { ...next };
    place = place[step] as typeof place;
  }
  place[path[path.length - 1]] = value;
}

function bytesOf(base64: string): DataView {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  // Plainly by index: a mapped iterator takes half a second for the four megabytes of a large memory.
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return new DataView(bytes.buffer);
}
