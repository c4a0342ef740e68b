// What the editor is given, and the changes that its controls ask for.
import { type Child, h } from "../../shared/elements.ts";
import type { Python } from "../../shared/python.ts";
import type { Theme } from "../../shared/theme.ts";
import { assigned, EditHistory, refusal } from "../distances/edits.ts";
import type { Shown } from "../distances/shown.ts";
import type { Items } from "../items.ts";
import type { Config, Edit } from "../model.ts";

export interface EditorOptions extends Editing {
  config: Config;
  shown: Shown;
  items: Items;
  theme: () => Theme;
  fail: (text: string) => void;
  /** Go to a query. */
  go: (q: number) => void;
}

/** How edits are made: here, or by asking the learner again. */
export interface Editing {
  /** Bind a button to what editing needs. */
  guard: (made: HTMLButtonElement) => HTMLButtonElement;
  isEditable: () => boolean;
  /** Why editing needs Python, "" where it does not. */
  why: string;
  set: (edits: Edit[]) => void;
}

/** Edit here where that can be done, else through Python; `save` keeps the edits that are made here. */
export function editingIn(config: Config, python: Python, save: (edits: Edit[]) => void): Editing {
  if (config.local) {
    return { guard: (made) => made, isEditable: () => true, why: "", set: save };
  }
  const reason = config.fixed
    ? "This learner\u2019s own decisions cannot be computed here"
    : `Embeddings depend on the other items here (statistics: ${config.statistics})`;
  const asks = "so Python asks the learner again after each edit";
  return {
    guard: (made) => python.bind(made, "edit", "Editing"),
    isEditable: () => python.can("edit"),
    why: `${reason}, ${asks}. ${python.why("edit", "Editing")}`,
    set: (edits) => python.ask("edit", { edits }),
  };
}

/** The changes that the editor's buttons ask for. */
export interface Changes {
  /** Label an item, or with `null` have it out of the support. */
  assign(place: number, label: number | null): void;
  /** Take one edit back. */
  takeBack(edit: Edit): void;
  undo(): void;
  reset(): void;
}

export function changesOf({ shown, fail, set }: EditorOptions): Changes {
  const { prototypes } = shown;
  const { places, supportLabels } = prototypes;
  const history = new EditHistory();
  const apply = (next: readonly Edit[], remember = true) => {
    const why = refusal(next, places);
    fail(why);
    if (why) return;
    if (remember) history.remember(prototypes.edits);
    set([...next]);
  };
  return {
    assign: (place, label) =>
      apply(assigned(prototypes.edits, places, supportLabels, place, label)),
    takeBack: ({ item }) => apply(prototypes.edits.filter((edit) => edit.item !== item)),
    undo: () => apply(history.undo(prototypes.edits), false),
    reset: () => apply([]),
  };
}

/** A button that the editor makes. */
export type MakeButton = (text: string, onclick: () => void) => HTMLButtonElement;

/** A row of controls. */
export function toolbar(label: string, ...children: Child[]): HTMLElement {
  return h("div", { class: "mw-toolbar ph-do", role: "group", "aria-label": label }, children);
}
