// What every core widget has: layout and style as the user set them, a description, a tooltip.

import type { PageModel } from "../page_host/models.ts";
import type { Place } from "../page_host/render.ts";
import { h } from "../shared/elements.ts";

/** Draw a widget; whether it holds a control that needs Python. */
export type Drawer = (
  model: PageModel,
  el: HTMLElement,
  place: Place,
) => boolean | Promise<boolean>;

const TEXT_STYLES: Record<string, string> = {
  text_color: "color",
  background: "background",
  button_color: "background-color",
  font_family: "font-family",
  font_size: "font-size",
  font_style: "font-style",
  font_variant: "font-variant",
  font_weight: "font-weight",
  text_decoration: "text-decoration",
};

/** Give an element the colours and the font of a widget's style. */
export function dress(el: HTMLElement, model: PageModel): void {
  for (const [name, property] of Object.entries(TEXT_STYLES)) {
    const value = styleOf(model, name);
    if (value) el.style.setProperty(property, value);
  }
}

/** A value of a widget's style, "" for none. */
export function styleOf(model: PageModel, name: string): string {
  return String(model.record.style?.[name] ?? "");
}

/** A text of a model, "" for none. */
export function textOf(model: PageModel, name: string): string {
  const value = model.get(name);
  return value === undefined || value === null ? "" : String(value);
}

/** A number of a model. */
export function numberOf(model: PageModel, name: string, otherwise = 0): number {
  const value = model.get(name);
  return typeof value === "number" && Number.isFinite(value) ? value : otherwise;
}

/** A list of a model. */
export function listOf<Each = unknown>(model: PageModel, name: string): Each[] {
  const value = model.get(name);
  return Array.isArray(value) ? value : [];
}

/** Show a description as it may be: plain, with maths, or as HTML where the user allowed that. */
export function describe(el: HTMLElement, model: PageModel, place: Place): void {
  const text = textOf(model, "description");
  place.fill(el, model.get("description_allow_html") ? "html" : "text", text);
}

let ids = 0;

/** A fresh id, by which a label finds its control. */
export function freshId(): string {
  ids += 1;
  return `mw-w-${ids}`;
}

/**
 * Put a control behind its description. What can be named by a `<label>` is, anything else by `aria-labelledby`; without a
 * description the tooltip, or the kind of the control, names it.
 */
export function labelled(
  model: PageModel,
  el: HTMLElement,
  place: Place,
  control: HTMLElement,
  named: readonly HTMLElement[] = [control],
): void {
  el.classList.add("mw-w-line");
  const tip = textOf(model, "tooltip") || textOf(model, "description_tooltip");
  if (tip) el.title = tip;
  const text = textOf(model, "description");
  if (text) {
    const label = h("span", { class: "mw-w-label", id: freshId(), title: text });
    describe(label, model, place);
    const width = styleOf(model, "description_width");
    if (width) label.style.width = width === "initial" ? "auto" : width;
    el.append(label);
    for (const each of named) each.setAttribute("aria-labelledby", label.id);
  } else {
    const kind = model.record.name.replace(/Model$/, "").replace(/([a-z])([A-Z])/g, "$1 $2");
    for (const each of named) each.setAttribute("aria-label", tip || kind);
  }
  dress(control, model);
  el.append(control);
}

/**
 * Whether a control works in a page: it is the source of a link, so that moving it moves another widget in the browser, as
 * in the notebook. Python has no part in that.
 */
export function works(model: PageModel, place: Place, trait = "value"): boolean {
  return model.get("disabled") !== true && place.moves(model, trait);
}

/** Whether a control that does not work here did so in the notebook. */
export function needsPython(model: PageModel, alive: boolean): boolean {
  return !alive && model.get("disabled") !== true;
}

/** Paint now, and whenever one of these traits changes. */
export function follow(model: PageModel, traits: readonly string[], paint: () => void): void {
  for (const name of traits) model.on(`change:${name}`, paint);
  paint();
}

/** Set a trait as a user does. */
export function move(model: PageModel, trait: string, value: unknown): void {
  model.set(trait, value);
  model.save_changes();
}
