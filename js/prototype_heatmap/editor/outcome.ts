// What the edits change, beside what was.
import { button } from "../../shared/controls.ts";
import { type Child, h } from "../../shared/elements.ts";
import { numberText, percentText } from "../../shared/numbers.ts";
import { fillCut } from "../cut_list.ts";
import type { Shift } from "../distances/prototypes.ts";
import type { Shown } from "../distances/shown.ts";

const MOST = 20;

export interface OutcomeOptions {
  shown: Shown;
  /** Go to a query. */
  go: (q: number) => void;
  /** Whether edits are computed here. */
  local: boolean;
}

export function outcomeOf(options: OutcomeOptions) {
  const { shown, local } = options;
  const { prototypes } = shown;
  const node = h("div", {
    class: "ph-outcome",
    role: "group",
    "aria-label": "What the edits change",
  });
  // The accuracy stands above the controls that change it: there it is seen to move.
  const accuracy = h("div", { class: "ph-outcome" });
  let told = "";
  const show = () => {
    const { edits, edition, support, places, steps } = prototypes;
    const key = [edition, shown.step, shown.metric].join();
    if (!edits.length || key === told) return;
    told = key;
    const isAdded = support.rows.some((row) => row >= places.nSupport);
    const waits = local && isAdded && shown.step < steps - 1;
    accuracy.replaceChildren(accuracies(shown));
    const parts = [
      prototypes.hasMeans("new") && prototypes.hasMeans("old") && movedPrototypes(shown),
      changedDecisions(options),
      waits && h("p", { class: "ph-said" }, "Added examples are absorbed at the last step."),
    ];
    node.replaceChildren(...parts.filter((part) => part instanceof Node));
  };
  return { node, accuracy, show };
}

function part(head: string, list: HTMLElement): HTMLElement {
  return h("div", {}, h("p", { class: "ph-kicker" }, head), list);
}

function bars(label: string, rows: Child): HTMLElement {
  return h("ol", { class: "ph-bars", "aria-label": label }, rows);
}

/** A name, a bar that is so much of the whole, and a text. */
function barRow(name: string, share: number, text: string, look = ""): HTMLElement {
  return h(
    "li",
    { class: look },
    h("span", { class: "ph-name", title: name }, name),
    h("span", { class: "ph-bar" }, h("i", { style: { width: `${100 * share}%` } })),
    h("span", { class: "ph-value" }, text),
  );
}

function accuracies({ prototypes, metric, step }: Shown): HTMLElement {
  const asked = prototypes.nAsked;
  const row = (which: "old" | "new") => {
    const right = prototypes.nRight(which, metric, step);
    const text = `${right} of ${asked} \u00b7 ${percentText(right / asked)}`;
    const isNew = which === "new";
    return barRow(isNew ? "now" : "before", right / asked, text, isNew ? "ph-now" : "");
  };
  const head = `Accuracy on the ${asked} queries still asked`;
  return part(head, bars("Accuracy", [row("old"), row("new")]));
}

function movedPrototypes({ prototypes, metric, metricWords, step, names }: Shown): HTMLElement {
  const shifts = prototypes.shifts(metric, step);
  const known = shifts.map((shift) => shift?.distance ?? NaN).filter(Number.isFinite);
  const most = Math.max(...known, 1e-12);
  const row = (shift: Shift, name: string) => {
    if (Number.isFinite(shift.distance)) {
      return barRow(name, shift.distance / most, numberText(shift.distance));
    }
    return barRow(name, 0, shift.isThere ? "new" : "lost");
  };
  const rows = shifts.flatMap((shift, k) =>
    shift && (shift.wasThere || shift.isThere) ? [row(shift, names[k])] : [],
  );
  const shown = rows.length ? rows : h("li", {}, "none at this step");
  return part(`Prototypes moved, by ${metricWords}`, bars("Prototypes moved", shown));
}

function changedDecisions({ shown, go }: OutcomeOptions): HTMLElement {
  const { prototypes, names } = shown;
  const [old, fresh] = [shown.nearest("old").first, shown.nearest("new").first];
  const nameOf = (k: number) => (k < 0 ? "none" : names[k]);
  const changed = [...old.keys()].filter((q) => !prototypes.moved[q] && old[q] !== fresh[q]);
  const row = (q: number) => {
    const verdict = fresh[q] === prototypes.labels[q] ? "\u25cf right" : "\u2715 wrong";
    const text = `query ${q}: ${nameOf(old[q])} \u2192 ${nameOf(fresh[q])} ${verdict}`;
    return h("li", {}, button({ text, onclick: () => go(q) }));
  };
  const { length } = changed;
  const list = h("ul", { class: "ph-flipped", "aria-label": "Decisions changed" });
  fillCut(list, changed.map(row), (_, i) => i < MOST);
  return part(length === 1 ? "1 decision changed" : `${length || "No"} decisions changed`, list);
}
