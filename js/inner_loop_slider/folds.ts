// What is folded below the panels: the item in detail, the charts over steps, and the settings of each learner.
import { h } from "../shared/elements.ts";
import { fold } from "../shared/first_view.ts";
import type { Adaptations } from "./adaptations.ts";
import { settingsOf } from "./words.ts";

export interface FoldedStage {
  /** The item in detail. */
  item: HTMLElement;
  charts: HTMLElement;
  showCharts(): void;
}

export function foldsOf(
  now: Adaptations,
  { stage, repaint }: { stage: FoldedStage; repaint: () => void },
) {
  const settings = h("div", { class: "il-settings" });
  const charts = h("span", {});
  const ontoggle = (open: boolean) => {
    if (open) stage.showCharts();
    repaint(); // a canvas that was folded has just got its width
  };
  const of = (part: string) => `inner_loop_slider/${part}`;
  const query = now.config.kind === "curve" ? "error" : "probabilities";
  const folds = [
    fold({ name: of("charts"), title: charts, content: stage.charts, ontoggle }),
    fold({
      name: of("item"),
      title: `The selected item, or the hardest query: its ${query}, by learner`,
      content: stage.item,
      ontoggle,
    }),
    fold({ name: of("settings"), title: "Hyper-parameters", content: settings }),
  ];
  const update = () => {
    charts.textContent = chartsTitle(now);
    settings.replaceChildren(
      ...now.traces.map((trace) => {
        const choice = now.config.choices.find(({ name }) => name === trace.name);
        const text = settingsOf(trace, now.several, choice);
        const note = choice?.note ? ` ${choice.note[0].toUpperCase()}${choice.note.slice(1)}` : "";
        return h("p", {}, `${text}.${note}`);
      }),
    );
  };
  return { folds: h("div", { class: "il-folds" }, folds), update };
}

/** The charts that there are, by name. */
function chartsTitle({ arrays, traces }: Adaptations): string {
  const has = (channel: string) => traces.some(({ i }) => `${i}.${channel}` in arrays);
  const names = [
    "loss",
    has("query_accuracy") && "accuracy",
    has("gradient_norm") && "gradient norm",
    has("parameter_distance") && "how far each layer moved",
  ].filter(Boolean);
  return `Over the steps: ${names.join(", ")}`;
}
