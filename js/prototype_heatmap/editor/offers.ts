// What may be added to the support: queries still asked, and the pool.
import { choice } from "../../shared/controls.ts";
import { h } from "../../shared/elements.ts";
import { type Changes, type EditorOptions, type MakeButton, toolbar } from "./changes.ts";

export function offersOf(
  { config, shown, items }: EditorOptions,
  changes: Changes,
  made: MakeButton,
) {
  const { names, prototypes } = shown;
  const { ids, nSupport, nQuery } = prototypes.places;
  const classes = names.map((name, k) => [String(k), name] as const);
  const item = choice({ label: "Item", options: [], value: "", onchange: () => propose() });
  const into = choice({ label: "As", options: classes, value: "0", onchange: () => {} });
  const add = made("Add", () =>
    changes.assign(Number(item.control.value), Number(into.control.value)),
  );
  /** Propose the item's own class. */
  const propose = () => {
    const i = Number(item.control.value) - nSupport;
    const known = i < nQuery ? prototypes.labels[i] : config.pool.labels[i - nQuery];
    into.set(String(Math.max(0, known)));
  };
  let offered = "";
  let last: number | undefined; // the query that was proposed
  /** Offer what is free, and propose the query that is shown. */
  const show = () => {
    const { rows } = prototypes.support;
    const taken = new Set(rows);
    const free = [...ids.keys()].filter((place) => place >= nSupport && !taken.has(place));
    const key = free.join();
    if (key !== offered) {
      const option = (place: number) => h("option", { value: place }, items.nameOf(place));
      item.control.replaceChildren(...free.map(option));
      offered = key;
      propose();
    }
    const query = shown.current?.[0] ?? -1;
    if (query >= 0 && query !== last && free.includes(nSupport + query)) {
      item.set(String(nSupport + query));
      propose();
    }
    last = query;
  };
  const another = h("span", { class: "ph-chosen" }, "Another example");
  return { node: toolbar("Add to the support", another, item.node, into.node, add), show };
}
