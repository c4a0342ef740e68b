// The inner loop's settings: whose adaptation is shown, at which rate, in how many steps. The browser computes what they
// ask for where it can, and Python the rest.
import { button, check, copy } from "../../shared/controls.ts";
import { disable, h } from "../../shared/elements.ts";
import type { Frame } from "../../shared/mount.ts";
import type { Player } from "../../shared/player.ts";
import type { Python } from "../../shared/python.ts";
import type { Theme } from "../../shared/theme.ts";
import type { Adaptations } from "../adaptations.ts";
import { learnerSign } from "../looks.ts";
import { listed } from "../words.ts";
import { dialOf, dialOptions } from "./dials.ts";
import { isAnsweredHere, isHere, pythonLine, type Wanted } from "./settings.ts";

export interface ControlsOptions {
  now: Adaptations;
  wanted: Wanted;
  python: Python;
  frame: Frame;
  player: Player;
  /** Whether the learners can adapt again, be it here or in Python. */
  adjustable: boolean;
  /** Forget what could be undone. */
  reset: () => void;
}

export function controlsOf(options: ControlsOptions) {
  const { now, python, wanted, adjustable } = options;
  const { choices } = now.config;
  const learners = learnersOf(options);
  const dials = dialOptions(now).map((each) => dialOf(each, { now, wanted }));
  const { reset, copying } = buttonsOf(options);
  const needs = h("p", { class: "mw-needs", hidden: true });
  const several = choices.length > 1;
  const toolbar =
    adjustable &&
    h(
      "div",
      { class: "mw-toolbar il-dials" },
      dials.map((dial) => dial.node),
      h("div", { class: "il-buttons" }, reset, copying),
    );
  const look = { class: "il-controls", role: "group", "aria-label": "Inner loop" };
  const node = h("div", { ...look, hidden: !several && !adjustable }, several && learners.node);
  node.append(...(toolbar ? [toolbar] : []), needs);
  const able = () => python.can("retrace") || namesAnswered(now, wanted).length > 0;
  const show = () => {
    learners.show();
    const off = !able();
    for (const control of dials.flatMap((dial) => dial.controls)) {
      const why = off ? python.why("retrace", "Changing the inner loop") : "";
      disable(control, off);
      if (off) control.setAttribute("aria-disabled", "true");
      else control.removeAttribute("aria-disabled");
      control.title = why;
    }
    disable(reset, off);
    for (const dial of dials) dial.show();
    needs.textContent = adjustable ? needsText(options) : "";
    needs.hidden = !needs.textContent;
  };
  return { node, show, able, paint: learners.paint };
}

/** Those shown whose inner loop the browser runs. */
function namesAnswered({ config }: Adaptations, wanted: Wanted): string[] {
  return wanted.get().shown.filter((name) => isAnsweredHere(config, [name]));
}

/** Which learners Python adapts again, and what is missing where it can't; "" where the browser answers for all. */
function needsText({ now, wanted, python }: ControlsOptions): string {
  const here = namesAnswered(now, wanted);
  const others = wanted.get().shown.filter((name) => !here.includes(name));
  if (!others.length) return "";
  if (python.can("retrace")) {
    return `Python adapts ${listed(others)} again at every change; wait for it.`;
  }
  if (!here.length) return python.why("retrace", "Changing the rate, the steps or the learners");
  return python.why("retrace", `Adapting ${listed(others)} again`);
}

/** A switch for each learner, with its sign. */
function learnersOf({ now, python, frame, wanted }: ControlsOptions) {
  const rows = now.config.choices.map(({ name, note }, i) => {
    const sign = learnerSign(i);
    const onchange = (on: boolean) => {
      if (wanted.choose(name, on)) return;
      show();
      frame.say("One learner at least stays.");
    };
    const box = check({ label: name, value: false, onchange });
    box.node.insertBefore(sign.canvas, box.node.lastChild);
    const showRow = () => {
      const off = !python.can("retrace") && !isHere(now.config, name);
      box.set(wanted.get().shown.includes(name));
      disable(box.control, off);
      box.node.title = off ? python.why("retrace", `Showing ${name}`) : note;
    };
    return { node: box.node, sign, show: showRow };
  });
  const look = { class: "il-learners", role: "group", "aria-label": "Learners side by side" };
  const node = h(
    "div",
    look,
    rows.map((row) => row.node),
  );
  const show = () => {
    for (const row of rows) row.show();
  };
  const paint = (theme: Theme) => {
    for (const { sign } of rows) sign.paint(theme);
  };
  return { node, show, paint };
}

function buttonsOf({ now, frame, player, wanted, reset: forget }: ControlsOptions) {
  const reset = button({
    text: "Own settings",
    title: "Each learner's own rate and steps, and the points that were given",
    onclick: () => {
      forget();
      wanted.ask({ inner_lr: null, inner_steps: null, points: null });
    },
  });
  const line = () =>
    pythonLine(wanted.get(), {
      step: player.get(),
      several: now.config.choices.length > 1,
      seed: now.config.episode.seed,
    });
  const copying = button({
    text: "Copy settings",
    title: "Copy what stands here as a line of Python",
    onclick: () => copy(line(), frame),
  });
  return { reset, copying };
}
