// Sliders over numbers, exponents and options, with one handle or two; and the player that moves one.
import { format } from "d3-format";
import type { PageModel } from "../page_host/models.ts";
import { h } from "../shared/elements.ts";
import { icon } from "../shared/icons.ts";
import {
  type Drawer,
  follow,
  labelled,
  listOf,
  move,
  needsPython,
  numberOf,
  styleOf,
  textOf,
  works,
} from "./look.ts";

/** Where a handle can stand: places from `min` to `max` for the values of a trait. */
export interface Scale {
  trait: string;
  min: number;
  max: number;
  step: number;
  placeOf(value: number): number;
  valueAt(place: number): number;
  /** A value as the notebook prints it. */
  print(value: number): string;
}

/** A number by a format of d3, or as it is where the format is none. */
export function printed(spec: string, value: number): string {
  try {
    return format(spec)(value);
  } catch {
    return String(value);
  }
}

export function scaleOf(model: PageModel): Scale {
  const { name } = model.record;
  const same = (value: number) => value;
  if (name.startsWith("Selection")) {
    const labels = listOf<string>(model, "_options_labels");
    return {
      trait: "index",
      min: 0,
      max: Math.max(0, labels.length - 1),
      step: 1,
      placeOf: same,
      valueAt: same,
      print: (i) => String(labels[i] ?? ""),
    };
  }
  const spec = textOf(model, "readout_format");
  const base = numberOf(model, "base", 10);
  const log = name === "FloatLogSliderModel";
  return {
    trait: "value",
    min: numberOf(model, "min"),
    max: numberOf(model, "max", 100),
    step: numberOf(model, "step", name.startsWith("Float") ? 0.1 : 1),
    placeOf: log ? (value) => Math.log(value) / Math.log(base) : same,
    valueAt: log ? (place) => base ** place : same,
    print: (value) => printed(spec, value),
  };
}

export const slider: Drawer = (model, el, place) => {
  const scale = scaleOf(model);
  const two = /Range/.test(model.record.name);
  const alive = works(model, place, scale.trait);
  const fill = h("div", { class: "mw-w-track-fill" });
  const handles = (two ? ["from", "to"] : [""]).map(() =>
    h("input", {
      type: "range",
      min: scale.min,
      max: scale.max,
      step: scale.step || "any",
      disabled: !alive,
    }),
  );
  const track = h("div", { class: "mw-w-track" }, h("div", { class: "mw-w-rail" }, fill), handles);
  const readout = h("output", { class: "mw-w-readout", hidden: model.get("readout") === false });
  el.classList.toggle("mw-w-upright", model.get("orientation") === "vertical");
  labelled(model, el, place, track, handles);
  el.append(readout);
  const colour = styleOf(model, "handle_color");
  if (colour) track.style.setProperty("--mw-w-handle", colour);
  const values = () => {
    const value = model.get(scale.trait);
    return (Array.isArray(value) ? value : [value]).map(Number);
  };
  const event = model.get("continuous_update") === false ? "change" : "input";
  for (const [i, each] of handles.entries()) {
    each.addEventListener(event, () => {
      const next = values();
      next[i] = scale.valueAt(Number(each.value));
      if (two && next[0] > next[1]) next[1 - i] = next[i]; // a handle pushes the other along
      move(model, scale.trait, two ? next : next[0]);
    });
  }
  follow(model, [scale.trait, "min", "max"], () => {
    const { min, max, placeOf, print } = { ...scaleOf(model), ...{ print: scale.print } };
    const part = (at: number) =>
      max > min ? Math.min(1, Math.max(0, (at - min) / (max - min))) : 0;
    const places = values().map(placeOf);
    for (const [i, each] of handles.entries()) {
      each.min = String(min);
      each.max = String(max);
      each.value = String(places[i]);
      each.setAttribute("aria-valuetext", print(values()[i]));
    }
    const [from, to] = two ? places.map(part) : [0, part(places[0])];
    fill.style.setProperty("inset-inline-start", `${100 * from}%`);
    fill.style.setProperty("inline-size", `${100 * (to - from)}%`);
    readout.textContent = values().map(print).join(" \u2013 ");
  });
  return needsPython(model, alive);
};

/** The player: it needs no Python where its value is linked. It never starts by itself. */
export const play: Drawer = (model, el, place) => {
  const alive = works(model, place);
  const minimum = () => numberOf(model, "min");
  const maximum = () => numberOf(model, "max", 100);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const advance = () => {
    const next = numberOf(model, "value") + numberOf(model, "step", 1);
    if (next <= maximum()) move(model, "value", next);
    else if (repeats()) move(model, "value", minimum());
    else return run(false);
    timer = setTimeout(advance, numberOf(model, "interval", 100));
  };
  const repeats = () => model.get("repeat") === true || model.get("_repeat") === true;
  let running = false;
  const run = (on: boolean) => {
    running = on;
    clearTimeout(timer);
    if (on && numberOf(model, "value") >= maximum()) move(model, "value", minimum());
    if (on) timer = setTimeout(advance, numberOf(model, "interval", 100));
    paint();
  };
  const button = (name: string, onclick: () => void) =>
    h("button", {
      type: "button",
      class: "mw-w-button mw-w-small",
      disabled: !alive,
      "aria-label": name,
      title: name,
      onclick,
    });
  const go = button("Play", () => run(!running));
  const reset = button("Stop", () => {
    run(false);
    move(model, "value", minimum());
  });
  reset.append(h("span", { class: "mw-w-square" }));
  const again = button("Repeat", () => {
    model.set("repeat", !repeats());
    paint();
  });
  again.append(icon("loop"));
  const paint = () => {
    go.replaceChildren(icon(running ? "pause" : "play"));
    go.title = running ? "Pause" : "Play";
    go.setAttribute("aria-label", go.title);
    again.setAttribute("aria-pressed", String(repeats()));
  };
  paint();
  const offered = model.get("show_repeat") ?? model.get("_show_repeat") ?? true;
  const group = h("div", { class: "mw-w-play", role: "group" }, go, reset, offered ? again : null);
  labelled(model, el, place, group);
  return needsPython(model, alive);
};
