// What the reader wants of the inner loop: computed here where the browser can, asked of Python where it can be asked, and
// written down as Python.
import { arraysOf } from "../../shared/arrays.ts";
import type { Model } from "../../shared/model.ts";
import type { Python } from "../../shared/python.ts";
import {
  type Adapted,
  adapterOf,
  adaptsHere,
  type Sent,
  type Settings,
  settingsOf,
} from "../adapting/adapted.ts";
import type { Arrays, Choice, Config, Traits } from "../model.ts";

export type Dial = "inner_lr" | "inner_steps";

/** Milliseconds without a change after which Python is asked for what the browser has shown already. */
const SETTLED = 300;

export interface Wanted {
  get(): Settings;
  /** What to show for them. */
  adapted(): Adapted;
  /** Take what the model holds, unless the reader wants something else. */
  read(): void;
  ask(change: Partial<Settings>): void;
  /** Show a learner or hide it; false if it is the last one. */
  choose(name: string, on: boolean): boolean;
}

export interface WantedOptions {
  model: Model<Traits>;
  python: Python;
  /** Called when they change. */
  onchange: () => void;
  signal: AbortSignal;
}

/** The settings that are wanted. */
export function wantedOf({ model, python, onchange, signal }: WantedOptions): Wanted {
  const sent = (): Sent => {
    const [config, arrays] = [model.get("config"), arraysOf<Arrays>(model)];
    const { inner_lr, inner_steps, shown } = traitsOf(model);
    return {
      config,
      arrays,
      settings: settingsOf(config, arrays, { inner_lr, inner_steps, shown }),
    };
  };
  const adapt = adapterOf();
  let wanted = sent().settings;
  let timer: ReturnType<typeof setTimeout> | undefined;
  signal.addEventListener("abort", () => clearTimeout(timer));
  const changeTo = (next: Settings) => {
    wanted = next;
    onchange();
  };
  // Every request holds all settings, so that the last one alone counts; what Python made of it is read back at its end.
  const askPython = async () => {
    timer = undefined;
    const done = await python.ask("retrace", { ...wanted }, { latest: true });
    if (!done || python.busy() || timer !== undefined) return;
    changeTo(sent().settings);
  };
  const ask = (change: Partial<Settings>) => {
    changeTo({ ...wanted, ...change });
    if (!python.can("retrace")) return;
    clearTimeout(timer);
    timer = undefined;
    // What the browser shows already can wait until the reader's hand rests.
    if (isAnsweredHere(model.get("config"), wanted.shown)) timer = setTimeout(askPython, SETTLED);
    else askPython();
  };
  const choose = (name: string, on: boolean) => {
    const config = model.get("config");
    const isOn = (each: string) => (each === name ? on : wanted.shown.includes(each));
    const shown = config.choices.map((choice) => choice.name).filter(isOn);
    if (!shown.length) return false;
    const here = shown.every((each) => isSent(config, each));
    if (here && timer === undefined && !python.busy()) {
      wanted = { ...wanted, shown };
      model.set("shown", shown); // all here already: nothing to ask for
      model.save_changes();
      return true;
    }
    ask({ shown });
    return true;
  };
  const read = () => {
    const { settings } = sent();
    if (timer !== undefined || python.busy()) return;
    // Without Python the reader's settings are nowhere but here; whose adaptation is shown is the model's.
    wanted = python.can("retrace") ? settings : { ...wanted, shown: settings.shown };
  };
  return { get: () => wanted, adapted: () => adapt(sent(), wanted), read, ask, choose };
}

function traitsOf(model: Model<Traits>): Pick<Traits, "inner_lr" | "inner_steps" | "shown"> {
  return {
    inner_lr: model.get("inner_lr"),
    inner_steps: model.get("inner_steps"),
    shown: model.get("shown") ?? [],
  };
}

/** Whether the browser can adapt all learners of these names. */
export function isAnsweredHere(config: Config, names: string[]): boolean {
  return config.choices.every(
    (choice) => !names.includes(choice.name) || adaptsHere(choice, config),
  );
}

/** Whether Python sent the trace of a learner. */
export function isSent(config: Config, name: string): boolean {
  return config.traces.some((trace) => trace.name === name);
}

/** Whether a learner can be shown without Python. */
export function isHere(config: Config, name: string): boolean {
  const choice = config.choices.find((each) => each.name === name);
  return isSent(config, name) || Boolean(choice && adaptsHere(choice, config));
}

/** What learners have of their own for a setting; those that have none are left out. */
export function ownValues(choices: (Choice | undefined)[], dial: Dial): number[] {
  return choices.map((choice) => choice?.[dial] ?? null).filter((value) => value !== null);
}

/** Settings as a line of Python that makes the same component. */
export function pythonLine(
  wanted: Settings,
  { step, several, seed }: { step: number; several: boolean; seed: number[] | undefined },
): string {
  const parts = ["inner_loop_slider(learners, episode"];
  if (wanted.inner_lr !== null) parts.push(`inner_lr=${wanted.inner_lr}`);
  if (wanted.inner_steps !== null) parts.push(`inner_steps=${wanted.inner_steps}`);
  if (several) parts.push(`shown=${JSON.stringify(wanted.shown)}`);
  parts.push(`step=${step})`);
  const notes = [
    seed?.length && `episode seed: ${seed.join(", ")}`,
    wanted.points && "its points were edited here, which this line leaves out",
  ].filter(Boolean);
  return `${parts.join(", ")}${notes.length ? `  # ${notes.join("; ")}` : ""}`;
}
