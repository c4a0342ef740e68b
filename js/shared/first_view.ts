// What a component shows at first: one picture, its main control and what to try; everything else is folded away.
import { type Child, h } from "./elements.ts";

/** One line that says what to do first: "Drag the rate to the right until the fit breaks." */
export function tryFirst(text: string): HTMLParagraphElement {
  return h("p", { class: "mw-try" }, h("b", {}, "Try: "), text);
}

export interface FoldOptions {
  /** Where the reader's choice is kept: "<component>/<fold>". */
  name: string;
  title: Child;
  content: Child;
  /** Whether it is open for a reader who has not chosen. */
  open?: boolean;
  /** Called when it opens or closes, and before it is printed. */
  ontoggle?: (open: boolean) => void;
}

/**
 * Make a fold. The reader's choice holds for every component of this kind, also after the page is loaded again.
 * A printed page has all folds open.
 */
export function fold(options: FoldOptions): HTMLDetailsElement {
  const { name, title, content, open = false, ontoggle } = options;
  const node = h(
    "details",
    { class: "mw-fold", open: kept(name) ?? open },
    h("summary", { class: "mw-fold-title" }, title),
    h("div", { class: "mw-fold-content" }, content),
  );
  node.addEventListener("toggle", () => {
    if (node.dataset.printing === undefined) keep(name, node.open);
    ontoggle?.(node.open);
  });
  return node;
}

const own = new Map<string, boolean>(); // for pages that may keep nothing

const keyOf = (name: string) => `metawidgets:fold:${name}`;

function kept(name: string): boolean | undefined {
  try {
    const found = localStorage.getItem(keyOf(name));
    if (found !== null) return found === "open";
  } catch {
    // A page in a sandbox has no storage.
  }
  return own.get(name);
}

function keep(name: string, open: boolean): void {
  own.set(name, open);
  try {
    localStorage.setItem(keyOf(name), open ? "open" : "closed");
  } catch {
    // As above: it is kept as long as the page.
  }
}

/** Open the folds in `root` while the page is printed. `mount` calls this before anything can be painted for paper. */
export function printOpen(root: HTMLElement, signal: AbortSignal): void {
  const before = () => {
    for (const each of root.querySelectorAll<HTMLDetailsElement>("details.mw-fold:not([open])")) {
      each.dataset.printing = "";
      each.open = true;
      each.dispatchEvent(new Event("toggle")); // the browser's own comes after the page was printed
    }
  };
  const after = () => {
    for (const each of root.querySelectorAll<HTMLDetailsElement>("details[data-printing]")) {
      each.open = false;
      // The event of this change comes later: the reader's choice must not change by it.
      setTimeout(() => {
        delete each.dataset.printing;
      });
    }
  };
  addEventListener("beforeprint", before, { capture: true, signal });
  addEventListener("afterprint", after, { signal });
}
