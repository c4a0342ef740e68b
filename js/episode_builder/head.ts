// Sign, name, lock, exchange, remove and counts of a class; made once a class and kept up to date.
import { removeClass } from "../episode_document/edits.ts";
import {
  type DocumentClass,
  type EpisodeDocument,
  LONGEST_NAME,
} from "../episode_document/types.ts";
import type { Counts } from "../episode_document/verdict.ts";
import { shapePathText } from "../plot/shapes.ts";
import { classVariable, markSign } from "../plot/svg_marks.ts";
import { button } from "../shared/controls.ts";
import { focused, h, svg } from "../shared/elements.ts";
import { icon } from "../shared/icons.ts";
import type { Python } from "../shared/python.ts";
import { ownIcon } from "./icons.ts";
import type { Store } from "./store.ts";

export interface HeadOptions {
  /** Of the class. */
  key: number;
  store: Store;
  python: Python;
}

/** What a head shows of the moment. */
export interface HeadState {
  label: number;
  counts: Counts;
  /** The most items that a class has in support and query together. */
  most: number;
}

export type Head = ReturnType<typeof headOf>;

/** The most items that a class has in support and query together, at least one. */
export function mostOf(counts: Counts[]): number {
  return Math.max(1, ...counts.map(({ support, query }) => support + query));
}

/** The head of a class. */
export function headOf(options: HeadOptions) {
  const { key, store } = options;
  const chip = svg("path");
  const name = nameField(options);
  const tools = toolsOf(options);
  const count = h("span", { class: "eb-count" });
  const parts = [h("i"), h("i")];
  const node = h(
    "div",
    { class: "eb-head" },
    markSign(chip, { class: "mw-chip" }),
    name.node,
    tools.node,
    h(
      "span",
      { class: "eb-balance" },
      h("span", { class: "eb-bar", "aria-hidden": "true" }, parts),
      count,
    ),
  );
  const show = ({ label, counts, most }: HeadState) => {
    const c = classOf(store.document(), key)!;
    chip.setAttribute("d", shapePathText(label, 5.5));
    chip.style.fill = classVariable(label);
    name.show(c, label);
    tools.show(c);
    count.textContent = `${counts.support} + ${counts.query}`;
    count.title = `${counts.support} support, ${counts.query} query`;
    parts[0].style.width = `${(100 * counts.support) / most}%`;
    parts[1].style.width = `${(100 * counts.query) / most}%`;
  };
  return { node, show };
}

function classOf(document: EpisodeDocument, key: number): DocumentClass | undefined {
  return document.classes.find((each) => each.key === key);
}

function nameField({ key, store }: HeadOptions) {
  const node = h("input", {
    class: "eb-name",
    type: "text",
    maxlength: LONGEST_NAME,
    spellcheck: "false",
    autocomplete: "off",
  });
  node.addEventListener("change", () =>
    store.edit("rename a class", (document) => {
      const c = classOf(document, key);
      if (c) c.name = node.value.slice(0, LONGEST_NAME);
    }),
  );
  node.addEventListener("keydown", (event) => {
    if (event.key === "Escape") node.value = classOf(store.document(), key)?.name ?? "";
    if (event.key === "Escape" || event.key === "Enter") node.blur();
  });
  const show = (c: DocumentClass, label: number) => {
    if (focused(node) !== node) node.value = c.name;
    node.setAttribute("aria-label", `Name of class ${label + 1}`);
    node.title = c.name;
  };
  return { node, show };
}

function toolsOf({ key, store, python }: HeadOptions) {
  const lock = button({
    icon: ownIcon("unlock"),
    name: "Lock",
    pressed: false,
    onclick: () => {
      const { locked } = classOf(store.document(), key)!;
      store.edit(locked ? "unlock a class" : "lock a class", (document) => {
        classOf(document, key)!.locked = !locked;
      });
    },
  });
  const swap = button({
    icon: ownIcon("swap"),
    name: "Exchange",
    onclick: () => store.ask("swap", { key }),
  });
  python.bind(swap, "swap", "Exchanging a class");
  const remove = button({
    icon: ownIcon("remove"),
    name: "Remove",
    onclick: () => store.edit("remove a class", (document) => removeClass(document, key)),
  });
  const node = h("span", { class: "eb-tools" }, lock, swap, remove);
  const show = ({ name, locked }: DocumentClass) => {
    lock.replaceChildren(icon(ownIcon(locked ? "lock" : "unlock")));
    lock.setAttribute("aria-pressed", String(locked));
    lock.setAttribute("aria-label", `Lock class ${name}`);
    lock.title = locked
      ? "Locked: resampling keeps this class and its items"
      : "Lock: keep this class and its items when resampling";
    swap.setAttribute("aria-label", `Exchange class ${name}`);
    if (!swap.disabled) swap.title = "Exchange this class for another of the dataset";
    remove.setAttribute("aria-label", `Remove class ${name}`);
    remove.title = "Remove this class";
  };
  return { node, show };
}
