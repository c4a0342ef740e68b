// A class as a line of the sheet: its head, then a strip each for support, query and pool.
import { type DocumentClass, PLACES, type Place } from "../../episode_document/types.ts";
import { button } from "../../shared/controls.ts";
import { h } from "../../shared/elements.ts";
import type { Python } from "../../shared/python.ts";
import type { TakeFiles } from "../files.ts";
import { type HeadState, headOf } from "../head.ts";
import { ownIcon } from "../icons.ts";
import type { Store } from "../store.ts";

export interface LineOptions {
  store: Store;
  python: Python;
  files: TakeFiles;
}

export type Line = ReturnType<typeof lineOf>;

/** The line of a class. */
export function lineOf(cls: number, { store, python, files }: LineOptions) {
  const head = headOf({ key: cls, store, python });
  const strips = PLACES.map((side) => stripOf(cls, side, files));
  const more = button({
    icon: ownIcon("plus"),
    name: "More",
    onclick: () => store.ask("more", { key: cls }),
  });
  python.bind(more, "more", "Fetching more items");
  const pool = strips[PLACES.indexOf("pool")];
  const onward = onwardOf(pool);
  const node = h("div", { class: "eb-line mw-messages", role: "group" }, head.node, strips);
  const show = ({ name, locked }: DocumentClass, state: HeadState) => {
    node.setAttribute("aria-label", `Class ${name}`);
    node.classList.toggle("is-locked", locked);
    head.show(state);
    for (const [i, side] of PLACES.entries()) {
      strips[i].setAttribute("aria-label", `${side} of class ${name}`);
    }
    more.setAttribute("aria-label", `More items of class ${name}`);
    onward.node.title = `Show further items of class ${name} in the pool`;
  };
  /** Show these items on a side, and behind those of a class that has more of them the button for it. */
  const fill = (side: Place, items: HTMLElement[], hasMore: boolean) => {
    const strip = strips[PLACES.indexOf(side)];
    strip.dataset.empty = items.length ? "" : side === "pool" ? "empty" : `no ${side}`;
    if (side !== "pool") return arrange(strip, items);
    arrange(strip, [...items, ...(hasMore ? [more] : []), onward.node]);
    onward.measure();
  };
  return { node, show, fill };
}

/** The end of a strip that goes on beyond its edge: how many more there are. It scrolls on, and at the end back. */
function onwardOf(strip: HTMLElement) {
  const node = button({
    text: "more",
    class: "eb-onward",
    onclick: () => {
      const left = hiddenIn(strip, node) ? strip.scrollLeft + 0.7 * strip.clientWidth : 0;
      strip.scrollTo({ left });
    },
  });
  let due = false;
  const show = () => {
    due = false;
    const last = node.previousElementSibling as HTMLElement | null;
    const goesOn = last !== null && last.offsetLeft + last.offsetWidth > strip.clientWidth;
    node.hidden = !goesOn;
    if (!goesOn) return;
    const hidden = hiddenIn(strip, node);
    node.textContent = hidden ? `${hidden} more` : "to the first";
  };
  const measure = () => {
    if (!due) requestAnimationFrame(show);
    due = true;
  };
  strip.addEventListener("scroll", measure, { passive: true });
  new ResizeObserver(measure).observe(strip);
  return { node, measure };
}

/** How many items of a strip lie beyond its edge, or under the button that stands there. */
function hiddenIn(strip: HTMLElement, onward: HTMLElement): number {
  const end = strip.getBoundingClientRect().right - onward.offsetWidth;
  const items = [...strip.querySelectorAll(".eb-item")];
  return items.filter((each) => each.getBoundingClientRect().right > end + 18).length;
}

/** Make these the children of a node. What stands right is not touched: it would lose the focus. */
export function arrange(node: HTMLElement, children: HTMLElement[]): void {
  const wanted = new Set<Element>(children);
  for (const child of [...node.children]) if (!wanted.has(child)) child.remove();
  for (const [i, child] of children.entries()) {
    if (node.children[i] !== child) node.insertBefore(child, node.children[i] ?? null);
  }
}

/** A strip that takes files which are let go over it. */
function stripOf(cls: number, side: Place, files: TakeFiles): HTMLElement {
  const strip = h("div", { class: `eb-strip eb-${side}`, role: "group", dataset: { side, cls } });
  strip.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    strip.classList.add("is-target");
  });
  strip.addEventListener("dragleave", () => strip.classList.remove("is-target"));
  strip.addEventListener("drop", (event) => {
    event.preventDefault();
    strip.classList.remove("is-target");
    files([...(event.dataTransfer?.files ?? [])], { cls, side, beside: strip });
  });
  return strip;
}
