// What stands beside the matrix: all that is worth saying of one cell.
import { h } from "../../shared/elements.ts";
import type { Theme } from "../../shared/theme.ts";
import type { Reading, Shown } from "../distances/shown.ts";
import type { Items } from "../items.ts";
import type { Cell } from "../matrix/layout.ts";
import { factsOf } from "./facts.ts";
import { pairOf } from "./pair.ts";
import { fillRanks } from "./ranks.ts";

export function detailOf(shown: Shown, items: Items) {
  const pair = pairOf(shown, items);
  const kicker = h("p", { class: "ph-kicker" });
  const title = h("h4", { class: "ph-title" });
  const facts = h("dl", { class: "ph-facts" });
  const heading = "Prototypes, nearest first";
  const ranks = h("ol", { class: "ph-ranks", "aria-label": heading });
  const rankHead = h("p", { class: "ph-kicker" }, heading);
  const node = h("div", { class: "ph-detail", role: "group", "aria-label": "Cell in detail" }, [
    kicker,
    title,
    pair.node,
    facts,
    rankHead,
    ranks,
  ]);
  /** Show the current cell, and return what a screen reader says of it. */
  const show = (theme: Theme): string => {
    const cell = shown.current;
    node.hidden = !cell;
    if (!cell) return "";
    const now = shown.reading();
    const before = shown.edited && shown.which === "new" ? shown.reading("old") : null;
    const [q] = cell;
    const k = cell[1] < 0 ? now.nearest.first[q] : cell[1];
    const order = ranking(now, q);
    kicker.textContent = kickerText(shown);
    title.textContent = titleText(shown, [q, k]);
    pair.show(q, k, theme);
    facts.replaceChildren(...factsOf(shown, { q, k, now, before, order }));
    rankHead.hidden = order.length === 0;
    fillRanks(ranks, shown, { q, k, now, before, order });
    const said = [...facts.children].map((each) =>
      [...each.children].map((part) => part.textContent).join(" "),
    );
    return `${title.textContent}. ${said.join(", ")}.`;
  };
  return { node, show };
}

function kickerText({ pinned, pointed }: Shown): string {
  if (pinned) return "Pinned";
  return pointed ? "Pointing at" : "Smallest margin at this step";
}

function titleText({ names }: Shown, [q, k]: Cell): string {
  return k < 0 ? `Query ${q}` : `Query ${q} and prototype \u201c${names[k]}\u201d`;
}

/** Classes that have a distance to query q, the nearest first. */
function ranking({ distances: { data, shape } }: Reading, q: number): number[] {
  const row = Array.from(data.subarray(q * shape[1], (q + 1) * shape[1]));
  const known = [...row.keys()].filter((k) => Number.isFinite(row[k]));
  return known.sort((a, b) => row[a] - row[b] || a - b);
}
