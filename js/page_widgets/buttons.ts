// Buttons, switches, files, tags and game controllers.
import { h } from "../shared/elements.ts";
import { look } from "./choices.ts";
import { iconOf } from "./icons.ts";
import {
  type Drawer,
  describe,
  dress,
  follow,
  labelled,
  listOf,
  move,
  needsPython,
  styleOf,
  textOf,
  works,
} from "./look.ts";
import { printed } from "./sliders.ts";

/** A button does its work in Python, so that it never works here. */
export const button: Drawer = (model, el) => {
  const text = textOf(model, "description");
  const tip = textOf(model, "tooltip");
  const node = h(
    "button",
    { type: "button", class: `mw-w-button ${look(model)}`, title: tip, disabled: true },
    iconOf(textOf(model, "icon"), text),
    text,
  );
  if (!node.textContent) node.setAttribute("aria-label", tip || textOf(model, "icon") || "Button");
  el.classList.add("mw-w-short");
  dress(node, model);
  el.append(node);
  return needsPython(model, false);
};

export const toggle: Drawer = (model, el, place) => {
  const alive = works(model, place);
  const text = textOf(model, "description");
  const node = h(
    "button",
    {
      type: "button",
      class: `mw-w-button ${look(model)}`,
      title: textOf(model, "tooltip"),
      disabled: !alive,
      onclick: () => move(model, "value", model.get("value") !== true),
    },
    iconOf(textOf(model, "icon"), text),
    text,
  );
  if (!node.textContent) node.setAttribute("aria-label", textOf(model, "tooltip") || "Toggle");
  el.classList.add("mw-w-short");
  dress(node, model);
  el.append(node);
  follow(model, ["value"], () =>
    node.setAttribute("aria-pressed", String(model.get("value") === true)),
  );
  return needsPython(model, alive);
};

export const checkbox: Drawer = (model, el, place) => {
  const alive = works(model, place);
  const box = h("input", {
    type: "checkbox",
    disabled: !alive,
    onchange: () => move(model, "value", box.checked),
  });
  const words = h("span");
  describe(words, model, place);
  if (!textOf(model, "description"))
    box.setAttribute("aria-label", textOf(model, "tooltip") || "Checkbox");
  el.classList.add("mw-w-line");
  el.title = textOf(model, "tooltip");
  // ipywidgets aligns a checkbox with the controls above and below it.
  if (model.get("indent") !== false) {
    const indent = h("span", { class: "mw-w-label" });
    const width = styleOf(model, "description_width");
    if (width) indent.style.width = width === "initial" ? "auto" : width;
    el.append(indent);
  }
  const label = h("label", { class: "mw-w-choice" }, box, words);
  dress(label, model);
  el.append(label);
  follow(model, ["value"], () => {
    box.checked = model.get("value") === true;
  });
  return needsPython(model, alive);
};

/** Its files' names are all of them that the page holds. */
export const upload: Drawer = (model, el) => {
  const files = listOf<string>(model, "value");
  const node = h(
    "button",
    {
      type: "button",
      class: `mw-w-button ${look(model)}`,
      title: files.join(", "),
      disabled: true,
    },
    iconOf(textOf(model, "icon"), ""),
    `${textOf(model, "description")} (${files.length})`,
  );
  el.classList.add("mw-w-short");
  dress(node, model);
  el.append(node);
  return needsPython(model, false);
};

export const tags: Drawer = (model, el, place) => {
  const colours = model.record.name === "ColorsInputModel";
  const list = h("ul", { class: "mw-w-tags" });
  labelled(model, el, place, list);
  follow(model, ["value"], () => {
    const format = textOf(model, "format");
    const items = listOf(model, "value").map((each) => {
      const text = typeof each === "number" ? printed(format, each) : String(each);
      const swatch = colours && h("span", { class: "mw-w-dot", style: { background: text } });
      return h("li", { class: `mw-w-tag mw-w-is-${textOf(model, "tag_style")}` }, swatch, text);
    });
    list.replaceChildren(...items);
  });
  return true;
};

export const controller: Drawer = async (model, el, place) => {
  const name = textOf(model, "name") || "no controller was connected";
  const parts = h("div", { class: "mw-w-across" });
  el.append(h("span", { class: "mw-w-readout" }, `Game controller: ${name}`), parts);
  for (const each of [...listOf(model, "axes"), ...listOf(model, "buttons")]) {
    const slot = h("div");
    parts.append(slot);
    await place.render(each, slot);
  }
  return true;
};

/** An axis or a button of a game controller. */
export const controllerPart: Drawer = (model, el) => {
  el.append(h("output", { class: "mw-w-readout" }, printed(".2f", Number(model.get("value")))));
  return false;
};
