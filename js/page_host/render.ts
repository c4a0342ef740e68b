// Modules are loaded once each, and initialised once a model, whoever asks first. A widget that fails takes nothing else
// with it.
import { card } from "./card.ts";
import { fill, fragment } from "./fragments.ts";
import { bare, type Page, type PageModel } from "./models.ts";

interface Given {
  model: PageModel;
  signal: AbortSignal;
  experimental: object;
}

/** What an anywidget's module exports. */
interface Widget {
  initialize?(given: Given): unknown;
  render?(given: Given & { el: HTMLElement; host: Host }): unknown;
}

type Loaded = Widget | (() => Widget | Promise<Widget>);

interface Ready {
  widget: Widget;
  exports: object | undefined;
}

/** How a module reaches other models. */
interface Host {
  getModel(reference: string): Promise<PageModel>;
  getWidget(reference: string): Promise<{
    exports: object | undefined;
    render(given: { el: HTMLElement }): Promise<boolean>;
  }>;
}

/** What a core widget reaches of the page while it is drawn. */
export interface Place {
  /** Draw another widget, or a card where that can't be; whether it holds a control that needs Python. */
  render(reference: unknown, slot: HTMLElement): Promise<boolean>;
  /** Show a text with its markup, where the exporter made it; else as plain text. */
  fill(el: HTMLElement, kind: "html" | "maths" | "text", text: string): void;
  /** Show the outputs of an `Output` widget; whether one holds a control that needs Python. */
  outputs(el: HTMLElement, id: string): Promise<boolean>;
  /** Whether a link carries this trait of a model to another widget of the page: it works without Python. */
  moves(model: PageModel, trait: string): boolean;
}

/** The module that draws core widgets; it gives whether what it drew holds a control that needs Python. */
export interface Core {
  draw(model: PageModel, el: HTMLElement, place: Place): Promise<boolean>;
}

/** What came of drawing: why nothing was drawn, if so, and whether a control in it needs Python. */
export interface Drawn {
  failure?: string;
  python: boolean;
}

/** Draw a model into an element. */
export type Render = (
  model: PageModel | undefined,
  el: HTMLElement,
  above?: readonly PageModel[],
) => Promise<Drawn>;

/** Milliseconds that a widget which is not ours may take to start. */
const PATIENCE = 10_000;

/** A function that draws the models of a page. */
export function drawing(models: ReadonlyMap<string, PageModel>, page: Page): Render {
  const moduleOf = moduleLoader(page.modules);
  const run = runner(models, moduleOf, (model, el) => render(model, el));
  const movers = new Set<string>();
  for (const { source, target, both } of page.links) {
    movers.add(`${bare(source[0])}:${source[1]}`);
    if (both) movers.add(`${bare(target[0])}:${target[1]}`);
  }
  const inSlot = async (
    model: PageModel | undefined,
    slot: HTMLElement,
    above: readonly PageModel[],
  ): Promise<boolean> => {
    const { failure, python } = await render(model, slot, above);
    if (failure === undefined) return python;
    const fresh = document.createElement("div"); // what failed may have left a shadow root on its element
    fresh.append(card(model, failure));
    slot.replaceWith(fresh);
    return python;
  };
  const placeIn = (above: readonly PageModel[]): Place => ({
    render: (reference, slot) => inSlot(models.get(bare(reference)), slot, above),
    fill: (el, kind, text) => fill(el, kind, page.fragments?.[`${kind}:${text}`], text),
    async outputs(el, id) {
      el.append(fragment(id));
      const views = [...el.querySelectorAll<HTMLElement>(".mw-view")];
      const drawn = views.map((view) => {
        const inner = document.createElement("div");
        view.replaceChildren(inner);
        return inSlot(models.get(view.dataset.modelId ?? ""), inner, above);
      });
      return (await Promise.all(drawn)).some(Boolean);
    },
    moves: (model, trait) => movers.has(`${model.id}:${trait}`),
  });
  const render: Render = async (model, el, above = []) => {
    if (!model) return { failure: "it was not saved", python: false };
    if (above.includes(model)) return { failure: "it contains itself", python: false };
    for (const [name, value] of Object.entries(model.record.layout ?? {})) {
      el.style.setProperty(name.replaceAll("_", "-"), String(value));
    }
    const classes = model.get("_dom_classes");
    if (Array.isArray(classes)) el.classList.add(...classes.filter(isClass));
    const place = placeIn([...above, model]);
    if (model.record.module) return { ...(await run(model, el)), python: false };
    if (!model.record.core) {
      return { failure: model.record.card?.reason ?? "a page cannot run its code", python: false };
    }
    try {
      if (!page.core) return { python: await stack(model, el, place) };
      const core = (await moduleOf(page.core)) as unknown as Core;
      return { python: await core.draw(model, el, place) };
    } catch (error) {
      console.error(error);
      return { failure: "its saved state is damaged", python: false };
    }
  };
  return render;
}

/** Boxes of components alone need nothing else of what draws core widgets. */
async function stack(model: PageModel, el: HTMLElement, place: Place): Promise<boolean> {
  el.classList.add(model.record.name === "HBoxModel" ? "mw-row" : "mw-column");
  const children = (model.get("children") as string[] | undefined) ?? [];
  const drawn = children.map((child) => {
    const inner = document.createElement("div");
    el.append(inner);
    return place.render(child, inner);
  });
  return (await Promise.all(drawn)).some(Boolean);
}

function isClass(name: unknown): name is string {
  return typeof name === "string" && /^\S+$/.test(name);
}

/** Return a function that runs the module of a model; it gives why that failed, or nothing. */
function runner(
  models: ReadonlyMap<string, PageModel>,
  moduleOf: (key: string) => Promise<Loaded>,
  render: Render,
): (model: PageModel, el: HTMLElement) => Promise<{ failure?: string }> {
  const { signal } = new AbortController(); // a page's views live as long as it does
  const experimental = { invoke: () => Promise.reject(new Error("a page has no Python")) };
  const ready = new Map<PageModel, Promise<Ready>>();
  const initialised = (model: PageModel) => {
    const found = ready.get(model) ?? initialise(model);
    ready.set(model, found);
    return found;
  };
  const initialise = async (model: PageModel): Promise<Ready> => {
    const loaded = await moduleOf(model.record.module ?? "");
    // A module may export a function that makes a widget, with variables of its own for each model.
    const widget = typeof loaded === "function" ? await loaded() : loaded;
    const exports = await widget.initialize?.({ model, signal, experimental });
    return { widget, exports: typeof exports === "object" && exports ? exports : undefined };
  };
  const manager = models.values().next().value?.widget_manager;
  const modelOf = (reference: string) => manager!.get_model(reference);
  const host: Host = {
    getModel: modelOf,
    async getWidget(reference) {
      const model = await modelOf(reference);
      const { exports } = await initialised(model);
      return {
        exports,
        render: async ({ el }) => (await render(model, el)).failure === undefined,
      };
    },
  };
  // In a notebook every model is initialised when it is made, seen or not, and widgets of one library may count on that.
  const all = () => [...models.values()].filter((each) => each.record.card && each.record.module);
  let others: Promise<unknown> | undefined;
  const start = async (model: PageModel, el: HTMLElement) => {
    if (model.record.card) await (others ??= Promise.allSettled(all().map(initialised)));
    const { widget } = await initialised(model);
    await widget.render?.({ model, el, signal, host, experimental });
  };
  return async (model, el) => {
    const foreign = model.record.card;
    try {
      await (foreign ? Promise.race([start(model, el), tooLong()]) : start(model, el));
    } catch (error) {
      console.error(error);
      return { failure: foreign ? reasonOf(error, foreign.reason) : ours(error) };
    }
    if (foreign && !(await hasDrawn(el)))
      return { failure: foreign.reason ?? "it drew nothing without Python" };
    return {};
  };
}

function ours(error: unknown): string {
  return `This component could not start here (${(error as Error).message}).`;
}

class TooLong extends Error {}

function tooLong(): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new TooLong("no answer")), PATIENCE);
  });
}

/** Why a widget that is not ours could not run, in words; its error is on the console. */
export function reasonOf(error: unknown, known?: string): string {
  const text = String((error as Error | null)?.message ?? error);
  if (error instanceof TooLong) return `it did not start within ${PATIENCE / 1000} seconds`;
  if (error instanceof EvalError || text.includes("unsafe-eval")) {
    return "its code uses eval, which the page does not allow";
  }
  if (known) return known;
  if (/dynamically imported module|module script|Failed to fetch|NetworkError/i.test(text)) {
    return "its code loads more from the network";
  }
  return "its code failed to start without Python";
}

/** Whether an element shows anything, now or in the next two seconds: some frameworks draw in a later task. */
async function hasDrawn(el: HTMLElement): Promise<boolean> {
  for (let i = 0; i < 40; i++) {
    if (el.shadowRoot || el.childNodes.length) return true;
    await new Promise((done) => setTimeout(done, 50));
  }
  return false;
}

function moduleLoader(sources: Record<string, string>): (key: string) => Promise<Loaded> {
  const modules = new Map<string, Promise<Loaded>>();
  const load = async (key: string): Promise<Loaded> => {
    const url = URL.createObjectURL(new Blob([sources[key]], { type: "text/javascript" }));
    try {
      // Older anywidgets export `render` by itself.
      const { default: widget, ...named } = await import(url);
      return widget ?? named;
    } finally {
      URL.revokeObjectURL(url);
    }
  };
  return (key) => {
    const found = modules.get(key) ?? load(key);
    modules.set(key, found);
    return found;
  };
}
