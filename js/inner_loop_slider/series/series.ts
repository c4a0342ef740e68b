// Losses, accuracy and gradient norm over steps: what can be drawn of them, on which scale, and what is said of the rest.
import type { Snapshot } from "../adaptations.ts";
import { capitalised, listed } from "../words.ts";

export interface Line {
  role: "query" | "support" | "gradient";
  /** What its readout is called. */
  name: string;
  learner: string;
  look: number;
  /** Whether its learner takes in the support item by item: a class without support then has probability 0. */
  absorbing: boolean;
  /** One value a recorded step. */
  data: Float32Array;
}

export interface Series {
  key: "loss" | "accuracy" | "gradient";
  title: string;
  lines: Line[];
  /** The values at the lower and upper edge, where they do not depend on the data. */
  fixed?: [number, number];
  /** The accuracy of guessing. */
  chance?: number;
  several: boolean;
  /** Recorded states of the longest trace. */
  steps: number;
  /** The name of the steps, below the last chart only. */
  xLabel: string;
}

type Given = Pick<Series, "key" | "title" | "lines" | "fixed" | "chance">;

/** The charts of what the shown traces recorded; a channel of one step alone is no curve. */
export function seriesOf(now: Snapshot): Series[] {
  const { config, names, several, longest } = now;
  const chance = names.length ? 1 / names.length : undefined;
  const given: Given[] = [
    { key: "loss", title: `Loss, ${config.loss_unit}`, lines: linesOf(now, "loss") },
    {
      key: "accuracy",
      title: "Accuracy",
      fixed: [0, 1],
      chance,
      lines: linesOf(now, "accuracy"),
    },
    { key: "gradient", title: "Gradient norm, support loss", lines: linesOf(now, "gradient") },
  ];
  const drawn = given.filter(({ lines }) => lines.some((line) => line.data.length > 1));
  return drawn.map((chart, place) => ({
    ...chart,
    several,
    steps: longest.steps,
    xLabel: place === drawn.length - 1 ? longest.axis_label : "",
  }));
}

const CHANNELS = {
  loss: [
    ["query", "query_loss"],
    ["support", "support_loss"],
  ],
  accuracy: [
    ["query", "query_accuracy"],
    ["support", "support_accuracy"],
  ],
  gradient: [["gradient", "gradient_norm"]],
} as const;

function linesOf({ arrays, traces, several }: Snapshot, key: Series["key"]): Line[] {
  const lines: Line[] = [];
  for (const { i, look, name } of traces) {
    for (const [role, channel] of CHANNELS[key]) {
      const data = arrays[`${i}.${channel}`]?.data;
      if (!data) continue;
      const called = several && role !== "support" ? name : role;
      const absorbing = `${i}.absorbed` in arrays;
      lines.push({ role, name: called, learner: name, look, absorbing, data });
    }
  }
  return lines;
}

/** Values that span more than this factor are drawn on a log scale: a linear one would leave all but the largest on the floor. */
const LOG_FROM = 50;

/** Whether lines are better seen on a log scale. */
export function needsLog(lines: Line[]): boolean {
  const values = finiteIn(lines);
  const positive = values.filter((v) => v > 0);
  if (positive.length < 2 || values.some((v) => v < 0)) return false;
  return Math.max(...positive) > LOG_FROM * Math.min(...positive);
}

/** The values at the lower and upper edge of a chart. */
export function domainOf({ lines, fixed }: Series, log: boolean): [number, number] {
  if (fixed) return fixed;
  const values = finiteIn(lines).filter((v) => !log || v > 0);
  if (!values.length) return log ? [0.1, 1] : [0, 1];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (!log) return [Math.min(0, low), high > 0 ? high * 1.04 : 1];
  if (low === high) return [low / 2, high * 2];
  // Four decades below the start everything is as good as 0; more of them would flatten what happens above.
  const starts = lines.map((line) => line.data[0]).filter((v) => v > 0 && Number.isFinite(v));
  const start = Math.max(...starts, 0);
  return [Math.max(low, Math.min(1e-4 * start, high / 10)), high];
}

function finiteIn(lines: Line[]): number[] {
  return lines.flatMap((line) => Array.from(line.data)).filter(Number.isFinite);
}

/** At which steps values are not finite, in words: "infinite at steps 1 to 3"; "" where all are. */
export function notFinite(data: ArrayLike<number>): string {
  const values = Array.from(data);
  const infinite = stepsWhere(values, (v) => Math.abs(v) === Infinity);
  const noNumber = stepsWhere(values, Number.isNaN);
  return [infinite && `infinite ${infinite}`, noNumber && `not a number ${noNumber}`]
    .filter(Boolean)
    .join(" and ");
}

function stepsWhere(values: number[], test: (value: number) => boolean): string {
  const steps = [...values.keys()].filter((t) => test(values[t]));
  if (!steps.length) return "";
  const [from, to] = [steps[0], steps[steps.length - 1]];
  const unbroken = to - from + 1 === steps.length;
  if (steps.length === 1) return `at step ${from}`;
  if (unbroken && to === values.length - 1) return `from step ${from} on`;
  return `${unbroken ? "at" : "within"} steps ${from} to ${to}`;
}

export interface Note {
  text: string;
  /** Whether something went wrong. */
  alarming: boolean;
}

/**
 * What cannot be drawn, in words; lines of one fate share a sentence. That a loss is infinite while classes lack support is no
 * accident but what the learner says of them.
 */
export function seriesNotes(chart: Series): Note[] {
  const fates = new Map<string, Line[]>();
  for (const line of chart.lines) {
    const fate = notFinite(line.data);
    if (fate) fates.set(fate, [...(fates.get(fate) ?? []), line]);
  }
  return [...fates].map(([fate, lines]) => {
    const expected = lines.every((line) => line.absorbing) && !fate.includes("not a number");
    return { text: noteText(chart, lines, fate, expected), alarming: !expected };
  });
}

function noteText(chart: Series, lines: Line[], fate: string, expected: boolean): string {
  const reason = "a class without support has probability 0";
  if (chart.several) {
    const learners = listed([...new Set(lines.map((line) => line.learner))]);
    return `${learners}: ${fate} (\u2715)${expected ? `, since ${reason}` : ""}.`;
  }
  const what = lines.map((line) => (line.role === "gradient" ? "gradient norm" : line.name));
  const noun = chart.key === "loss" ? " loss" : "";
  const verb = lines.length > 1 ? "are" : "is";
  return capitalised(
    `${what.join(" and ")}${noun} ${verb} ${fate} (\u2715)${expected ? `: ${reason}` : ""}.`,
  );
}
