// What can be chosen: whose loss, which task, whether arrows are drawn, and the plane itself, which needs Python.
import { check, choice, numberField, segments } from "../shared/controls.ts";
import { h } from "../shared/elements.ts";
import { fold } from "../shared/first_view.ts";
import type { Model } from "../shared/model.ts";
import type { Python } from "../shared/python.ts";
import type { Config, Surface, Traits } from "./model.ts";

const SURFACES: [Surface, string][] = [
  ["query", "Query"],
  ["support", "Support"],
  ["both", "Side by side"],
  ["overlay", "Overlay"],
];

export type Controls = ReturnType<typeof controlsOf>;

export function controlsOf(model: Model<Traits>, python: Python) {
  const { titles } = model.get("config");
  const keep =
    <Name extends "surface" | "task" | "arrows">(name: Name) =>
    (value: Traits[Name]) => {
      model.set(name, value);
      model.save_changes();
    };
  const surface = segments({
    label: "Loss shown",
    value: model.get("surface"),
    onchange: keep("surface"),
    options: SURFACES,
  });
  const task = choice({
    label: "Contours of",
    options: titles.map((title, k) => [String(k), title] as const),
    value: String(model.get("task")),
    onchange: (value) => keep("task")(Number(value)),
  });
  task.node.classList.add("ll-task");
  const arrows = check({
    label: "Meta-gradients",
    value: model.get("arrows"),
    onchange: keep("arrows"),
  });
  const plane = planeControls(titles, python);
  const show = () => {
    surface.set(model.get("surface"));
    task.set(String(Math.min(titles.length - 1, Math.max(0, model.get("task")))));
    arrows.set(model.get("arrows"));
    plane.show(model.get("config").plane);
  };
  show();
  return {
    /** Whose loss is shown, and of which task. */
    bar: h("div", { class: "mw-toolbar" }, surface.node, titles.length > 1 && task.node),
    arrows: arrows.node,
    plane: plane.node,
    show,
  };
}

/** Which plane: towards whose solutions, or in which random direction. */
function planeControls(titles: string[], python: Python) {
  const replane = () => {
    const up = third.control.value;
    const next = {
      first: Number(first.control.value),
      third: up === "random" || up === first.control.value ? "random" : Number(up),
      seed: Number(seed.control.value),
    };
    seed.node.hidden = next.third !== "random";
    python.ask("replane", next, { latest: true });
  };
  const first = choice({
    label: "Across: to the solution of",
    options: titles.map((title, k) => [String(k), title] as const),
    value: "0",
    onchange: replane,
  });
  const third = choice({
    label: "Up: at right angles, towards",
    value: "random",
    onchange: replane,
    options: [
      ["random", "a random direction"],
      ...titles.map((title, k) => [String(k), `solution of ${title}`] as const),
    ],
  });
  const seed = numberField({
    label: "Seed",
    value: 0,
    min: 0,
    max: 2147483647,
    onchange: replane,
  });
  const all = [first, third, seed].map(({ control }) => control);
  for (const control of all) python.bind(control, "replane", "Choosing another plane");
  const look = { class: "mw-toolbar ll-planes", role: "group", "aria-label": "Plane" };
  const choices = h("div", look, titles.length > 1 && first.node, third.node, seed.node);
  const node = fold({
    name: "loss_landscape/plane",
    title: "Another plane through parameter space",
    content: [choices, python.needs(all)],
  });
  node.classList.add("ll-plane");
  const show = (plane: Config["plane"]) => {
    first.set(String(plane.first));
    third.set(String(plane.third));
    for (const option of third.control.options) {
      option.disabled = option.value === String(plane.first);
    }
    seed.set(plane.seed);
    seed.node.hidden = plane.third !== "random";
  };
  return { node, show };
}
