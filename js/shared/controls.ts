// Controls that look and read alike in every component: each gives its node with the label, its control, and `set`.
import { type Child, h } from "./elements.ts";
import { type IconName, icon, type OwnIcon } from "./icons.ts";
import type { Frame } from "./mount.ts";
import { numberText } from "./numbers.ts";

export interface Control<Value, Node extends HTMLElement> {
  /** The control with its label. */
  node: HTMLElement;
  control: Node;
  /** Show a value, without calling back. */
  set(value: Value): void;
}

/** A label over its control; `note` is small text behind it. */
export function field(label: Child, control: Child, note?: Child): HTMLLabelElement {
  return h(
    "label",
    { class: "mw-field" },
    h("span", { class: "mw-field-label" }, label),
    control,
    note,
  );
}

export interface ButtonOptions {
  text?: string;
  icon?: IconName | OwnIcon;
  /** Its accessible name, where it has no text or the text does not say enough. */
  name?: string;
  title?: string;
  /** Make it a switch. */
  pressed?: boolean;
  class?: string;
  onclick?: (event: MouseEvent) => void;
}

/** A button with words, with an icon, or with both. */
export function button(options: ButtonOptions): HTMLButtonElement {
  const { text = "", name = "", title = "", pressed, onclick } = options;
  const classes = ["mw-button", text && "mw-button-text", options.class].filter(Boolean);
  return h(
    "button",
    {
      type: "button",
      class: classes.join(" "),
      "aria-label": name || null,
      title: title || name || null,
      "aria-pressed": pressed === undefined ? null : String(pressed),
      onclick,
    },
    options.icon && icon(options.icon),
    text,
  );
}

/** A choice of several; `options` as [value, text]. */
export function choice<Value extends string>(given: {
  label: Child;
  options: readonly (readonly [Value, string])[];
  value: NoInfer<Value>;
  onchange: (value: Value) => void;
}): Control<Value, HTMLSelectElement> {
  const { label, options, value, onchange } = given;
  const control = h(
    "select",
    { class: "mw-select", onchange: () => onchange(control.value as Value) },
    options.map(([each, text]) => h("option", { value: each }, text)),
  );
  control.value = value;
  const set = (next: Value) => {
    control.value = next;
  };
  return { node: field(label, control), control, set };
}

/** A number, typed or stepped by keys; `onchange` gets what is valid, and the reader a message about what is not. */
export function numberField(given: {
  label: Child;
  value: number;
  min: number;
  max: number;
  step?: number | "any";
  onchange: (value: number) => void;
}): Control<number | string, HTMLInputElement> {
  const { label, value, min, max, step = 1, onchange } = given;
  const control = h("input", { type: "number", class: "mw-number", min, max, step, value });
  const whole = Number.isInteger(step);
  const wanted = `Give a ${whole ? "whole number" : "number"} from ${min} to ${max}.`;
  control.addEventListener("change", () => {
    const next = Number(control.value);
    const within = Number.isFinite(next) && next >= min && next <= max;
    const bad = control.value === "" || !within || (whole && !Number.isInteger(next));
    control.setAttribute("aria-invalid", String(bad));
    control.setCustomValidity(bad ? wanted : "");
    if (bad) control.reportValidity();
    else onchange(next);
  });
  const set = (next: number | string) => {
    control.value = String(next);
  };
  return { node: field(label, control), control, set };
}

/**
 * A slider over a range, on a log scale where asked. `format` gives what is printed and spoken; `oninput` hears of
 * every move, `onchange` of where it was let go.
 */
export function range(given: {
  label: Child;
  value: number;
  min: number;
  max: number;
  log?: boolean;
  stops?: number;
  format?: (value: number) => string;
  oninput?: (value: number) => void;
  onchange?: (value: number) => void;
}): Control<number, HTMLInputElement> {
  const { label, value, min, max, log = false, stops = 100, format = numberText } = given;
  const to = log ? Math.log : (v: number) => v;
  const from = log ? Math.exp : (v: number) => v;
  const [low, high] = [to(min), to(max)];
  const valueAt = (place: number) => from(low + (place / stops) * (high - low));
  const within = (v: number) => Math.min(max, Math.max(min, v));
  const placeOf = (v: number) => Math.round((stops * (to(within(v)) - low)) / (high - low));
  const control = h("input", { type: "range", class: "mw-slider", min: 0, max: stops, step: 1 });
  const output = h("output", { class: "mw-value" });
  let exact = value;
  const show = () => {
    control.setAttribute("aria-valuetext", format(exact));
    control.style.setProperty("--mw-part", String(Number(control.value) / stops));
    output.textContent = format(exact);
  };
  const set = (next: number) => {
    exact = next;
    control.value = String(placeOf(next));
    show();
  };
  control.addEventListener("input", () => {
    exact = Number(valueAt(Number(control.value)).toPrecision(3));
    show();
    given.oninput?.(exact);
  });
  control.addEventListener("change", () => given.onchange?.(exact));
  control.dataset.lmSuppressShortcuts = "true";
  set(value);
  const node = field(label, control);
  node.append(output);
  return { node, control, set };
}

/** A switch. */
export function check(given: {
  label: Child;
  value: boolean;
  onchange: (value: boolean) => void;
}): Control<boolean, HTMLInputElement> {
  const control = h("input", { type: "checkbox", onchange: () => given.onchange(control.checked) });
  control.checked = given.value;
  const node = h("label", { class: "mw-field mw-check" }, control, h("span", {}, given.label));
  const set = (next: boolean) => {
    control.checked = next;
  };
  return { node, control, set };
}

/** Several buttons of which one is pressed; `options` as [value, text]. */
export function segments<Value>(given: {
  label: string;
  options: readonly (readonly [Value, string])[];
  value: NoInfer<Value>;
  onchange: (value: Value) => void;
}) {
  const { label, options, value, onchange } = given;
  const buttons = options.map(([each, text]) =>
    button({
      text,
      pressed: each === value,
      onclick: () => {
        set(each);
        onchange(each);
      },
    }),
  );
  const set = (next: Value) => {
    for (const [i, each] of buttons.entries()) {
      each.setAttribute("aria-pressed", String(options[i][0] === next));
    }
  };
  const node = h("div", { class: "mw-segments", role: "group", "aria-label": label }, buttons);
  return { node, control: buttons, set };
}

/** Put a text on the clipboard; where the page may not, show it selected in a field to copy by hand. */
export async function copy(text: string, frame: Frame): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    frame.done("Copied.");
  } catch {
    const area = h("textarea", {
      class: "mw-copy",
      readonly: true,
      rows: 4,
      "aria-label": "Copy this text",
    });
    area.value = text;
    const close = button({ text: "Close", onclick: () => box.remove() });
    const box = h("div", { class: "mw-copy-box" }, area, close);
    frame.body.append(box);
    area.focus();
    area.select();
    frame.say("Copy the selected text.");
  }
}
