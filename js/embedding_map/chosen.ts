// The items chosen with the lasso: how many of each class, and what they look like.
import { classSign } from "../plot/class_sign.ts";
import { button } from "../shared/controls.ts";
import { h } from "../shared/elements.ts";
import type { Theme } from "../shared/theme.ts";
import { barRow, pictureOf } from "./detail.ts";
import type { Atlas } from "./plot/marks.ts";
import type { Space } from "./space/space.ts";

const MOST_CLASSES = 12;
const MOST_ITEMS = 48;

export interface ChosenOptions {
  space: Space;
  names: string[];
  /** An item in words. */
  what: (i: number) => string;
  onClear: () => void;
  onCopy: () => void;
  onPick: (i: number) => void;
}

/** The panel about the items chosen, hidden where there are none. */
export function chosenOf(options: ChosenOptions) {
  const { space, onClear, onCopy } = options;
  const title = h("h4", {});
  const counts = h("ul", { class: "em-counts" });
  const strip = h("ol", { class: "em-strip" });
  const more = h("p", { class: "em-more" });
  const copying = button({ text: "Copy ids", onclick: onCopy });
  const clearing = button({ text: "Let go", onclick: onClear });
  const node = h(
    "div",
    {
      class: "em-chosen",
      role: "group",
      "aria-label": "Items chosen with the lasso",
      hidden: true,
    },
    h("div", { class: "em-chosen-head" }, title, copying, clearing),
    counts,
    strip,
    more,
  );
  let shown = "";
  const show = (chosen: number[], atlas: Atlas | null, theme: Theme) => {
    node.hidden = !chosen.length;
    const key = `${chosen.join()} ${theme.fg} ${theme.bg}`;
    if (key === shown) return;
    shown = key;
    const items = chosen.length === 1 ? "item" : "items";
    title.textContent = `${chosen.length} of ${space.n.toLocaleString("en")} ${items} chosen`;
    const ranked = countsOf(chosen, space);
    counts.replaceChildren(...countRows(ranked, options.names, theme));
    strip.replaceChildren(...(atlas ? pictures(chosen, atlas, options) : []));
    const rest = [
      ranked.length > MOST_CLASSES && `${ranked.length - MOST_CLASSES} more classes`,
      atlas && chosen.length > MOST_ITEMS && `${chosen.length - MOST_ITEMS} more items`,
    ].filter(Boolean);
    more.textContent = rest.length ? `and ${rest.join(", ")}` : "";
    more.hidden = !rest.length;
  };
  return { node, show };
}

/** Classes with how many of them are chosen, the most first. */
function countsOf(chosen: number[], space: Space): [k: number, count: number][] {
  const counts = new Map<number, number>();
  for (const i of chosen) counts.set(space.labels[i], (counts.get(space.labels[i]) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
}

function countRows(ranked: [number, number][], names: string[], theme: Theme) {
  return ranked.slice(0, MOST_CLASSES).map(([k, count]) =>
    barRow({
      sign: classSign(k, theme, { class: "em-sign" }),
      name: names[k],
      part: count / ranked[0][1],
      value: String(count),
    }),
  );
}

function pictures(chosen: number[], atlas: Atlas, { what, onPick }: ChosenOptions) {
  return chosen.slice(0, MOST_ITEMS).map((i) => {
    const picture = pictureOf(atlas, i, 34, { role: "img", "aria-label": what(i) });
    return h("li", { title: what(i), onclick: () => onPick(i) }, picture);
  });
}
