// Choices of one or several: lists, radio buttons, toggles.
import type { PageModel } from "../page_host/models.ts";
import { h } from "../shared/elements.ts";
import { iconOf } from "./icons.ts";
import {
  type Drawer,
  follow,
  freshId,
  labelled,
  listOf,
  move,
  needsPython,
  numberOf,
  styleOf,
  textOf,
  works,
} from "./look.ts";

function labelsOf(model: PageModel): string[] {
  return listOf(model, "_options_labels").map(String);
}

/** The indices that a model has chosen. */
function chosen(model: PageModel): number[] {
  const index = model.get("index");
  return (Array.isArray(index) ? index : [index]).filter((each) => typeof each === "number");
}

/** A drawer of a menu ("one"), of a list ("list"), or of a list of which several may be chosen ("several"). */
export function select(kind: "one" | "list" | "several"): Drawer {
  return (model, el, place) => {
    const alive = works(model, place, "index");
    const labels = labelsOf(model);
    const control = h(
      "select",
      {
        class: "mw-w-field",
        multiple: kind === "several",
        size: kind === "one" ? null : numberOf(model, "rows", 5),
        disabled: !alive,
      },
      kind === "one" ? h("option", { hidden: true }) : null,
      labels.map((label) => h("option", {}, label)),
    );
    const first = kind === "one" ? 1 : 0;
    labelled(model, el, place, control);
    control.addEventListener("change", () => {
      const picked = [...control.selectedOptions].map((option) => option.index - first);
      move(model, "index", kind === "several" ? picked : (picked[0] ?? null));
    });
    follow(model, ["index"], () => {
      for (const option of control.options)
        option.selected = chosen(model).includes(option.index - first);
      if (kind === "one" && !chosen(model).length) control.selectedIndex = 0;
    });
    return needsPython(model, alive);
  };
}

export const radio: Drawer = (model, el, place) => {
  const alive = works(model, place, "index");
  const name = freshId();
  const inputs = labelsOf(model).map((_, i) =>
    h("input", { type: "radio", name, disabled: !alive, onchange: () => move(model, "index", i) }),
  );
  const rows = labelsOf(model).map((label, i) =>
    h("label", { class: "mw-w-choice" }, inputs[i], label),
  );
  const across = model.get("orientation") === "horizontal";
  labelled(
    model,
    el,
    place,
    h("div", { class: across ? "mw-w-across" : "mw-w-down", role: "radiogroup" }, rows),
  );
  follow(model, ["index"], () => {
    for (const [i, each] of inputs.entries()) each.checked = chosen(model).includes(i);
  });
  return needsPython(model, alive);
};

export const toggles: Drawer = (model, el, place) => {
  const alive = works(model, place, "index");
  const tips = listOf<string>(model, "tooltips");
  const icons = listOf<string>(model, "icons");
  const width = styleOf(model, "button_width");
  const buttons = labelsOf(model).map((label, i) =>
    h(
      "button",
      {
        type: "button",
        class: `mw-w-button ${look(model)}`,
        title: tips[i],
        disabled: !alive,
        style: width ? { width } : undefined,
        onclick: () => move(model, "index", i),
      },
      iconOf(icons[i], label),
      label,
    ),
  );
  labelled(model, el, place, h("div", { class: "mw-w-across", role: "group" }, buttons));
  follow(model, ["index"], () => {
    for (const [i, each] of buttons.entries())
      each.setAttribute("aria-pressed", String(chosen(model).includes(i)));
  });
  return needsPython(model, alive);
};

/** The class of a button's style. */
export function look(model: PageModel): string {
  const style = textOf(model, "button_style");
  return style ? `mw-w-is-${style}` : "";
}
