// Dropping, adding and relabelling support examples.
import { button, choice } from "../../shared/controls.ts";
import { h } from "../../shared/elements.ts";
import type { Edit } from "../model.ts";
import {
  type Changes,
  changesOf,
  type EditorOptions,
  type MakeButton,
  toolbar,
} from "./changes.ts";
import { offersOf } from "./offers.ts";
import { outcomeOf } from "./outcome.ts";
import { supportList } from "./support_list.ts";

export type Editor = ReturnType<typeof editorOf>;

export function editorOf(options: EditorOptions) {
  const { config, shown, theme, guard, go } = options;
  const changes = changesOf(options);
  const made = (text: string, onclick: () => void) => guard(button({ text, onclick }));
  const chosen = chosenTools(options, changes, made);
  const support = supportList({ ...options, choose: (place) => choose(place) });
  const offers = offersOf(options, changes, made);
  const list = h("ol", { class: "ph-edits", "aria-label": "Edits" });
  const undo = made("Undo", changes.undo);
  const reset = made("Reset", changes.reset);
  const outcome = outcomeOf({ shown, go, local: config.local });
  const node = h(
    "details",
    { class: "ph-edit" },
    h("summary", {}, "Edit the support and compare"),
    h("p", { class: `ph-said${options.why && " mw-needs"}` }, options.why),
    outcome.accuracy,
    support.node,
    chosen.node,
    offers.node,
    h("div", { class: "ph-changes" }, list, h("div", { class: "mw-toolbar" }, undo, reset)),
    outcome.node,
  );
  let place = 0; // of the chosen example
  const show = () => {
    if (!node.open) return;
    const { edits, support: now, places } = shown.prototypes;
    if (!now.rows.includes(place) && place >= places.nSupport) place = 0;
    support.show(place, theme());
    chosen.show(place);
    offers.show();
    list.replaceChildren(...edits.map((edit) => editRow(options, changes, edit)));
    const { node: more, accuracy } = outcome;
    undo.hidden = reset.hidden = list.hidden = more.hidden = accuracy.hidden = !edits.length;
    outcome.show();
  };
  const choose = (next: number, open = true) => {
    place = next;
    chosen.propose(place);
    if (open) node.open = true;
    show();
  };
  node.addEventListener("toggle", show);
  return { node, choose, show };
}

/** What can be done with the chosen example. */
function chosenTools({ shown, items }: EditorOptions, changes: Changes, made: MakeButton) {
  const { names, prototypes } = shown;
  const say = h("span", { class: "ph-chosen" });
  const classes = names.map((name, k) => [String(k), name] as const);
  const as = choice({ label: "Class", options: classes, value: "0", onchange: () => {} });
  let place = 0;
  const labelOf = (at: number): number | undefined => {
    const { rows, labels } = prototypes.support;
    return labels[rows.indexOf(at)];
  };
  const drop = made("Drop", () => {
    const isThere = labelOf(place) !== undefined;
    changes.assign(place, isThere ? null : prototypes.supportLabels[place]);
  });
  const relabel = made("Relabel", () => changes.assign(place, Number(as.control.value)));
  return {
    node: toolbar("Chosen support example", say, drop, as.node, relabel),
    /** Propose another class than the example's own. */
    propose: (next: number) => as.set(labelOf(next) === 0 ? "1" : "0"),
    show(next: number) {
      place = next;
      const label = labelOf(place);
      say.textContent = `${items.nameOf(place)}, ${label === undefined ? "dropped" : names[label]}`;
      drop.textContent = label === undefined ? "Restore" : "Drop";
      relabel.hidden = as.node.hidden = label === undefined;
    },
  };
}

function editRow(
  { shown, items, isEditable }: EditorOptions,
  changes: Changes,
  edit: Edit,
): HTMLElement {
  const verb = { drop: "Dropped", relabel: "Relabelled", add: "Added" }[edit.op];
  const name = items.nameOf(shown.prototypes.places.placeOf.get(edit.item)!);
  const label = edit.op === "drop" ? "" : ` as ${shown.names[edit.label]}`;
  const back = button({ text: "Take back", onclick: () => changes.takeBack(edit) });
  back.disabled = !isEditable();
  return h("li", {}, h("span", {}, `${verb} ${name}${label}`), back);
}
