// What can be done to an item, and the keys for it.
import { copyToOther, move, ordered } from "../episode_document/edits.ts";
import { MOST_ITEMS, type Place } from "../episode_document/types.ts";
import { focused } from "../shared/elements.ts";
import type { ItemsView, State } from "./state.ts";
import type { Store } from "./store.ts";

/** The key of the item that has the focus, "" for none. */
export function focusedKey(node: Node): string {
  return focused(node)?.dataset.key ?? "";
}

export type Actions = ReturnType<typeof actionsOf>;

export interface ActionsOptions {
  store: Store;
  state: State;
  view: () => ItemsView;
  /** Paint now. */
  paint: () => void;
}

/** Actions on items; none does anything where the item is gone. */
export function actionsOf({ store, state, view, paint }: ActionsOptions) {
  const itemOf = (key: string) => store.document().items[key];
  const remove = (key: string) => {
    const { side, class: cls } = itemOf(key);
    const mates = ordered(store.document(), side, cls).map(([each]) => each);
    const i = mates.indexOf(key);
    const hadFocus = focusedKey(view().node) === key;
    store.edit("remove an item", (document) => delete document.items[key]);
    const neighbour = mates[i + 1] ?? mates[i - 1] ?? "";
    state.look(neighbour);
    if (!hadFocus) return;
    requestAnimationFrame(() => {
      paint();
      view().focus(neighbour);
    });
  };
  return {
    has: (key: string) => Boolean(itemOf(key)),
    move(key: string, side: Place) {
      if (itemOf(key)) store.edit(`move an item to ${side}`, (doc) => move(doc, key, { side }));
    },
    classify(key: string, cls: number) {
      if (!itemOf(key)) return;
      store.edit("move an item to another class", (document) => move(document, key, { cls }));
    },
    lock(key: string) {
      if (!itemOf(key)) return;
      store.edit(itemOf(key).locked ? "unlock an item" : "lock an item", (document) => {
        document.items[key].locked = !document.items[key].locked;
      });
    },
    remove(key: string) {
      if (itemOf(key)) remove(key);
    },
    copy(key: string) {
      if (!itemOf(key) || itemOf(key).side === "pool") return;
      if (isFull(store)) return;
      store.edit("copy an item to the other set", (document) => copyToOther(document, key));
    },
    /** Give an item another x (axis 0) or y (axis 1). */
    place(key: string, axis: 0 | 1, value: number) {
      if (!itemOf(key)?.at) return;
      store.edit("move an item", (document) => {
        document.items[key].at![axis] = Math.fround(value);
      });
    },
  };
}

/** Whether no further item has room, which is said. */
export function isFull(store: Store): boolean {
  const full = Object.keys(store.document().items).length >= MOST_ITEMS;
  if (full)
    store.refuse(
      `There are ${MOST_ITEMS} items, pool included, and no room for more; remove some.`,
    );
  return full;
}

export interface ItemKeysOptions {
  store: Store;
  state: State;
  actions: Actions;
  view: () => ItemsView;
  /** Place a point or a sample. */
  add: () => void;
}

/** Answer keys on an item, in either view. */
export function itemKeysOn(stage: HTMLElement, options: ItemKeysOptions): void {
  const { store, state, actions, view, add } = options;
  const keys: ItemsView["keys"] = {
    s: (key) => actions.move(key, "support"),
    q: (key) => actions.move(key, "query"),
    p: (key) => actions.move(key, "pool"),
    l: actions.lock,
    c: actions.copy,
    Delete: actions.remove,
    Backspace: actions.remove,
    Enter: state.choose,
    " ": state.choose,
    Escape: () => state.choose(""),
  };
  stage.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey) return;
    const key = (event.target as HTMLElement).dataset?.key ?? "";
    const letter = event.key.toLowerCase();
    const placing = letter === "a" && store.document().kind !== "sheet";
    if (placing && (key || event.target === stage)) {
      add();
      return;
    }
    if (!actions.has(key) || event.altKey) return;
    const map = { ...keys, ...view().keys };
    const handler = event.shiftKey ? map[`Shift+${event.key}`] : (map[event.key] ?? map[letter]);
    if (!handler) return;
    event.preventDefault();
    handler(key);
    const now = focusedKey(stage);
    state.look(actions.has(now) ? now : state.current());
  });
}

/** Answer Ctrl+Z and its like anywhere in the component, except where they undo typing. */
export function undoKeysOn(root: HTMLElement, store: Store): void {
  const typing = "input:not([type=checkbox]):not([type=range]), textarea";
  root.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    if ((event.target as Element).matches(typing)) return;
    const letter = event.key.toLowerCase();
    if (letter !== "z" && letter !== "y") return;
    event.preventDefault();
    if (letter === "y" || event.shiftKey) store.redo();
    else store.undo();
  });
}
