// Where the test distribution moves: what Python draws anew.
import { button, numberField, range } from "../shared/controls.ts";
import { h } from "../shared/elements.ts";
import { fold } from "../shared/first_view.ts";
import { listen, type Model } from "../shared/model.ts";
import { numberText } from "../shared/numbers.ts";
import type { Python } from "../shared/python.ts";
import type { Dial, Traits } from "./model.ts";

/** The controls, which follow the model. */
export function dialsOf(model: Model<Traits>, python: Python, signal: AbortSignal): HTMLElement {
  const changes = () => ({ ...model.get("changes") });
  const resample = (changed: Record<string, number>, seed: number) =>
    python.ask("resample", { changes: changed, seed }, { latest: true });
  const seed = numberField({
    label: "Seed",
    value: model.get("seed"),
    min: 0,
    max: 2 ** 31 - 1,
    onchange: (value) => resample(changes(), value),
  });
  const again = button({
    text: "Draw other tasks",
    onclick: () => resample(changes(), model.get("seed") + 1),
  });
  const dials = model.get("config").dials.map((dial) => {
    const value = () => changes()[dial.name] ?? 0;
    const turn = (by: number) => resample({ ...changes(), [dial.name]: by }, model.get("seed"));
    const control = dialRange(dial, value(), turn);
    python.bind(control.control, "resample", "Turning the distribution");
    listen(model, "change:changes", () => control.set(value()), signal);
    return control.node;
  });
  python.bind(seed.control, "resample", "Drawing tasks");
  python.bind(again, "resample", "Drawing tasks");
  listen(model, "change:seed", () => seed.set(model.get("seed")), signal);
  const group = {
    class: "td-dials",
    role: "group",
    "aria-label": "Where the test distribution moves",
  };
  const controls = h("div", group, dials, h("div", { class: "td-row" }, seed.node, again));
  const node = fold({
    name: "task_distribution/dials",
    title: "Where the test distribution moves, and which tasks are drawn",
    content: [controls, python.needs()],
  });
  node.classList.add("td-moves");
  return node;
}

function dialRange(dial: Dial, value: number, turn: (by: number) => void) {
  const round = (v: number) => (dial.whole ? Math.round(v) : Number(v.toPrecision(3)));
  const format = (v: number) => {
    const by = round(v);
    if (Math.abs(by) < 1e-9) return "as trained";
    return `${v > 0 ? "+" : "\u2212"}\u2009${numberText(Math.abs(by))}`;
  };
  const made = range({
    label: `${dial.name.replace(/_/g, " ")} at the end of the way`,
    value,
    min: dial.low,
    max: dial.high,
    stops: 60,
    format,
    onchange: (v) => turn(round(v)),
  });
  made.control.title = dial.help;
  return made;
}
