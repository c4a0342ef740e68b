// Modules are loaded once each, and initialised once a model, whoever asks first.
import type { PageModel } from "./models.ts";

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

/** Draw a model into an element; false if it is neither a module nor a box. */
export type Render = (model: PageModel | undefined, el: HTMLElement) => Promise<boolean>;

/** A function that draws the models of a page. */
export function drawing(models: Map<string, PageModel>, sources: Record<string, string>): Render {
  const { signal } = new AbortController(); // a page's views live as long as it does
  const moduleOf = moduleLoader(sources);
  const ready = new Map<PageModel, Promise<Ready>>();
  const initialised = (model: PageModel) => {
    const found = ready.get(model) ?? initialise(model);
    ready.set(model, found);
    return found;
  };
  const initialise = async (model: PageModel): Promise<Ready> => {
    const widget = await moduleOf(model.record.module ?? "");
    const exports = await widget.initialize?.({ model, signal, experimental: {} });
    return { widget, exports: typeof exports === "object" && exports ? exports : undefined };
  };
  const manager = models.values().next().value?.widget_manager;
  const modelOf = (reference: string) => manager!.get_model(reference);
  const host: Host = {
    getModel: modelOf,
    async getWidget(reference) {
      const model = await modelOf(reference);
      const { exports } = await initialised(model);
      return { exports, render: ({ el }) => render(model, el) };
    },
  };
  const render: Render = async (model, el) => {
    if (!model) return false;
    if (model.record.module) {
      const { widget } = await initialised(model);
      el.classList.add(...((model.get("_dom_classes") as string[] | undefined) ?? []));
      await widget.render?.({ model, el, signal, host, experimental: {} });
      return true;
    }
    if (!/^[HV]BoxModel$/.test(model.record.name)) return false;
    el.classList.add(model.record.name === "HBoxModel" ? "mw-row" : "mw-column");
    const children = model.get("children") as string[];
    const drawn = await Promise.all(
      children.map(async (child) => {
        const inner = document.createElement("div");
        el.append(inner);
        return render(await modelOf(child), inner);
      }),
    );
    return drawn.some(Boolean);
  };
  return render;
}

function moduleLoader(sources: Record<string, string>): (key: string) => Promise<Widget> {
  const modules = new Map<string, Promise<Widget>>();
  const load = async (key: string): Promise<Widget> => {
    const url = URL.createObjectURL(new Blob([sources[key]], { type: "text/javascript" }));
    try {
      const { default: widget } = await import(url);
      return typeof widget === "function" ? await widget() : widget;
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
