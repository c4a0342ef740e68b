// What is drawn: dataset, split, numbers of classes and items, seed; then undo and redo.
import { resize } from "../episode_document/edits.ts";
import type { DatasetChoice } from "../episode_document/python_code.ts";
import type { Settings } from "../episode_document/types.ts";
import { button, choice, numberField } from "../shared/controls.ts";
import { disable, focused, h } from "../shared/elements.ts";
import type { Frame } from "../shared/mount.ts";
import type { Python } from "../shared/python.ts";
import { ownIcon } from "./icons.ts";
import type { Store } from "./store.ts";

export interface SettingsOptions {
  store: Store;
  python: Python;
  frame: Frame;
}

type DrawControl = HTMLSelectElement | HTMLInputElement;

const SPLITS = ["train", "validation", "test", "all"] as const;

/** The toolbar above the items. */
export function settingsOf(options: SettingsOptions) {
  const { store, python } = options;
  const now = () => store.document().settings;
  const ask = async (action: string, params: Record<string, unknown>) => {
    await store.ask(action, params);
    show(); // what was refused is taken back
  };
  const resample = (changes: Partial<Settings>) => ask("resample", { ...now(), ...changes });
  const drawn = drawnFields(store, resample);
  const sizes = sizeFields(options, ask);
  const again = button({ text: "Resample", onclick: () => resample({ index: now().index + 1 }) });
  python.bind(again, "resample", "Resampling");
  for (const { node, control } of [drawn.dataset, drawn.split, drawn.seed]) {
    python.bind<DrawControl>(control, "resample", "Drawing from a dataset");
    node.hidden = !store.datasets().length;
  }
  const turns = turnButtons(store);
  const show = () => {
    const { index, seed } = now();
    drawn.show(now());
    sizes.show();
    if (!again.disabled) {
      const which = `this is episode ${index} of seed ${seed}`;
      again.title = `Draw the next episode around what is locked; ${which}`;
    }
    turns.show();
  };
  const node = h(
    "div",
    { class: "mw-toolbar eb-settings" },
    drawn.dataset.node,
    drawn.split.node,
    sizes.nodes,
    drawn.seed.node,
    h("div", { class: "eb-group" }, again, turns.nodes),
  );
  return { node, show };
}

/** Show a value, unless the reader is about to mend what was typed. */
function showValue<Value>(
  field: { control: HTMLElement; set: (value: Value) => void },
  value: Value,
): void {
  const wrong = field.control.getAttribute("aria-invalid") === "true";
  if (focused(field.control) !== field.control || !wrong) field.set(value);
}

/** A number under its label, which is its accessible name too. */
function numberOf(
  label: string,
  value: number,
  [min, max]: [number, number],
  onchange: (value: number) => void,
) {
  const field = numberField({ label, value, min, max, onchange });
  field.control.setAttribute("aria-label", label);
  return field;
}

/** What is drawn from. */
function drawnFields(store: Store, resample: (changes: Partial<Settings>) => void) {
  const now = () => store.document().settings;
  const choices = store.datasets();
  const dataset = choice<string>({
    label: "Dataset",
    value: now().dataset,
    options: choices.map(({ name }) => [name, name]),
    onchange: (name) => resample({ dataset: name, index: 0, ...otherSizes(choices, now(), name) }),
  });
  const split = choice<string>({
    label: "Split",
    value: now().split,
    options: SPLITS.map((each) => [each, each]),
    onchange: (value) => resample({ split: value, index: 0 }),
  });
  const seed = numberOf("Seed", now().seed, [0, 2 ** 32 - 1], (value) =>
    resample({ seed: value, index: 0 }),
  );
  const show = (settings: Settings) => {
    showValue(dataset, settings.dataset);
    showValue(split, settings.split);
    showValue(seed, settings.seed);
  };
  return { dataset, split, seed, show };
}

/** The usual sizes of another kind of data: one sample of a curve would say nothing. */
function otherSizes(choices: DatasetChoice[], now: Settings, name: string): Partial<Settings> {
  const named = (each: string) => choices.find((choice) => choice.name === each);
  const to = named(name);
  if (!to || to.kind === named(now.dataset)?.kind) return {};
  const [n_way, k_shot, n_query] = to.usual;
  return { n_way, k_shot, n_query };
}

/** Numbers of classes and items. */
function sizeFields(
  { store, python, frame }: SettingsOptions,
  ask: (action: string, params: Record<string, unknown>) => void,
) {
  const now = () => store.document().settings;
  // The pool first, without asking; Python where it does not suffice.
  const change = (sizes: Partial<Pick<Settings, "k_shot" | "n_query">>) => {
    let fits = true;
    const changed = store.edit("change the size", (document) => {
      fits = resize(document, sizes);
      return fits;
    });
    if (changed || fits) return;
    if (python.can("fill")) ask("fill", sizes);
    else {
      const why = python.why("fill", "fetching further items");
      frame.fail(`The pool does not suffice, and ${why}`, sizes.k_shot ? shot.node : query.node);
    }
    show();
  };
  const { k_shot, n_query, n_way } = now();
  const way = numberOf("Ways", n_way ?? 0, [2, 50], (value) => ask("fill", { n_way: value }));
  const shot = numberOf("Shots", k_shot, [1, 500], (value) => change({ k_shot: value }));
  const query = numberOf("Queries", n_query, [1, 500], (value) => change({ n_query: value }));
  python.bind(way.control, "fill", "Another number of classes");
  const show = () => {
    const { classes, kind } = store.document();
    showValue(shot, now().k_shot);
    showValue(query, now().n_query);
    way.set(classes.length);
    way.node.hidden = kind === "curve";
  };
  return { nodes: [way.node, shot.node, query.node], show };
}

function turnButtons(store: Store) {
  const undo = button({ icon: ownIcon("undo"), name: "Undo", onclick: () => store.undo() });
  const redo = button({ icon: ownIcon("redo"), name: "Redo", onclick: () => store.redo() });
  const showTurn = (
    control: HTMLButtonElement,
    what: string | undefined,
    [word, shortcut]: [string, string],
  ) => {
    disable(control, !what);
    control.setAttribute("aria-label", what ? `${word}: ${what}` : word);
    control.title = what ? `${word}: ${what} (${shortcut})` : `Nothing to ${word.toLowerCase()}`;
  };
  const show = () => {
    const past = store.history();
    const had = focused(undo);
    showTurn(undo, past.undo.at(-1)?.what, ["Undo", "Ctrl+Z"]);
    showTurn(redo, past.redo.at(-1)?.what, ["Redo", "Ctrl+Shift+Z"]);
    // A button that has no more to do passes the focus on, or keys would fall through to the page.
    if (had === undo && undo.disabled) redo.focus();
    if (had === redo && redo.disabled) undo.focus();
  };
  return { nodes: [undo, redo], show };
}
