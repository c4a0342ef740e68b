// How learners adapt, step by step. All states are here; scrubbing asks nothing of Python, and the inner loop of an MLP runs
// here too, so that another rate, more steps and other points are seen at once.
import { announce, isTyping, type KeyMap } from "../shared/elements.ts";
import { listen, onData, type View } from "../shared/model.ts";
import { type Frame, mount } from "../shared/mount.ts";
import { type Player, playerOf } from "../shared/player.ts";
import { type Python, pythonOf } from "../shared/python.ts";
import { drawing, later, repaint } from "../shared/repaint.ts";
import { type Selection, selectionOf } from "../shared/selection.ts";
import { onTheme, themeOf } from "../shared/theme.ts";
import { type Adaptations, adaptationsOf } from "./adaptations.ts";
import { controlsOf } from "./controls/controls.ts";
import { type Wanted, wantedOf } from "./controls/settings.ts";
import { foldsOf } from "./folds.ts";
import { headingOf } from "./heading.ts";
import type { Traits } from "./model.ts";
import type { State } from "./panel.ts";
import { editorOf } from "./points/editor.ts";
import { stageOf } from "./stage.ts";
import style from "./style.css";

function render(view: View<Traits>): void {
  const { model, signal } = view;
  const label = model.get("config").label;
  const frame = mount(view, { name: "inner_loop_slider", label, style });
  const python = pythonOf(model, { frame, signal });
  let changed = () => {};
  const wanted = wantedOf({ model, python, onchange: () => changed(), signal });
  const now = adaptationsOf(wanted.adapted, () => wanted.get().shown);
  changed = show({ view, frame, python, wanted, now });
}

interface Parts {
  view: View<Traits>;
  frame: Frame;
  python: Python;
  wanted: Wanted;
  now: Adaptations;
}

interface Recomputed {
  now: Adaptations;
  player: Player;
  signal: AbortSignal;
  update: (fresh: boolean) => void;
  speak: () => void;
}

/** Once a frame: changes come faster from a slider that is dragged, or a point that is moved. */
function recomputeOf({ now, player, signal, update, speak }: Recomputed): () => void {
  const run = () => {
    const atEnd = player.get() >= now.longest.steps - 1;
    update(now.read());
    if (atEnd) player.set(now.longest.steps - 1);
    speak();
  };
  return repaint(run, { signal });
}

/** Show everything, and follow the model; return what follows the settings that the reader wants. */
function show(parts: Parts): () => void {
  const { view, frame, python, wanted, now } = parts;
  const { model, signal } = view;
  const { root, body } = frame;
  const selection = selectionOf(model);
  const player = playerFor(view, now);
  const stepKeys = stepKeysOf(player, now);
  const { config } = now;
  const adjustable = config.retraces || config.choices.some((each) => each.inner_loop);
  const heading = headingOf(now, { adjustable });
  const editor = adjustable
    ? editorOf({ now, wanted, selection, frame, able: () => controls.able() })
    : null;
  const given = { now, wanted, python, frame, player, adjustable };
  const controls = controlsOf({ ...given, reset: () => editor?.forget() });
  let spoken = "";
  const paint = () => {
    const state: State = { ...shownOf(now, selection), step: player.get(), theme: themeOf(root) };
    const said = heading.show(state.step);
    controls.paint(state.theme);
    editor?.show();
    spoken = stage.paint(state, said);
  };
  const ask = repaint(paint, { el: root, signal });
  const stage = stageOf({
    now,
    selection,
    stepKeys,
    announce: () => {
      drawing(paint);
      announce(root, spoken);
    },
    items: () => now.items,
    current: () => shownOf(now, selection).shown,
    ...{ edits: editor?.edits, onStep: player.set, repaint: ask, signal },
  });
  const { folds, update: updateFolds } = foldsOf(now, { stage, repaint: ask });
  const above = [heading.head, controls.node, player.node, ...heading.below];
  body.append(...above, ...(editor ? [editor.node] : []), stage.node, folds);
  const update = (fresh: boolean) => {
    const refocus = stage.update(fresh);
    heading.update();
    updateFolds();
    player.resize(now.longest.steps);
    controls.show();
    refocus();
    drawing(paint);
  };
  const said = () => `${now.longest.step_names[player.get()]}. ${heading.text()}`;
  const speak = later(() => announce(root, said()), signal);
  const recompute = recomputeOf({ now, player, signal, update, speak });
  followModel(parts, { update, ask, speak });
  selection.on(ask);
  answerKeys(body, stepKeys);
  signal.addEventListener("abort", () => selection.close());
  update(false);
  return () => {
    controls.show();
    recompute();
  };
}

interface Follow {
  update: (fresh: boolean) => void;
  ask: () => void;
  speak: () => void;
}

function followModel({ view, wanted, now }: Parts, { update, ask, speak }: Follow): void {
  const { model, signal } = view;
  const renew = () => {
    wanted.read();
    update(now.read());
    speak();
  };
  const follow = () => {
    ask();
    speak();
  };
  listen(model, "change:step", follow, signal);
  onData(model, renew, signal);
  for (const trait of ["shown", "able"]) listen(model, `change:${trait}`, renew, signal);
  onTheme(ask, signal);
}

export default { render };

function playerFor({ model, signal }: View<Traits>, now: Adaptations): Player {
  return playerOf({
    model,
    steps: now.longest.steps,
    label: now.longest.axis_label,
    format: (step) => now.longest.step_names[step],
    interval: 600,
    loop: true,
    speeds: [0.5, 1, 2, 4],
    signal,
  });
}

function stepKeysOf(player: Player, now: Adaptations): KeyMap {
  return {
    ArrowLeft: () => player.set(player.get() - 1),
    ArrowRight: () => player.set(player.get() + 1),
    Home: () => player.set(0),
    End: () => player.set(now.longest.steps - 1),
    " ": () => player.toggle(),
  };
}

/** Let keys work from anywhere in the component; a control keeps those that are its own. */
function answerKeys(body: HTMLElement, stepKeys: KeyMap): void {
  body.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (isTyping(event, "summary") || !stepKeys[event.key]) return;
    event.preventDefault();
    stepKeys[event.key](event);
  });
}

/** The item that is shown: the selected one, or until there is one, the hardest query. */
function shownOf(now: Adaptations, selection: Selection): Omit<State, "step" | "theme"> {
  const id = selection.get();
  const known = now.items.some((item) => item.id === id);
  const pinned = known && selection.pinned();
  const mode = !known ? "hardest" : pinned ? "pinned" : "pointed";
  return { shown: known ? id : now.hardest, pinned, mode };
}
