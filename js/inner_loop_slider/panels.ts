// The main panels, one a learner, kept by its name for as long as the episode stays.
import { h } from "../shared/elements.ts";
import { afterDrawing, onWidth } from "../shared/repaint.ts";
import { stepOf, type Trace } from "./adaptations.ts";
import { curvePanelOf } from "./curve/curve.ts";
import { learnerSign } from "./looks.ts";
import type { Panel, PanelOptions, State } from "./panel.ts";
import { queriesPanelOf } from "./queries/queries.ts";
import { regionsPanelOf } from "./regions/regions.ts";

const PANELS = { curve: curvePanelOf, regions: regionsPanelOf, queries: queriesPanelOf };

/** What all panels get; each has a colour, a name and a life of its own. */
export interface Given
  extends Pick<
    PanelOptions,
    "now" | "selection" | "stepKeys" | "announce" | "items" | "current" | "edits"
  > {
  repaint: () => void;
}

/** A panel with the name of its learner and what is said of it. */
export interface NamedPanel {
  panel: Panel;
  node: HTMLElement;
  paint(trace: Trace, state: State, said: string): void;
}

/** Give the panel of a trace, made where there is none yet. `clear` ends all, for those of another episode. */
export function panelsOf(given: Given) {
  const made = new Map<string, NamedPanel>();
  let life = new AbortController();
  const panelOf = (trace: Trace): NamedPanel => {
    const found = made.get(trace.name) ?? namedPanelOf(given, trace, life.signal);
    made.set(trace.name, found);
    found.panel.update(trace);
    return found;
  };
  const clear = () => {
    life.abort();
    life = new AbortController();
    made.clear();
  };
  return { panelOf, clear };
}

function namedPanelOf(given: Given, trace: Trace, signal: AbortSignal): NamedPanel {
  const { now, repaint } = given;
  const { several, config } = now;
  const label = several ? trace.name : config.label;
  const panel = PANELS[config.kind]({ ...given, look: trace.look, label, signal });
  const ended = h("span", { class: "il-state" });
  const sign = learnerSign(trace.look);
  const name = h("span", {}, trace.name, ended);
  const head = several && h("h4", { class: "il-panel-head" }, sign.canvas, name);
  const told = h("p", { class: "il-now" });
  const parts = several ? [head, told, panel.node] : [panel.node, panel.legend.node];
  const look = { role: "group", class: "il-panel", "aria-label": trace.name };
  const node = h("div", look, parts);
  onWidth(
    node,
    (width) => {
      panel.fit(width);
      repaint();
    },
    signal,
  );
  const paint = (of: Trace, state: State, said: string) => {
    panel.paint({ ...state, step: stepOf(of, state.step) });
    if (several) sign.paint(state.theme);
    afterDrawing(() => {
      told.textContent = said;
      ended.textContent = state.step >= of.steps ? ` ended at step ${of.steps - 1}` : "";
    });
  };
  return { panel, node, paint };
}
