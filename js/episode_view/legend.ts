// The legend of a plot: classes with their counts, then how support and query look.
import { markOf, markSign } from "../plot/svg_marks.ts";
import { h } from "../shared/elements.ts";
import type { Side } from "../shared/packed_episode.ts";
import type { Item } from "./items.ts";

/** A list of the marks; a curve counts its sides, classes count both. */
export function legendOf(items: Item[], names: string[]): HTMLElement {
  const curve = names.length === 0;
  const count = (side: Side, label: number) =>
    items.filter((item) => item.side === side && item.label === label).length;
  const entry = (label: number, side: Side, text: string, counted: string | number) =>
    h(
      "li",
      { class: label < 0 && "mw-side-key" },
      markSign(markOf({ label, side, curve })),
      h("span", { class: "mw-class-name" }, text),
      h("span", { class: "mw-count" }, counted),
    );
  const classes = names.map((name, label) =>
    entry(label, "support", name, `${count("support", label)} + ${count("query", label)}`),
  );
  const sides = curve
    ? [
        entry(-1, "support", "support", count("support", -1)),
        entry(-1, "query", "query", count("query", -1)),
      ]
    : [entry(-1, "support", "support: filled", ""), entry(-1, "query", "query: outlined", "")];
  return h("ul", { class: "mw-legend" }, classes, sides);
}
