// What is said of the map as a whole: how many items are right, how it was made, and what its signs mean.
import { type DrawSign, legendOf } from "../plot/legend.ts";
import { crossMark, shapePath } from "../plot/shapes.ts";
import { METRIC_WORDS, type Metric } from "../shared/distances.ts";
import { h } from "../shared/elements.ts";
import { numberText, percentText } from "../shared/numbers.ts";
import type { Theme } from "../shared/theme.ts";
import type { Arrays, Computed, Config, Projection } from "./model.ts";
import type { Layout } from "./plot/layout.ts";
import { haloCross } from "./plot/marks.ts";
import { regionAt } from "./space/regions.ts";
import type { Space } from "./space/space.ts";

export interface WordsOptions {
  space: Space;
  arrays: Arrays;
  config: Config;
  /** Whether items are images. */
  images: boolean;
}

interface WordsState {
  step: number;
  metric: Metric;
  nearest: Int32Array;
  planes: Float32Array | null;
  target: Layout;
  theme: Theme;
}

/** The lines and the legend about a map; `show` follows its state. */
export function wordsOf(options: WordsOptions) {
  const { space, config } = options;
  const reading = h("p", { class: "em-reading" });
  const note = h("p", { class: "em-kicker em-note" });
  const legend = signsLegend(options);
  const judged = Array.from({ length: space.n }, (_, i) => i).filter(space.isJudged);
  return {
    reading,
    note,
    legend: legend.node,
    show(state: WordsState): void {
      reading.textContent = readingOf(space, config, judged, state);
      note.textContent = noteOf(space, config, judged, state);
      legend.paint(state.theme);
    },
  };
}

function nounOf(config: Config): string {
  return config.has_sides ? "queries" : "items";
}

function readingOf(
  space: Space,
  config: Config,
  judged: number[],
  { metric, nearest }: WordsState,
): string {
  if (!judged.some((i) => nearest[i] >= 0)) return `No class has a ${config.noun} yet.`;
  const right = judged.filter((i) => nearest[i] === space.labels[i]).length;
  const share = `${right.toLocaleString("en")} of ${judged.length.toLocaleString("en")}`;
  return (
    `${share} ${nounOf(config)} are nearest to their own ${config.noun} ` +
    `(${METRIC_WORDS[metric]}, whole space).`
  );
}

function noteOf(space: Space, config: Config, judged: number[], state: WordsState): string {
  const { step, nearest, planes, target } = state;
  if (target.found) {
    const { found } = target;
    const made = found.step !== step && config.step_names[found.step];
    const again =
      space.states > 1
        ? "compute it again for this step."
        : "prototypes of other steps have no place on it.";
    const stale = made ? ` Made at \u201c${made}\u201d: ${again}` : "";
    return (
      `${settingsOf(target.name, found)}.${stale} There is no way back into the space, ` +
      "hence no borders; distances between clusters say little."
    );
  }
  if (!config.decides) {
    return (
      `${config.learner} does not decide by the nearest class mean, hence no borders: ` +
      "the means of the support stand in for prototypes."
    );
  }
  if (!planes) return "";
  const agrees = (i: number) =>
    nearest[i] >= 0 &&
    regionAt(planes, target.items[2 * i], target.items[2 * i + 1]) === nearest[i];
  const share = percentText(judged.filter(agrees).length / (judged.length || 1));
  return (
    "This is a flat picture of a space with more dimensions: the regions hold for its plane, and items lie off " +
    `it. ${share} of the ${nounOf(config)} stand in the region of their own nearest prototype.`
  );
}

/** How a projection was computed. */
function settingsOf(name: Projection, found: Computed): string {
  const method = name === "tsne" ? "t-SNE, perplexity" : "UMAP, neighbours";
  const made = `${method} ${found.neighbours}, ${METRIC_WORDS[found.metric]}, seed ${found.seed}`;
  if (!found.steps) return made;
  const divergence = numberText(found.divergence ?? NaN);
  return `${made}; ${found.steps.toLocaleString("en")} steps, divergence ${divergence} nats`;
}

function signsLegend({ space, arrays, config, images }: WordsOptions) {
  const mark =
    (filled: boolean, alpha = 1): DrawSign =>
    (ctx, x, y, theme) => {
      ctx.globalAlpha = alpha;
      ctx.fillStyle = ctx.strokeStyle = theme.fg;
      ctx.lineWidth = 1.5;
      shapePath(ctx, 0, x, y, 4.2);
      if (filled) ctx.fill();
      else ctx.stroke();
    };
  const cross: DrawSign = (ctx, x, y, theme) =>
    haloCross(ctx, x, y, { colour: theme.fg, paper: theme.bg, radius: 4.5 });
  const wrong: DrawSign = (ctx, x, y, theme) => {
    ctx.strokeStyle = theme.bad;
    ctx.lineWidth = 1.75;
    crossMark(ctx, x, y, 3.5);
  };
  const some = arrays.absorbed.data.includes(0);
  const sides: [string, DrawSign][] = [
    [images ? "support, thick frame" : "support", mark(true)],
    ...(some ? [["not yet absorbed", mark(true, 0.3)] as [string, DrawSign]] : []),
    [images ? "query, thin frame" : "query", mark(false)],
  ];
  return legendOf([
    ...(config.has_sides ? sides : []),
    [space.steps > 1 ? `${config.noun} and its path` : config.noun, cross],
    [`nearest to a wrong ${config.noun}`, wrong],
  ]);
}
