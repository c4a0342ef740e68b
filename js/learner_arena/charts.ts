// The charts of the arena: every episode, the paired differences, and what more shots and steps are worth.
import type { ScoreWords } from "../contest/scores.ts";
import { h } from "../shared/elements.ts";
import type { Theme } from "../shared/theme.ts";
import { differencesOf } from "./differences.ts";
import { type DotsOptions, type DotsState, dotsOf } from "./dots.ts";
import { lineChartOf, linesOf } from "./lines.ts";
import type { Arrays, Config } from "./model.ts";

const LABEL =
  "Scores, a dot for each episode. Arrow keys move along a row and between rows, Enter opens the episode.";

export interface ChartsOptions extends Omit<DotsOptions, "label" | "words"> {
  config: Config;
  arrays: Arrays;
  words: ScoreWords;
}

export function chartsOf({ config, arrays, words, ...on }: ChartsOptions) {
  const dots = dotsOf({ ...on, words, label: LABEL });
  const differences = differencesOf({ words });
  const lines = lineChartsOf(config, arrays, words);
  const titled = (title: string, chart: Node, extra = "") => {
    const caption = h("figcaption", { class: "ar-chart-title" }, title);
    return h("figure", { class: `ar-figure${extra}` }, caption, chart);
  };
  const figures = [
    titled("Every episode, and the mean with its 95\u00a0% interval", dots.node),
    titled("Paired difference, 95\u00a0% interval", differences.node, " ar-beside"),
  ];
  const { n_way } = config.settings;
  const chance = words.percent && n_way ? 1 / n_way : 0;
  const fit = (width: number) => {
    const wide = width >= 720;
    const [left, right] = wide
      ? [0.6 * width, 0.4 * width].map((w) => Math.floor(w) - 12)
      : [width, width];
    const side = Math.min(170, Math.max(96, Math.floor(0.3 * left)));
    dots.fit(left, side);
    differences.fit(right, wide ? 0 : Math.min(110, side));
    const beside = wide && lines.length > 1;
    for (const { chart } of lines)
      chart.fit(beside ? Math.floor((width - 24) / 2) : Math.min(width, 620));
  };
  return {
    figures,
    lineNodes: lines.map(({ chart }) => chart.node),
    fit,
    focus: () => dots.node.focus(),
    showDots: (state: DotsState) => dots.show(state),
    showRest(rows: DotsState["rows"], reference: string, theme: Theme) {
      differences.show({ rows, reference, theme });
      for (const { chart, drawn } of lines) chart.show({ lines: drawn, theme, chance });
    },
  };
}

function lineChartsOf(config: Config, arrays: Arrays, words: ScoreWords) {
  const steps = Array.from({ length: arrays.by_steps.shape[2] }, (_, t) => t);
  const supports = config.settings.n_way === null ? "support items" : "support items of each class";
  const made = [];
  if (config.shots.length > 1) {
    const title = `${words.name} against shots, the same queries`;
    const chart = lineChartOf({ title, xLabel: supports, words });
    made.push({ chart, drawn: linesOf(config.names, arrays.by_shots, config.shots) });
  }
  if (steps.length > 1) {
    const title = `${words.name} against inner steps`;
    const chart = lineChartOf({ title, xLabel: "inner-loop step", words });
    made.push({ chart, drawn: linesOf(config.names, arrays.by_steps, steps) });
  }
  return made;
}
