// What stands beside the plot: the heads of the classes, and how the sides look.
import type { Counts } from "../../episode_document/verdict.ts";
import { markOf, markSign } from "../../plot/svg_marks.ts";
import { h, svg } from "../../shared/elements.ts";
import type { Python } from "../../shared/python.ts";
import { type Head, headOf, mostOf } from "../head.ts";
import { arrange } from "../sheet/lines.ts";
import type { Store } from "../store.ts";
import { truthOf } from "./range.ts";

/** A column with a head for each class and a legend. */
export function besideOf(store: Store, python: Python) {
  const heads = new Map<number, Head>();
  const list = h("div", { class: "eb-classes" });
  const legend = h("ul", { class: "eb-key" });
  let shown = "";
  const paint = () => {
    const { classes } = store.document();
    const { counts } = store.verdict();
    const most = mostOf(counts);
    for (const key of [...heads.keys()]) {
      if (!classes.some((c) => c.key === key)) heads.delete(key);
    }
    const nodes = classes.map(({ key }, label) => {
      const head = heads.get(key) ?? headOf({ key, store, python });
      heads.set(key, head);
      head.show({ label, counts: counts[label], most });
      return head.node;
    });
    arrange(list, nodes);
    const next = legendState(store);
    if (JSON.stringify(next) === shown) return;
    shown = JSON.stringify(next);
    legend.replaceChildren(...legendEntries(next));
  };
  return { node: h("div", { class: "eb-beside mw-messages" }, list, legend), paint };
}

interface LegendState extends Counts {
  curve: boolean;
  /** Whether the curve behind the samples is drawn. */
  truth: boolean;
}

function legendState(store: Store): LegendState {
  const { counts } = store.verdict();
  const sum = (side: keyof Counts) => counts.reduce((total, each) => total + each[side], 0);
  const curve = store.document().kind === "curve";
  return {
    curve,
    truth: curve && truthOf(store.draw()) !== null,
    support: sum("support"),
    query: sum("query"),
    pool: sum("pool"),
  };
}

function legendEntries({ curve, truth, ...counts }: LegendState): HTMLElement[] {
  const entry = (side: keyof Counts, text: string) => {
    const mark = markOf({ label: -1, side, curve });
    return h("li", {}, markSign(mark, { class: `is-${side}` }), text);
  };
  const line = () => {
    const size = { width: 20, height: 14, viewBox: "0 -7 20 14", "aria-hidden": "true" };
    return svg("svg", size, svg("path", { class: "eb-truth", d: "M0,0H20" }));
  };
  return [
    entry("support", `${counts.support} support`),
    entry("query", `${counts.query} query`),
    ...(counts.pool ? [entry("pool", `${counts.pool} set aside`)] : []),
    ...(truth ? [h("li", {}, line(), "where the samples came from")] : []),
  ];
}
