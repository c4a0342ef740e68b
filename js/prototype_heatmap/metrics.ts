// The choice of a distance, with the accuracy that each would have.
import { METRIC_WORDS, type Metric, metricName } from "../shared/distances.ts";
import { h } from "../shared/elements.ts";
import { percentText } from "../shared/numbers.ts";
import type { Shown } from "./distances/shown.ts";
import type { Config, ShownMetric } from "./model.ts";

/** What class means are to each distance. */
const MEANS: Record<Metric, string> = {
  squared_euclidean: "which is also the point of least squared distance to them.",
  euclidean: "not the point of least distance to them.",
  manhattan: "not their median, the point of least Manhattan distance.",
  cosine: "averaged as they are, not brought to one length first.",
};

/** Buttons, one a distance; "" is the learner's own. */
export function metricsOf(config: Config, shown: Shown, set: (metric: ShownMetric) => void) {
  const { own, off } = config;
  const options = optionsOf(own);
  const scores = options.map(() => h("small", {}));
  const buttons = options.map(([value, text], i) =>
    h(
      "button",
      {
        type: "button",
        class: "mw-button ph-metric",
        disabled: Boolean(off) && value !== "",
        onclick: () => set(value),
      },
      h("span", {}, text),
      scores[i],
    ),
  );
  const note = h("p", { class: "ph-said" });
  const show = () => {
    const { prototypes, metric, step, which } = shown;
    for (const [i, [value]] of options.entries()) {
      buttons[i].setAttribute("aria-pressed", String(value === metric));
      const known = !off || value === "";
      const right = known ? prototypes.nRight(which, value, step) / prototypes.nAsked : NaN;
      const parts = [
        known && `${percentText(right)} right`,
        value === "" && own && "the learner\u2019s",
      ];
      scores[i].textContent = parts.filter(Boolean).join(" \u00b7 ");
    }
    // Of the learner's own distance it says nothing new: it comes with the pointer.
    const text = noteText(config, metric);
    const isOwn = !off && own !== "" && metric === "";
    note.textContent = isOwn ? "" : text;
    row.title = isOwn ? text : "";
  };
  const row = h(
    "div",
    { class: "ph-metric-row", role: "group", "aria-label": "Distance" },
    buttons,
  );
  return { node: h("div", { class: "ph-metrics" }, row, note), show };
}

function optionsOf(own: string): [ShownMetric, string][] {
  const every = Object.keys(METRIC_WORDS) as Metric[];
  const options = every.map((metric): [ShownMetric, string] => [
    metric === own ? "" : metric,
    metricName(metric),
  ]);
  return own ? options : [["", "Learner\u2019s own"], ...options];
}

function noteText({ own, off, metric: words }: Config, metric: ShownMetric): string {
  if (off) return `Other distances are off: ${off}.`;
  const rule = metric || (own as Metric);
  if (!rule) {
    const name = words[0].toUpperCase() + words.slice(1);
    return `${name} as the learner has it; the others are to class means.`;
  }
  const only = metric ? " For this distance the learner has no probabilities: decisions only." : "";
  return `Prototypes are means of embeddings, ${MEANS[rule]}${only}`;
}
