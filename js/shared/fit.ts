// A width of its own in any parent. A component draws into the width that it is given and has none by nature, so its
// element would collapse where a parent shrinks to its content, such as an HBox.
import { h } from "./elements.ts";

/** The width in pixels that a component should get; below it, those that stand side by side go below each other. */
export const LEAST_WIDTH = 420;

/**
 * Make what gives the host's element a natural width: 640 px where there is room, and as little as there is otherwise.
 * It is a line of sixteen pieces, which may break between any two, without a height.
 */
export function strut(): HTMLElement {
  const pieces = Array.from({ length: 16 }, () => h("i"));
  return h("div", { class: "mw-strut", "aria-hidden": "true" }, pieces);
}

/**
 * Let the host's element share or fill the box that lays it out. What the user's layout says is left alone.
 *
 * A host may render before the element stands in the page, in a tab that is not open, or in a box that is laid out
 * later; each of these changes the element's size, and it is fitted anew.
 */
export function fitInto(el: HTMLElement, signal: AbortSignal): void {
  const fit = () => {
    const parent = el.getClientRects().length ? layoutParent(el) : null;
    if (!parent) return;
    el.style.maxWidth ||= "100%";
    el.style.boxSizing ||= "border-box";
    const style = getComputedStyle(parent);
    if (style.display.endsWith("flex")) fitIntoFlex(el, parent, style);
    else if (style.display.endsWith("grid")) el.style.minWidth ||= "0";
  };
  fit();
  const observer = new ResizeObserver(fit);
  observer.observe(el);
  signal.addEventListener("abort", () => observer.disconnect());
}

/** The ancestor whose layout an element is an item of: marimo puts five that have no box of their own between them. */
function layoutParent(el: HTMLElement): HTMLElement | null {
  let node: Element | null = el;
  do {
    const root: Node = node.getRootNode();
    node = node.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
  } while (node && getComputedStyle(node).display === "contents");
  return node as HTMLElement | null;
}

function fitIntoFlex(el: HTMLElement, parent: HTMLElement, style: CSSStyleDeclaration): void {
  if (style.flexDirection.startsWith("column")) {
    el.style.minWidth ||= "0";
    if (style.alignItems !== "stretch" && style.alignItems !== "normal") el.style.width ||= "100%";
    return;
  }
  if (el.style.width || el.style.flex) return; // the user's layout says it
  el.style.flex = `1 1 ${LEAST_WIDTH}px`;
  el.style.minWidth ||= `min(100%, ${LEAST_WIDTH}px)`;
  if (style.flexWrap === "nowrap" && !parent.style.flexFlow && !parent.style.flexWrap) {
    parent.style.flexWrap = "wrap";
  }
  // An HBox leaves no room between its children, and the end of one would read as part of the next.
  if (style.columnGap === "normal") parent.style.columnGap = "24px";
  if (style.rowGap === "normal") parent.style.rowGap = "16px";
}
