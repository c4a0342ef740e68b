// Fields for text, numbers, dates, times and colours.
import { h } from "../shared/elements.ts";
import { type DateField, type Moment, read, written } from "./dates.ts";
import {
  type Drawer,
  follow,
  freshId,
  labelled,
  listOf,
  move,
  needsPython,
  numberOf,
  textOf,
  works,
} from "./look.ts";

/** A drawer of a line of text. */
export function text(type: "text" | "password"): Drawer {
  return (model, el, place) => {
    const alive = works(model, place);
    const options = listOf<string>(model, "options");
    const known = options.length
      ? h(
          "datalist",
          { id: freshId() },
          options.map((each) => h("option", { value: each })),
        )
      : null;
    const input = h("input", {
      type,
      class: "mw-w-field",
      placeholder: textOf(model, "placeholder"),
      list: known?.id,
      disabled: !alive,
    });
    labelled(model, el, place, input);
    if (known) el.append(known);
    const event = model.get("continuous_update") === false ? "change" : "input";
    input.addEventListener(event, () => move(model, "value", input.value));
    follow(model, ["value"], () => {
      if (input.value !== textOf(model, "value")) input.value = textOf(model, "value");
    });
    return needsPython(model, alive);
  };
}

export const textarea: Drawer = (model, el, place) => {
  const alive = works(model, place);
  const area = h("textarea", {
    class: "mw-w-field",
    placeholder: textOf(model, "placeholder"),
    rows: textOf(model, "rows") || null,
    disabled: !alive,
  });
  labelled(model, el, place, area);
  area.addEventListener("input", () => move(model, "value", area.value));
  follow(model, ["value"], () => {
    if (area.value !== textOf(model, "value")) area.value = textOf(model, "value");
  });
  return needsPython(model, alive);
};

export const number: Drawer = (model, el, place) => {
  const alive = works(model, place);
  const whole = model.record.name.includes("Int");
  const bounded = model.record.name.startsWith("Bounded");
  const input = h("input", {
    type: "number",
    class: "mw-w-field",
    min: bounded ? textOf(model, "min") || null : null,
    max: bounded ? textOf(model, "max") || null : null,
    step: textOf(model, "step") || (whole ? 1 : "any"),
    disabled: !alive,
  });
  labelled(model, el, place, input);
  input.addEventListener("change", () => {
    if (input.value === "") return;
    let value = Number(input.value);
    if (whole) value = Math.round(value);
    if (bounded)
      value = Math.min(
        numberOf(model, "max", value),
        Math.max(numberOf(model, "min", value), value),
      );
    move(model, "value", value);
  });
  follow(model, ["value"], () => {
    input.value = textOf(model, "value");
  });
  return needsPython(model, alive);
};

/** A drawer of a field for a date, a time or both. A time with a zone is in UTC, as Python sent it. */
export function moment(type: DateField): Drawer {
  return (model, el, place) => {
    const alive = works(model, place);
    const input = h("input", {
      type,
      class: "mw-w-field",
      step: type === "date" ? null : "any",
      disabled: !alive,
    });
    labelled(model, el, place, input);
    if (model.record.name === "DatetimeModel") el.append(h("span", { class: "mw-w-unit" }, "UTC"));
    input.addEventListener("change", () => move(model, "value", read(type, input.value)));
    follow(model, ["value"], () => {
      input.value = written(type, model.get("value") as Moment | null | undefined);
    });
    return needsPython(model, alive);
  };
}

export const colour: Drawer = (model, el, place) => {
  const alive = works(model, place);
  const swatch = h("input", { type: "color", class: "mw-w-swatch", disabled: !alive });
  const name = h("input", {
    type: "text",
    class: "mw-w-field",
    disabled: !alive,
    hidden: model.get("concise") === true,
  });
  labelled(model, el, place, h("div", { class: "mw-w-colour" }, name, swatch), [name, swatch]);
  swatch.addEventListener("input", () => move(model, "value", swatch.value));
  name.addEventListener("change", () => move(model, "value", name.value));
  follow(model, ["value"], () => {
    name.value = textOf(model, "value");
    swatch.value = hexOf(name.value);
  });
  return needsPython(model, alive);
};

/** A colour of CSS as "#rrggbb": a canvas knows the names. */
function hexOf(text: string): string {
  const context = document.createElement("canvas").getContext("2d");
  if (!context) return "#000000";
  context.fillStyle = text;
  return String(context.fillStyle).slice(0, 7);
}
