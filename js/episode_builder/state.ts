// What is chosen, and where what is added goes.

import type { Side } from "../shared/packed_episode.ts";
import type { Selection } from "../shared/selection.ts";
import type { Theme } from "../shared/theme.ts";
import type { Store } from "./store.ts";

export interface State {
  /** The key of the item that is looked at, "" for none. */
  current(): string;
  /** Look at an item. */
  look(key: string): void;
  /** Look at an item, and select it in every component that shares the selection; "" lets go. */
  choose(key: string): void;
  /** The set that gets what is added. */
  side: Side;
  /** The key of the class that gets what is added, null where there is none. */
  cls(): number | null;
  /** Add to this class from now on. */
  addTo(cls: number): void;
}

/** A way to show and edit the items. */
export interface ItemsView {
  node: HTMLElement;
  paint(theme: Theme): void;
  focus(key: string): void;
  /** What keys on an item do, by their names: "Home", "Shift+ArrowLeft". */
  keys: Record<string, (key: string) => void>;
}

/** The state of a view; `repaint` asks for it to be painted again. */
export function stateOf(store: Store, selection: Selection, repaint: () => void): State {
  let chosen = "";
  let aim: number | null = null;
  const itemOf = (key: string) => store.document().items[key];
  selection.on((id) => {
    const key = Object.keys(store.document().items).find((each) => store.id(each) === id);
    if (!key || store.id(self.current() || key) === id) return;
    chosen = key;
    repaint();
  });
  const self: State = {
    side: "support",
    current: () => (itemOf(chosen) ? chosen : ""),
    look(key) {
      chosen = key;
      repaint();
    },
    choose(key) {
      chosen = key;
      aim = itemOf(key)?.class ?? aim; // what is added next goes where one is looking
      selection.set(itemOf(key) ? store.id(key) : "");
      repaint();
    },
    cls() {
      const keys = store.document().classes.map((each) => each.key);
      return aim !== null && keys.includes(aim) ? aim : (keys[0] ?? null);
    },
    addTo(cls) {
      aim = cls;
      repaint();
    },
  };
  return self;
}
