// The colours in force: read from the host's theme, so that a component looks at home in a light and in a dark page.
import { luminance, type Rgb, rgbOf } from "./colour.ts";

const NAMES = [
  "fg",
  "muted",
  "bg",
  "raised",
  "grid",
  "accent",
  "focus",
  "bad",
  "good",
  "font",
] as const;

/** The colours and the font at an element, as strings that a canvas accepts. */
export type Theme = Record<(typeof NAMES)[number], string>;

/** Read the theme at an element of a component that stands in the page: computed styles exist only there. */
export function themeOf(el: Element): Theme {
  const style = getComputedStyle(el.closest(".mw") ?? el);
  return Object.fromEntries(
    NAMES.map((name) => [name, style.getPropertyValue(`--mw-${name}`).trim()]),
  ) as Theme;
}

/**
 * Whether the page behind an element is dark: by the first ancestor that has a background of its own, whatever made
 * it so (a class of marimo's, a user's style), else by the system's preference.
 */
export function isDarkBehind(el: Element): boolean {
  const told = document.body.dataset.jpThemeLight; // JupyterLab and Notebook say it themselves
  if (told) return told === "false";
  for (let node: Element | null = el; node; node = parentOf(node)) {
    const [r, g, b, alpha = 1] = channelsOf(getComputedStyle(node).backgroundColor);
    if (alpha > 0.5) return luminance([r, g, b]) < 0.3;
  }
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

function parentOf(node: Element): Element | null {
  const root = node.getRootNode();
  return node.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
}

/** Red, green, blue and alpha of a computed colour. */
function channelsOf(colour: string): number[] {
  const found = /^rgba?\(([^)]*)\)$/.exec(colour);
  if (found)
    return found[1]
      .split(/[\s,/]+/)
      .filter(Boolean)
      .map(Number);
  if (colour === "transparent" || colour === "") return [0, 0, 0, 0];
  const rgb: Rgb = rgbOf(colour); // color(), oklch() and whatever comes
  const alpha = /\/\s*([\d.]+)(%?)/.exec(colour);
  return [...rgb, alpha ? Number(alpha[1]) / (alpha[2] ? 100 : 1) : 1];
}

const watched = new Set<() => void>();
let watching = false;

/** Call everybody who watches the theme. */
export function tellOfTheme(): void {
  for (const each of watched) each();
}

/** Call back when the theme may have changed: the system's preference, the host's own switch, or paper. */
export function onTheme(callback: () => void, signal: AbortSignal): void {
  watched.add(callback);
  signal.addEventListener("abort", () => watched.delete(callback));
  if (watching) return;
  watching = true;
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", tellOfTheme);
  addEventListener("beforeprint", tellOfTheme);
  addEventListener("afterprint", tellOfTheme);
  const observer = new MutationObserver(tellOfTheme);
  const attributeFilter = [
    "class",
    "style",
    "data-theme",
    "data-jp-theme-light",
    "data-jp-theme-name",
  ];
  for (const node of [document.documentElement, document.body]) {
    observer.observe(node, { attributes: true, attributeFilter });
  }
}
