// Elements, keys and announcements.

/** What may stand in an element; text becomes text nodes, so that a hostile label stays a label. */
export type Child = Node | string | number | false | null | undefined | readonly Child[];

type Listener = { bivarianceHack(event: Event): void }["bivarianceHack"];

/**
 * `class`, `style` (an object), `dataset` (an object), `on<event>` (a listener); anything else is an attribute:
 * true is an empty one, false, null and undefined none.
 */
export interface Props {
  style?: Record<string, string | number>;
  dataset?: Record<string, string | number | undefined>;
  [name: string]: unknown;
}

/** Make an HTML element. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  props: Props | null = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  return furnish(document.createElement(tag), props, children);
}

/** Make an SVG element. */
export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  props: Props | null = {},
  ...children: Child[]
): SVGElementTagNameMap[Tag] {
  return furnish(document.createElementNS("http://www.w3.org/2000/svg", tag), props, children);
}

function furnish<Node extends HTMLElement | SVGElement>(
  node: Node,
  props: Props | null,
  children: Child[],
): Node {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === false || value === null || value === undefined) continue;
    if (name === "style") {
      for (const [key, each] of Object.entries(value as object)) {
        node.style.setProperty(kebab(key), String(each));
      }
    } else if (name === "dataset") Object.assign(node.dataset, value);
    else if (name.startsWith("on")) {
      node.addEventListener(name.slice(2).toLowerCase(), value as Listener);
    } else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...nodes(children));
  return node;
}

/** The nodes of nested children, without those that are absent. */
export function nodes(children: readonly Child[]): (Node | string)[] {
  return children.flatMap((child): (Node | string)[] => {
    if (child === null || child === undefined || child === false) return [];
    if (Array.isArray(child)) return nodes(child);
    return [child instanceof Node ? child : String(child)];
  });
}

/** "marginTop" -> "margin-top"; custom properties are left alone. */
function kebab(name: string): string {
  if (name.startsWith("--")) return name;
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The element that has the focus in the same shadow root (or document) as `node`. */
export function focused(node: Node): HTMLElement | null {
  const root = node.getRootNode() as ShadowRoot | Document;
  return (root.activeElement as HTMLElement | null | undefined) ?? null;
}

/**
 * Switch a control off or on. One that has the focus hands it to its component: a disabled control would drop
 * it, and every further key with it.
 */
export function disable(control: HTMLElement & { disabled: boolean }, off: unknown): void {
  if (off && control === focused(control)) {
    control.closest<HTMLElement>(".mw")?.focus({ preventScroll: true });
  }
  control.disabled = Boolean(off);
}

/** Say something to a screen reader. The region is emptied first: the same sentence twice is read twice. */
export function announce(root: Element, text: string): void {
  const live = (root.closest(".mw") ?? root).querySelector(".mw-live");
  if (!live) return;
  live.textContent = "";
  requestAnimationFrame(() => {
    live.textContent = text;
  });
}

/** "ArrowLeft", "Shift+ArrowLeft", " " -> what the key does. */
export type KeyMap = Record<string, (event: KeyboardEvent) => void>;

/** Answer keys pressed in `node`. A key that the map has is consumed here; none reaches the notebook. */
export function keys(node: HTMLElement | SVGElement, map: KeyMap): void {
  node.dataset.lmSuppressShortcuts = "true";
  node.addEventListener("keydown", ((event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const handler = (event.shiftKey && map[`Shift+${event.key}`]) || map[event.key];
    if (handler) {
      event.preventDefault();
      handler(event);
    }
    event.stopPropagation();
  }) as EventListener);
}

/** Whether an event comes from a control that needs its keys itself. */
export function isTyping(event: Event, also = ""): boolean {
  const typing = `button, select, input, textarea${also && `, ${also}`}`;
  return Boolean((event.target as Element | null)?.closest?.(typing));
}
