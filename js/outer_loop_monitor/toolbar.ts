// Start, pause, stop, start over; and folded, a single step, the learning rate and how many steps: what steers a training.
import { button, field, numberField, range } from "../shared/controls.ts";
import { focused, h } from "../shared/elements.ts";
import { type IconName, icon, type OwnIcon } from "../shared/icons.ts";
import type { Model } from "../shared/model.ts";
import type { Frame } from "../shared/mount.ts";
import type { Python } from "../shared/python.ts";
import { confirmOf } from "./confirm.ts";
import type { Figures, Phase, Traits } from "./model.ts";
import { type Turn, turnsOf } from "./turns.ts";
import { countText, PHASES } from "./words.ts";

export interface ToolbarOptions {
  model: Model<Traits>;
  python: Python;
  frame: Frame;
}

const STOP: OwnIcon = { name: "stop", path: "M4 4h8v8H4z" };
const ADVANCE: OwnIcon = { name: "advance", path: "M4 3.2v9.6L10 8zM12.2 3.5v9" };

/** The buttons that begin and end the training, and the settings that fold. */
export function toolbarOf(options: ToolbarOptions) {
  const { model, python, frame } = options;
  const [buttons, settings] = [buttonsOf(options), settingsOf(options)];
  const node = h(
    "div",
    { class: "mw-toolbar ol-toolbar", role: "group", "aria-label": "Training" },
    [...buttons.nodes, buttons.why, python.needs(buttons.nodes), buttons.confirm],
  );
  const paint = () => {
    buttons.paint();
    settings.paint();
  };
  let said = model.get("phase");
  /** Say a new phase. */
  const tell = () => {
    const phase = model.get("phase") as Phase;
    const { step = 0 } = model.get("figures") as Partial<Figures>;
    const of = countText(model.get("target"));
    if (phase !== said) frame.say(`${PHASES[phase]}, step ${countText(step)} of ${of}.`);
    said = phase;
  };
  return { node, settings: [buttons.advance, ...settings.nodes, buttons.whyNot], paint, tell };
}

/** What the buttons see of the training. */
function standingOf(model: Model<Traits>) {
  const { step = 0 } = model.get("figures") as Partial<Figures>;
  const target = model.get("target");
  const steps = model.get("config").steps ?? target;
  return { phase: model.get("phase") as Phase, step, target, steps };
}

function buttonsOf({ model, python }: ToolbarOptions) {
  const isOff = (node: HTMLElement) => node.getAttribute("aria-disabled") === "true";
  const make = (look: IconName | OwnIcon, text: string, action: string, onclick: () => void) => {
    const node = button({ icon: look, text, onclick: () => !isOff(node) && onclick() });
    return python.bind(node, action, "Training");
  };
  // The first button is start, pause, resume and more in turn: it keeps its place, and the focus.
  const main = make("play", "Start", "start", () => {
    const { action, params } = turnsOf(standingOf(model)).main;
    python.ask(action, params);
  });
  main.classList.add("ol-main");
  const advance = make(ADVANCE, "Single step", "advance", () => void python.ask("advance"));
  const stop = make(STOP, "Stop", "stop", () => void python.ask("stop"));
  const restart = make("loop", "Start over", "restart", () => {
    const { step } = standingOf(model);
    if (!step) python.ask("restart");
    else {
      const steps = step === 1 ? "1 step" : `${countText(step)} steps`;
      confirm.ask(`${steps} will be lost: the learner goes back to how it began.`);
    }
  });
  const confirm = confirmOf({
    yes: "Lose them and start over",
    no: "Keep them",
    onyes: () => void python.ask("restart", { lose: standingOf(model).step }),
    asker: restart,
  });
  const [why, whyNot] = [h("p", { class: "ol-turn" }), h("p", { class: "ol-turn" })];
  let face = "";
  const paint = () => {
    const turns = turnsOf(standingOf(model));
    const { look, text } = turns.main;
    if (face !== look + text) {
      face = look + text;
      main.replaceChildren(icon(look), text);
    }
    turn(main, turns.main);
    turn(stop, turns.stop);
    turn(restart, turns.restart);
    turn(advance, turns.advance);
    if (turns.restart.why) confirm.drop();
    why.textContent = main.disabled ? "" : turns.why;
    whyNot.textContent = advance.disabled ? "" : turns.advance.why;
    for (const each of [why, whyNot]) each.hidden = !each.textContent;
  };
  return { nodes: [main, stop, restart], advance, confirm: confirm.node, why, whyNot, paint };
}

/** Say whether it is a button's turn. A disabled button would lose the focus; one that is out of turn keeps it. */
function turn(node: HTMLButtonElement, { why, title }: Turn): void {
  if (node.disabled) return;
  node.setAttribute("aria-disabled", String(Boolean(why)));
  node.title = why || title;
}

function settingsOf({ model, python }: ToolbarOptions) {
  const send = (params: Record<string, number>) => python.ask("steer", params, { latest: true });
  const rate = range({
    label: "Learning rate",
    value: model.get("meta_lr"),
    min: 1e-6,
    max: 1,
    log: true,
    stops: 120,
    oninput: (value) => {
      exact.set(value);
      send({ meta_lr: value });
    },
  });
  const exact = numberField({
    label: "",
    value: model.get("meta_lr"),
    min: 1e-12,
    max: 1000,
    step: "any",
    onchange: (value) => {
      rate.set(value);
      send({ meta_lr: value });
    },
  });
  const target = numberField({
    label: "Outer steps",
    value: model.get("target"),
    min: 1,
    max: 1e8,
    onchange: (value) => send({ target: value }),
  });
  rate.control.setAttribute("aria-label", "Learning rate of the outer loop");
  exact.control.setAttribute("aria-label", "Learning rate of the outer loop, exactly");
  target.control.setAttribute("aria-label", "Outer steps");
  for (const { control } of [rate, exact, target]) python.bind(control, "steer", "This setting");
  const paint = () => {
    const typing = focused(rate.control);
    if (typing !== exact.control && typing !== rate.control) {
      rate.set(model.get("meta_lr"));
      exact.set(Number(model.get("meta_lr").toPrecision(4)));
    }
    if (typing !== target.control) target.set(model.get("target"));
  };
  const rates = field("Learning rate of the outer loop", rate.control, exact.control);
  return { nodes: [rates, target.node], paint };
}
