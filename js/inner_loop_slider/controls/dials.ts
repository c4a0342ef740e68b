// The inner rate and the number of inner steps, by a slider and by a number that is typed.
import { numberField, range } from "../../shared/controls.ts";
import { focused, h } from "../../shared/elements.ts";
import type { Adaptations } from "../adaptations.ts";
import { settingText } from "../words.ts";
import { type Dial, ownValues, type Wanted } from "./settings.ts";

export interface DialOptions {
  dial: Dial;
  label: string;
  /** What may be typed. */
  typed: { min: number; max: number; step?: "any" };
  /** What the slider spans. */
  slides: { min: number; max: number; log?: boolean; stops: number };
}

/** The largest and the least of what the slider for steps may reach come from the learners' own numbers. */
export function dialOptions({ config }: Adaptations): DialOptions[] {
  const mostSteps = Math.max(20, ...ownValues(config.choices, "inner_steps"));
  return [
    {
      dial: "inner_lr",
      label: "Inner learning rate",
      typed: { min: 1e-9, max: 1e9, step: "any" },
      slides: { min: 1e-4, max: 10, log: true, stops: 200 },
    },
    {
      dial: "inner_steps",
      label: "Inner steps",
      typed: { min: 0, max: 200 },
      slides: { min: 0, max: mostSteps, stops: mostSteps },
    },
  ];
}

/** One setting; it is hidden where no learner has it. */
export function dialOf(
  { dial, label, typed, slides }: DialOptions,
  { now, wanted }: { now: Adaptations; wanted: Wanted },
) {
  const all = () => ownValues(now.config.choices, dial);
  const ofShown = () => {
    const byName = new Map(now.config.choices.map((choice) => [choice.name, choice]));
    return ownValues(
      now.traces.map((trace) => byName.get(trace.name)),
      dial,
    );
  };
  const value = () => wanted.get()[dial] ?? ofShown()[0] ?? all()[0];
  const format = (v: number) =>
    wanted.get()[dial] === null ? `learner's own: ${spreadText(ofShown())}` : settingText(v);
  const change = (next: number) => wanted.ask({ [dial]: next });
  const slide = range({ label, value: value(), format, oninput: change, ...slides });
  const name = `${label}, typed`;
  const field = numberField({ label: name, value: value(), onchange: change, ...typed });
  field.control.setAttribute("aria-label", name);
  field.control.classList.add("il-typed");
  const node = h("div", { class: "il-setting" }, slide.node, field.control);
  const isBadInput = () =>
    focused(field.control) === field.control &&
    field.control.getAttribute("aria-invalid") === "true";
  const show = () => {
    node.hidden = !all().length;
    if (value() === undefined) return;
    slide.set(value());
    if (isBadInput()) return;
    field.set(value());
    // As wide as what stands in it: a number that is cut is another number.
    field.control.style.width = `${Math.max(7, field.control.value.length + 4)}ch`;
  };
  return { node, controls: [slide.control, field.control], show };
}

function spreadText(values: number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (!values.length || least === most) return settingText(values[0]);
  return `${settingText(least)} to ${settingText(most)}`;
}
