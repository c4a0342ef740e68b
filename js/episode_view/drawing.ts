// What the sheet and the plot share: items as elements, of which one has the tab stop.
import type { KeyMap } from "../shared/elements.ts";
import type { Theme } from "../shared/theme.ts";
import type { Chooser, Marked } from "./chooser.ts";
import type { Item } from "./items.ts";

export interface DrawingOptions {
  items: Item[];
  /** The names of the classes. */
  names: string[];
  chooser: Chooser;
}

export interface Drawing {
  node: HTMLElement;
  paint(theme: Theme): void;
  mark(marked: Marked): void;
  /** Take another width in pixels. */
  fit(width: number): void;
}

type ItemNode = HTMLElement | SVGElement;

export type ItemNodes = ReturnType<typeof itemNodes>;

/** Elements by the ids of their items: pointer and focus look at them, a click chooses, one has the tab stop. */
export function itemNodes(chooser: Chooser) {
  const nodes = new Map<string, ItemNode>();
  let stop = "";
  const setStop = (id: string) => {
    nodes.get(stop)?.setAttribute("tabindex", "-1");
    stop = id;
    nodes.get(stop)?.setAttribute("tabindex", "0");
  };
  const add = (id: string, node: ItemNode) => {
    nodes.set(id, node);
    node.setAttribute("tabindex", "-1");
    node.setAttribute("aria-selected", "false");
    node.addEventListener("pointerenter", () => chooser.look(id));
    node.addEventListener("focus", () => {
      setStop(id);
      if (node.matches(":focus-visible")) chooser.look(id);
    });
    node.addEventListener("click", () => {
      node.focus({ preventScroll: true });
      chooser.choose(id);
    });
  };
  const mark = ({ current, selected, pinned }: Marked) => {
    for (const [id, node] of nodes) {
      const chosen = pinned && id === selected;
      node.classList.toggle("is-current", id === current);
      node.classList.toggle("is-selected", chosen);
      node.setAttribute("aria-selected", String(chosen));
    }
  };
  const go = (id: string | undefined) => nodes.get(id ?? "")?.focus();
  /** Go so many items further in an order of ids, up to its ends. */
  const along = (order: string[], by: number) =>
    go(order[Math.min(order.length - 1, Math.max(0, order.indexOf(stop) + by))]);
  return { nodes, add, mark, go, along, setStop, stop: () => stop };
}

/** The keys by which both drawings choose. */
export function chooserKeys(nodes: ItemNodes, chooser: Chooser): KeyMap {
  return {
    Enter: () => chooser.choose(nodes.stop()),
    " ": () => chooser.choose(nodes.stop()),
    Escape: () => chooser.letGo(),
  };
}

/** Look away when pointer or focus leave `inside`; `outside` is what the focus is heard at. */
export function lookAway(inside: ItemNode, outside: ItemNode, chooser: Chooser): void {
  inside.addEventListener("pointerleave", () => chooser.look(""));
  outside.addEventListener("focusout", ((event: FocusEvent) => {
    if (!inside.contains(event.relatedTarget as Node | null)) chooser.look("");
  }) as EventListener);
}
