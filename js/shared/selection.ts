// The selection that components share: the id of one item, moved in the browser and only observed by Python.
import { type BaseTraits, type Model, referenced, type SelectionTraits } from "./model.ts";

export interface Selection {
  /** The id of the item, "" for none. */
  get(): string;
  pinned(): boolean;
  /** Pin an item and tell Python, as a click or a key does; "" lets go. */
  set(id: string): void;
  /** Pin an item, or let it go if it is the one that is pinned. */
  toggle(id: string): void;
  /** Move the selection while nothing is pinned; Python is not told. */
  hover(id: string): void;
  on(callback: (id: string, pinned: boolean) => void): void;
  off(callback: (id: string, pinned: boolean) => void): void;
  /** Stop listening: the shared model outlives the view. */
  close(): void;
}

/** The selection of a component. Its model comes later; until then a local value stands in. */
export function selectionOf<Traits extends BaseTraits<unknown>>(model: Model<Traits>): Selection {
  const callbacks = new Set<(id: string, pinned: boolean) => void>();
  const local: SelectionTraits = { selected: "", pinned: false };
  let shared: Model<SelectionTraits> | null = null;
  let closed = false;
  const selected = () => (shared ? shared.get("selected") : local.selected) ?? "";
  const pinned = () => Boolean(shared ? shared.get("pinned") : local.pinned);
  const tell = () => {
    for (const callback of callbacks) callback(selected(), pinned());
  };
  const write = (values: Partial<SelectionTraits>, send: boolean) => {
    if (!shared) {
      Object.assign(local, values);
      tell();
      return;
    }
    if (values.pinned !== undefined) shared.set("pinned", values.pinned);
    if (values.selected !== undefined) shared.set("selected", values.selected);
    if (send) shared.save_changes();
  };
  const id = referenced(model.get("selection"));
  if (id) {
    model.widget_manager.get_model<SelectionTraits>(id).then((found) => {
      if (closed) return;
      shared = found;
      shared.on("change:selected", tell);
      shared.on("change:pinned", tell);
      if (local.selected) write({ ...local }, local.pinned);
      else tell();
    });
  }
  const set = (item: string) => write({ pinned: item !== "", selected: item }, true);
  return {
    get: selected,
    pinned,
    set,
    toggle: (item) => set(pinned() && selected() === item ? "" : item),
    hover: (item) => {
      if (!pinned()) write({ selected: item }, false);
    },
    on: (callback) => callbacks.add(callback),
    off: (callback) => callbacks.delete(callback),
    close: () => {
      closed = true;
      shared?.off("change:selected", tell);
      shared?.off("change:pinned", tell);
      callbacks.clear();
    },
  };
}

/**
 * Hover the item under the pointer, and pin it or let it go by a click.
 *
 * @param hit the id of the item at an event, "" for none
 * @param beside whether a click beside all items lets go
 */
export function selectByPointer(
  node: HTMLElement | SVGElement,
  hit: (event: MouseEvent) => string,
  selection: Selection,
  { beside = false } = {},
): void {
  node.addEventListener("pointermove", (event) => selection.hover(hit(event as PointerEvent)));
  node.addEventListener("pointerleave", () => selection.hover(""));
  node.addEventListener("click", (event) => {
    const id = hit(event as MouseEvent);
    if (id || beside) selection.toggle(id);
  });
}
