// Items by rank, each with its picture, a bar and its share: buttons that select the item.
import { type Canvas, canvasOf } from "../plot/canvas.ts";
import { h } from "../shared/elements.ts";
import { percentText } from "../shared/numbers.ts";
import type { Theme } from "../shared/theme.ts";
import { type Item, itemText } from "./record/items.ts";
import type { Given } from "./state.ts";

/** An item and its share. */
export type Entry = readonly [Item, number];

export interface RankedList {
  title: string;
  /** The largest share first. */
  entries: Entry[];
  /** What is said below, "" for nothing. */
  rest: string;
  /** The share whose bar is full; that of the first item if not given. */
  most?: number;
}

interface Row extends Canvas {
  node: HTMLElement;
  button: HTMLButtonElement;
  name: HTMLElement;
  bar: HTMLElement;
  value: HTMLElement;
  /** The item. */
  id: string;
  /** What its picture was drawn for. */
  drawn: string;
}

type RanksGiven = Pick<Given, "recorded" | "pictures" | "selection">;

export class Ranks {
  readonly node: HTMLElement;
  readonly #given: RanksGiven;
  readonly #title = h("p", { class: "mv-kicker" });
  readonly #rest = h("p", { class: "mv-key" });
  readonly #rows: Row[];
  readonly #list: HTMLElement;

  /** @param most how many items a list has at most */
  constructor(given: RanksGiven, most: number) {
    this.#given = given;
    this.#rows = Array.from({ length: most }, () => this.#row());
    const rows = this.#rows.map((row) => row.node);
    this.#list = h("ol", { class: "mv-ranks" }, rows);
    this.node = h("div", {}, this.#title, this.#list, this.#rest);
  }

  hide(): void {
    this.node.hidden = true;
  }

  /** Show a list, and return it in words. */
  show(list: RankedList, theme: Theme): string {
    const { title, entries, rest, most = Math.max(1e-9, entries[0]?.[1] ?? 0) } = list;
    this.node.hidden = false;
    this.#title.textContent = title;
    this.#rest.textContent = rest;
    this.#list.hidden = !entries.length;
    this.#list.setAttribute("aria-label", title);
    for (const [k, row] of this.#rows.entries()) {
      row.node.hidden = k >= entries.length;
      if (!row.node.hidden) this.#fill(row, entries[k], most, theme);
    }
    const first = entries
      .slice(0, 3)
      .map(([item, share]) => `${this.#text(item)} ${percentText(share)}`);
    return `${title}: ${[...first, rest].filter(Boolean).join(", ")}`;
  }

  #text(item: Item): string {
    return itemText(this.#given.recorded, item);
  }

  #row(): Row {
    const { pictures, selection } = this.#given;
    const made = canvasOf({ "aria-hidden": "true" });
    const name = h("span", { class: "mv-name" }, "none");
    const bar = h("i");
    const value = h("span", { class: "mv-value" });
    const look = { type: "button", class: "mw-button mv-item" };
    const button = h(
      "button",
      { ...look, onclick: () => selection.set(row.id) },
      pictures && made.canvas,
      name,
      h("span", { class: "mv-bar" }, bar),
      value,
    );
    const node = h("li", {}, button);
    const row: Row = { ...made, node, button, name, bar, value, id: "", drawn: "" };
    return row;
  }

  #fill(row: Row, [item, share]: Entry, most: number, theme: Theme): void {
    const { pictures } = this.#given;
    row.id = item.id;
    row.name.textContent = row.button.title = this.#text(item);
    row.bar.style.width = `${(100 * share) / most}%`;
    row.value.textContent = percentText(share);
    const now = `${item.id} ${theme.fg}`;
    if (!pictures || row.drawn === now) return;
    row.drawn = now;
    row.resize(24, 24);
    pictures[item.side].draw(row.ctx, item.i, 1, 1, 22, theme.fg, true);
  }
}
