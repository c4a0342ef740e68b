// The line under the drawing: a larger picture, the item's name, and its origin. It keeps its height when it empties.
import { itemCanvas } from "../plot/thumbnails.ts";
import { h } from "../shared/elements.ts";
import type { Theme } from "../shared/theme.ts";
import { type Item, itemName } from "./items.ts";

const HINT =
  "Point at an item, or move with the arrow keys, to see where it came from; click or Enter selects it.";

/** Shown of the moment. */
export interface PanelState {
  item: Item | undefined;
  pinned: boolean;
  theme: Theme;
}

/** A panel; `limit` is the longest bar of a vector. */
export function panelOf(items: Item[], names: string[], limit: number) {
  const picture = h("div", { class: "mw-panel-picture", "aria-hidden": "true" });
  const name = h("p", { class: "mw-panel-name" });
  const origin = h("p", { class: "mw-panel-origin" });
  const text = h("div", { class: "mw-panel-text" }, name, origin);
  const node = h("div", { class: "mw-panel" }, picture, text);
  const show = ({ item, pinned, theme }: PanelState) => {
    node.classList.toggle("is-empty", !item);
    picture.replaceChildren();
    if (!item) {
      name.textContent = "";
      origin.textContent = HINT;
      return;
    }
    const canvas = itemCanvas(item, theme, limit);
    if (canvas) picture.append(canvas);
    picture.hidden = !canvas;
    name.textContent = itemName(item, items, names);
    origin.textContent = `${item.id}${pinned ? " \u00b7 selected" : ""}`;
  };
  return { node, show };
}
