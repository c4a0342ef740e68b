// How the answer to one query changes as the context grows: probabilities of the classes, or predicted values with their
// targets.
import { at } from "../shared/arrays.ts";
import { numberText, percentText } from "../shared/numbers.ts";
import { argmax } from "./record/extremes.ts";
import type { Recorded } from "./record/recorded.ts";

export interface GrowthLine {
  /** The class, or the place among the predicted values. */
  k: number;
  /** Whether it is the true class; predicted values all are. */
  bold: boolean;
  /** What is to be predicted; probabilities have none. */
  target?: number;
  at(step: number): number;
}

type Sent = Pick<Recorded, "arrays" | "config">;

/** Return the lines of a query, the bold one last, which is drawn over the others. */
export function growthLines({ arrays, config }: Sent, q: number): GrowthLine[] {
  const { probabilities, outputs, query_y: truth } = arrays;
  const n = truth.shape[0];
  if (probabilities) {
    const way = config.episode.class_names.length;
    const line = (k: number): GrowthLine => ({
      k,
      bold: k === truth.data[q],
      at: (t) => probabilities.data[(t * n + q) * way + k],
    });
    const lines = Array.from({ length: way }, (_, k) => line(k));
    return lines.sort((a, b) => Number(a.bold) - Number(b.bold));
  }
  if (!outputs) return [];
  const dim = outputs.shape[2];
  return Array.from({ length: dim }, (_, k) => ({
    k,
    bold: true,
    target: truth.data[q * dim + k],
    at: (t) => outputs.data[(t * n + q) * dim + k],
  }));
}

/** Return what the vertical axis spans: 0 to 1 for probabilities, else all values and targets with a margin. */
export function growthRange(lines: readonly GrowthLine[], steps: number): [number, number] {
  if (lines.every((line) => line.target === undefined)) return [0, 1];
  const all = lines
    .flatMap((line) => [line.target ?? NaN, ...Array.from({ length: steps }, (_, t) => line.at(t))])
    .filter(Number.isFinite);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const margin = 0.08 * (high - low || 1);
  return [low - margin, high + margin];
}

/** Say what is predicted of a query after a step, and what would be right. */
export function growthText({ arrays, config }: Sent, q: number, step: number): string {
  const { probabilities } = arrays;
  if (!probabilities) {
    const sentences = growthLines({ arrays, config }, q).map(({ target = NaN, at: valueAt }) => {
      const value = valueAt(step);
      const off = numberText(Math.abs(value - target));
      return `Predicted ${numberText(value)}, target ${numberText(target)} (dashed): ${off} off.`;
    });
    return sentences.join(" ");
  }
  const names = config.episode.class_names;
  const truth = arrays.query_y.data[q];
  const p = at(at(probabilities, step), q).data;
  const best = argmax(p);
  const right = `True class ${names[truth]} (bold): ${percentText(p[truth])}.`;
  return best === truth ? right : `${right} Predicted ${names[best]}: ${percentText(p[best])}.`;
}
