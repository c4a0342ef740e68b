// What one query would be taken for without each of the support examples.

import { h } from "../../shared/elements.ts";
import { numberText } from "../../shared/numbers.ts";
import type { Theme } from "../../shared/theme.ts";
import type { Shown } from "../distances/shown.ts";
import { type Items, pictureOf } from "../items.ts";
import type { Config, ShownMetric } from "../model.ts";
import { type LeftOutPlace, mattering, withoutText } from "./without_text.ts";

const MOST = 12;

export interface WithoutOptions {
  config: Config;
  shown: Shown;
  items: Items;
  /** Take an example into the editor. */
  choose: (place: number) => void;
}

export function withoutOf({ config, shown, items, choose }: WithoutOptions) {
  const said = h("p", { class: "ph-said" });
  const rows = h("ul", {
    class: "ph-without-rows",
    "aria-label": "Support examples, by what leaving them out changes",
  });
  const kicker = h("p", { class: "ph-kicker" }, "Without one support example");
  const node = h("div", { class: "ph-without" }, kicker, said, rows);
  let seen = "";
  /** Show the decision for query q without each example. */
  const show = (q: number, theme: Theme) => {
    const { prototypes, which, metric, step } = shown;
    const why = reasonText(config, metric, shown.pinned !== null);
    const key = [why, q, prototypes.edition, which, metric, step, theme.fg, items.edition()].join();
    if (key === seen) return;
    seen = key;
    rows.replaceChildren();
    said.textContent = why;
    if (why) return;
    const all = prototypes.without(which, metric, step, q);
    const decided = shown.nearest().first[q];
    const changing = mattering(all, decided);
    const sizes = changing.map(({ change }) => (Number.isFinite(change) ? Math.abs(change) : 0));
    const largest = Math.max(...sizes, 0);
    const row = (each: LeftOutPlace) =>
      h("li", {}, rowButton({ shown, items, choose, theme }, each, { decided, largest }));
    rows.replaceChildren(...changing.slice(0, MOST).map(row));
    said.textContent = withoutText(all, changing, decided, MOST);
  };
  return { node, show };
}

/** Why nothing can be said, "" where it can. */
function reasonText(config: Config, metric: ShownMetric, pinned: boolean): string {
  if (config.off) return `Not known here: ${config.off}.`;
  if (!config.fixed) {
    return (
      "Not known here: without an example the others would be embedded anew. Drop one in the " +
      "editor to see it."
    );
  }
  if (metric === "" && !config.own) {
    return "Leaving an example out is computed for class means: choose another distance above.";
  }
  return pinned ? "" : "Pin a cell to see which support examples its decision depends on.";
}

/** What leaving one example out changes; a click takes it into the editor. */
function rowButton(
  { shown, items, choose, theme }: Omit<WithoutOptions, "config"> & { theme: Theme },
  { place, label, first, change }: LeftOutPlace,
  { decided, largest }: { decided: number; largest: number },
): HTMLButtonElement {
  const { names } = shown;
  const flips = first !== decided;
  const decision = first < 0 ? "none" : names[first];
  const flip = first < 0 ? "no decision" : `\u2192 ${names[first]}`;
  const known = Number.isFinite(change);
  const amount = known ? `${change > 0 ? "+" : ""}${numberText(change)}` : "no prototype";
  const size = known && largest ? 50 * Math.min(1, Math.abs(change) / largest) : 0;
  const sway = { width: `${size}%`, [change < 0 ? "right" : "left"]: "50%" };
  return h(
    "button",
    {
      type: "button",
      class: `mw-button ph-left-out${flips ? " ph-flips" : ""}`,
      onclick: () => choose(place),
      title: `${items.nameOf(place)}, ${names[label]}`,
      "aria-label":
        `Without ${items.nameOf(place)}, labelled ${names[label]}: margin ${amount}` +
        `${flips ? `, decision ${decision}` : ", same decision"}. Edit it.`,
    },
    items.draw && pictureOf(items, place, theme, 28),
    h("span", { class: flips ? "ph-flip" : "ph-name" }, flips ? flip : names[label]),
    h("span", { class: "ph-value" }, amount),
    h("span", { class: "ph-sway" }, h("i", { style: sway })),
  );
}
