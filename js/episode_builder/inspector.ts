// The item looked at, larger, with everything that can be done to it: for fingers, and for who does not know the keys.
import { ordered } from "../episode_document/edits.ts";
import type { DocumentItem, EpisodeDocument, Place } from "../episode_document/types.ts";
import { button, field, segments } from "../shared/controls.ts";
import { disable, focused, h } from "../shared/elements.ts";
import type { Theme } from "../shared/theme.ts";
import type { Actions } from "./actions.ts";
import type { NearestLearner } from "./nearest/learner.ts";
import { FARTHEST } from "./plane/range.ts";
import { pictureOf } from "./sheet/sheet.ts";
import type { State } from "./state.ts";
import type { Store } from "./store.ts";

export interface InspectorOptions {
  store: Store;
  state: State;
  actions: Actions;
  learner: NearestLearner;
}

/** A panel about the item that is looked at. */
export function inspectorOf(options: InspectorOptions) {
  const { store, state, learner } = options;
  const picture = h("div", { class: "eb-picture", "aria-hidden": "true" });
  const name = h("p", { class: "eb-item-name" });
  const origin = h("p", { class: "eb-origin" });
  const controls = controlsOf(options);
  const said = h("p", { class: "eb-origin" });
  const about = h("div", { class: "eb-about" }, name, origin, said, controls.node);
  const node = h(
    "div",
    { class: "eb-inspector", role: "group", "aria-label": "The chosen item" },
    picture,
    about,
  );
  const show = (theme: Theme) => {
    const document = store.document();
    const key = state.current();
    const item = document.items[key];
    controls.node.hidden = !item;
    node.classList.toggle("is-none", !item);
    said.textContent = item ? learner.words(key) : "";
    said.hidden = !said.textContent;
    picture.hidden = !item || document.kind !== "sheet";
    if (!item) {
      name.textContent = "No item is chosen.";
      origin.textContent = "Choose one to see it here, and to move it by button or key.";
      return;
    }
    name.textContent = nameOf(document, key, item);
    origin.textContent = store.id(key);
    const canvas = document.kind === "sheet" ? pictureOf(store, key, theme) : null;
    picture.replaceChildren(...(canvas ? [canvas] : []));
    controls.show(document, item);
  };
  return { node, show };
}

/** "Support 2 of 5, class aleph, locked". */
function nameOf(
  document: EpisodeDocument,
  key: string,
  { side, locked, class: cls }: DocumentItem,
) {
  const mates = ordered(document, side, cls).map(([each]) => each);
  const c = document.classes.find((each) => each.key === cls);
  const which = `${side[0].toUpperCase()}${side.slice(1)} ${mates.indexOf(key) + 1} of ${mates.length}`;
  return `${which}${c ? `, class ${c.name}` : ""}${locked ? ", locked" : ""}`;
}

function controlsOf({ store, state, actions }: InspectorOptions) {
  const current = state.current;
  const side = segments<Place | "">({
    label: "Side",
    options: [
      ["support", "Support"],
      ["query", "Query"],
      ["pool", "Pool"],
    ],
    value: "",
    onchange: (to) => actions.move(current(), to as Place),
  });
  const cls = classChoice("Class of this item", (to) => actions.classify(current(), to));
  const lock = button({ text: "Lock", onclick: () => actions.lock(current()) });
  const copy = button({ text: "Copy to the other set", onclick: () => actions.copy(current()) });
  const remove = button({ text: "Remove", onclick: () => actions.remove(current()) });
  const numbers = ([0, 1] as const).map((axis) =>
    numberOn(store, (value) => actions.place(current(), axis, value)),
  );
  const places = h(
    "div",
    { class: "eb-places" },
    numbers.map((control, axis) => field(["x", "y"][axis], control)),
  );
  const parts = [side.node, cls.node, places, lock, copy, remove];
  const node = h("div", { class: "eb-actions mw-messages" }, parts);
  const show = (document: EpisodeDocument, item: DocumentItem) => {
    side.set(item.side);
    cls.show(document, item.class);
    places.hidden = !item.at;
    for (const [axis, control] of numbers.entries()) {
      const value = item.at?.[axis];
      if (value === undefined || focused(control) === control) continue;
      control.value = String(Number(value.toPrecision(4)));
    }
    lock.textContent = item.locked ? "Unlock" : "Lock";
    lock.setAttribute("aria-pressed", String(item.locked));
    disable(copy, item.side === "pool");
  };
  return { node, show };
}

/** A choice of the document's classes; hidden where there is none. */
export function classChoice(label: string, onchange: (cls: number) => void) {
  const node = h("select", {
    class: "mw-select",
    "aria-label": label,
    onchange: () => onchange(Number(node.value)),
  });
  let listed = "";
  const show = ({ classes }: EpisodeDocument, cls: number | null) => {
    const now = JSON.stringify(classes.map(({ key, name }) => [key, name]));
    if (now !== listed) {
      const options = classes.map(({ key, name }) => h("option", { value: key }, name));
      node.replaceChildren(...options);
      listed = now;
    }
    node.value = String(cls);
    node.hidden = !classes.length;
  };
  return { node, show };
}

/** A coordinate. */
function numberOn(store: Store, onchange: (value: number) => void): HTMLInputElement {
  const control = h("input", { type: "number", class: "mw-number", step: "any" });
  control.addEventListener("change", () => {
    const value = Number(control.value);
    const bad = control.value === "" || !(Math.abs(value) <= FARTHEST);
    control.setAttribute("aria-invalid", String(bad));
    if (bad) store.refuse(`Give a number from ${-FARTHEST} to ${FARTHEST}.`, control);
    else {
      store.refuse("");
      onchange(value);
    }
  });
  return control;
}
