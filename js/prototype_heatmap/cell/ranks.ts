// How the classes rank for one query.
import { h } from "../../shared/elements.ts";
import { numberText } from "../../shared/numbers.ts";
import { fillCut } from "../cut_list.ts";
import type { Shown } from "../distances/shown.ts";
import type { CellReading } from "./facts.ts";

const MOST = 5;

/** All classes by their distance, as entries of a list: the nearest, the true and the current one are seen first. */
export function fillRanks(
  list: HTMLElement,
  shown: Shown,
  { q, k, now, before, order }: CellReading,
): void {
  const { way, labels } = shown.prototypes;
  const truth = labels[q];
  const near = now.nearest.first[q];
  const distance = (c: number) => now.distances.data[q * way + c];
  const then = (c: number) => before?.distances.data[q * way + c] ?? NaN;
  const known = order.map(then).filter(Number.isFinite);
  const longest = Math.max(...order.map(distance), ...known, 1e-12);
  const percent = (value: number) => `${Math.max(0, (100 * value) / longest)}%`;
  const mark = (c: number) =>
    Number.isFinite(then(c)) &&
    h("b", { style: { left: percent(then(c)) }, title: `before ${numberText(then(c))}` });
  const roleOf = (c: number) => {
    if (c === truth) return c === near ? "\u25cf true" : "\u25cb true";
    return c === near ? "\u2715" : "";
  };
  const entries = order.map((c, i) => {
    const rank = i + 1;
    const bar = h("i", { style: { width: percent(distance(c)) } });
    return h(
      "li",
      { class: c === k ? "ph-current" : "", value: rank },
      h("span", { class: "ph-rank" }, `${rank}`),
      h("span", { class: "ph-name", title: shown.names[c] }, shown.names[c]),
      h("span", { class: "ph-role" }, roleOf(c)),
      h("span", { class: "ph-bar" }, bar, mark(c)),
      h("span", { class: "ph-value" }, numberText(distance(c))),
    );
  });
  fillCut(list, entries, (_, i) => i < MOST || order[i] === truth || order[i] === k);
}
