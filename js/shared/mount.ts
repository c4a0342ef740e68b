// Where a component draws: an open shadow root with a style of its own, which no rule of the host reaches, in an element
// that has a usable width in any parent.
import baseStyle from "./base.css";
import { announce, h } from "./elements.ts";
import { printOpen } from "./first_view.ts";
import { fitInto, strut } from "./fit.ts";
import { type BaseTraits, listen, type View } from "./model.ts";
import { isPrinting } from "./repaint.ts";
import { isDarkBehind, onTheme, tellOfTheme } from "./theme.ts";

export interface Frame {
  /** The root of the component, which carries its theme. */
  root: HTMLElement;
  /** Where the component puts what it shows. */
  body: HTMLElement;
  /**
   * Show what went wrong, until it is called with "". It stands beside the control that caused it: `beside`, else the
   * one that was used last, else below everything.
   */
  fail(text: string, beside?: HTMLElement | null): void;
  /** Show for a few seconds that something was done, beside `beside` or the control that was used last. */
  done(text: string, beside?: HTMLElement | null): void;
  /** Say that something is under way, until it is called with "". */
  busy(text: string): void;
  /** Say something to a screen reader. */
  say(text: string): void;
}

export interface MountOptions {
  /** The component's folder, for its class: "quiz" gives "mw-quiz". */
  name: string;
  /** What a screen reader calls it. */
  label: string;
  /** The component's own style sheet. */
  style?: string;
}

const sheets = new Map<string, CSSStyleSheet>();

function sheetOf(text: string): CSSStyleSheet {
  let sheet = sheets.get(text);
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    sheets.set(text, sheet);
  }
  return sheet;
}

/**
 * Make the shadow root in the element that the host gives, and in it the frame of a component: body, progress, status
 * line and live region. Keys pressed inside never reach the notebook's shortcuts.
 *
 * The model's `error` stands in the status line until Python takes it back; `fail` is for what the browser finds out.
 */
export function mount<Traits extends BaseTraits<unknown>>(
  { model, el, signal }: View<Traits>,
  { name, label, style = "" }: MountOptions,
): Frame {
  const body = h("div", { class: "mw-body" });
  const live = h("div", { class: "mw-live", "aria-live": "polite" });
  const status = h("p", { class: "mw-status", role: "status", hidden: true });
  const { working, showProgress, busy } = progressBar(model);
  const root = h(
    "section",
    { class: `mw mw-${name.replaceAll("_", "-")}`, "aria-label": label, tabindex: -1 },
    live,
    body,
    working,
    status,
  );
  const shadow = el.shadowRoot ?? el.attachShadow({ mode: "open" });
  shadow.adoptedStyleSheets = [baseStyle, style].filter(Boolean).map(sheetOf);
  shadow.replaceChildren(strut(), root);
  fitInto(el, signal);
  shield(el, root);
  followTheme(root, signal);
  printOpen(root, signal);
  const cause = lastUsed(root);

  const fail = (text: string, beside?: HTMLElement | null) => {
    if (text) placeBeside(status, beside ?? cause(), root);
    status.textContent = text;
    status.hidden = !text;
    if (text) announce(root, text); // a status region that has just been moved is not read
  };
  const done = (text: string, beside?: HTMLElement | null) => {
    const note = h("p", { class: "mw-done" }, text);
    for (const old of root.querySelectorAll(".mw-done")) old.remove();
    placeBeside(note, beside ?? cause(), root);
    announce(root, text);
    setTimeout(() => note.remove(), 4000);
  };
  const showError = () => fail(model.get("error") || "");
  listen(model, "change:error", showError, signal);
  listen(model, "change:progress", showProgress, signal);
  showError();
  showProgress();
  return { root, body, fail, done, busy, say: (text) => announce(root, text) };
}

/** Return what tells the control that the reader used last: an answer of Python comes when the focus may be elsewhere. */
function lastUsed(root: HTMLElement): () => HTMLElement | null {
  let control: HTMLElement | null = null;
  const note = (event: Event) => {
    const used = (event.target as Element).closest<HTMLElement>(
      "button, input, select, textarea, [tabindex='0']",
    );
    control = used ?? control;
  };
  for (const type of ["pointerdown", "keydown", "input", "click"]) {
    root.addEventListener(type, note, { capture: true });
  }
  return () => control;
}

/** Put a message in or after the row of controls that holds `control`; below everything where there is none in sight. */
function placeBeside(message: HTMLElement, control: HTMLElement | null, root: HTMLElement): void {
  if (!control?.isConnected || !root.contains(control) || !control.getClientRects().length) {
    root.append(message);
    return;
  }
  const row = control.closest<HTMLElement>(".mw-toolbar, .mw-player, .mw-messages");
  if (row) row.append(message);
  else (control.closest("label") ?? control).after(message); // in the label it would be part of its name
}

/** Keep keys from the notebook's shortcuts. It sees events of a shadow root as the host element's: both are marked. */
function shield(el: HTMLElement, root: HTMLElement): void {
  el.dataset.lmSuppressShortcuts = "true";
  root.dataset.lmSuppressShortcuts = "true";
  for (const type of ["keydown", "keyup", "keypress"]) {
    root.addEventListener(type, (event) => event.stopPropagation());
  }
}

/** Say in `data-theme` which of our own colours serve where the host has none: light, dark, or print. */
function followTheme(root: HTMLElement, signal: AbortSignal): void {
  const follow = () => {
    root.dataset.theme = isPrinting() ? "print" : isDarkBehind(root) ? "dark" : "light";
  };
  onTheme(follow, signal); // the first to hear of a change: what is drawn after it reads the colours
  follow();
  if (root.isConnected) return;
  // anywidget renders before the element stands in the page, and only there it has colours and anything behind it.
  const observer = new ResizeObserver(() => {
    if (!root.isConnected) return;
    observer.disconnect();
    tellOfTheme();
  });
  observer.observe(root);
  signal.addEventListener("abort", () => observer.disconnect());
}

/** The bar of work in the background, by the model's `progress` or by what the browser waits for. */
function progressBar(model: View<BaseTraits<unknown>>["model"]) {
  const bar = h("progress", { class: "mw-progress-bar", max: 1, "aria-label": "Progress" });
  const doing = h("span", { role: "status" });
  const working = h("div", { class: "mw-progress", hidden: true }, bar, doing);
  let waiting = "";
  const showProgress = () => {
    const { text = "", part = null } = model.get("progress") ?? {};
    working.hidden = !text && !waiting;
    if (part === null) bar.removeAttribute("value");
    else bar.value = part;
    doing.textContent = text || waiting;
  };
  const busy = (text: string) => {
    waiting = text;
    showProgress();
  };
  return { working, showProgress, busy };
}
