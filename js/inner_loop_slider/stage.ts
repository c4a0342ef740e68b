// Panels, the item in detail, and charts in their columns. What stands there is updated in place, so that focus, selection
// and scales stay as they are under the reader's hand.
import { focused, h } from "../shared/elements.ts";
import type { Adaptations, Trace } from "./adaptations.ts";
import { type Chart, chartsOf } from "./charts.ts";
import { inspectorOf } from "./inspector.ts";
import type { State } from "./panel.ts";
import { type Given, type NamedPanel, panelsOf } from "./panels.ts";

export interface StageOptions extends Given {
  now: Adaptations;
  onStep: (step: number) => void;
  signal: AbortSignal;
}

export function stageOf(options: StageOptions) {
  const { now, signal } = options;
  const inspector = inspectorOf(now);
  const { panelOf, clear } = panelsOf(options);
  const chartsFor = chartsOf(options);
  const columns = columnsOf();
  const beside = h("div", { class: "il-beside" });
  let shown: { trace: Trace; named: NamedPanel }[] = [];
  let charts: Chart[] = [];
  /** Bring the charts up to date; while they are folded away nothing is spent on them. */
  const showCharts = () => {
    charts = chartsFor(now);
    fill(
      beside,
      charts.map((chart) => chart.node),
    );
    beside.classList.toggle("il-several", now.several);
    beside.classList.toggle("il-four", charts.length === 4); // two rows of two, not three and one
  };
  const update = (fresh: boolean) => {
    const held = fresh ? shown.findIndex(({ named }) => holdsFocus(named.node)) : -1;
    if (fresh) clear();
    shown = now.traces.map((trace) => ({ trace, named: panelOf(trace) }));
    if (isSeen(beside)) showCharts();
    const panels = shown.map(({ named }) => named);
    columns.place(now, panels, inspector.fact);
    inspector.update();
    return () => {
      if (held < 0) return;
      const { node } = shown[Math.min(held, shown.length - 1)].named;
      node.querySelector<HTMLElement>("[tabindex]")?.focus();
    };
  };
  /** Paint all; `said` is what each panel says of its learner. Return what is said of the item that is shown. */
  const paint = (state: State, said: string[]): string => {
    for (const [j, { trace, named }] of shown.entries()) {
      named.paint(trace, state, said[j]);
      if (!now.several || j === 0) named.panel.legend.paint(state.theme);
    }
    if (isSeen(beside)) for (const chart of charts) chart.paint(state.step, state.theme);
    return inspector.show(state);
  };
  signal.addEventListener("abort", clear);
  addEventListener("beforeprint", showCharts, { capture: true, signal }); // paper has all folds open
  return { node: columns.node, item: inspector.node, charts: beside, showCharts, update, paint };
}

/** Whether the fold that holds a node is open. */
function isSeen(node: HTMLElement): boolean {
  return node.closest("details")?.open ?? false;
}

function holdsFocus(node: HTMLElement): boolean {
  return node.contains(focused(node));
}

function columnsOf() {
  const main = h("div", { class: "il-main" });
  const above = h("div", { class: "il-above" });
  const below = h("div", { class: "il-below" });
  const node = h("div", { class: "il-columns" }, above, main, below);
  const place = (
    { several, traces, config }: Adaptations,
    panels: NamedPanel[],
    fact: HTMLElement,
  ) => {
    const { strip, legend } = panels[0].panel;
    fill(above, several && strip ? [strip] : []);
    fill(
      main,
      panels.map((panel) => panel.node),
    );
    fill(below, several ? [legend.node, fact] : [fact]);
    const many = several ? "il-several" : "il-one";
    node.className = `il-columns ${many} il-of-${Math.min(traces.length, 3)} il-${config.kind}`;
  };
  return { node, place };
}

/** Put nodes in place only where they are not: moving a node would take the focus from it. */
function fill(parent: HTMLElement, wanted: HTMLElement[]): void {
  const same = wanted.every((node, i) => node === parent.children[i]);
  if (!same || wanted.length !== parent.children.length) parent.replaceChildren(...wanted);
}
