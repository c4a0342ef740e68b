// What is said of learners and their adaptation.
import { numberText, percentText } from "../shared/numbers.ts";
import { type Snapshot, stepOf, type Trace } from "./adaptations.ts";
import type { Choice, TraceConfig } from "./model.ts";

/** "a, b and c". */
export function listed(names: string[]): string {
  if (names.length < 2) return names[0] ?? "";
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** A text with its first letter in upper case. */
export function capitalised(text: string): string {
  return text && text[0].toUpperCase() + text.slice(1);
}

/** A setting as one types it: 0.3, not 0.300. */
export function settingText(value: number | undefined): string {
  if (value === undefined) return "none";
  return value >= 1e-3 && value < 1e5 ? String(Number(value.toPrecision(3))) : numberText(value);
}

/** Options of which some values mean nothing for what is shown, or more than the number says; "" leaves one out. */
const IN_WORDS: Record<string, (value: unknown, hyper: Record<string, unknown>) => string> = {
  multi_step_loss: (value) =>
    Number(value) >= ALWAYS
      ? "every step counts"
      : value
        ? `earlier steps count for the first ${value} outer steps`
        : "",
  remember: () => "", // how the outer gradient is kept in memory changes no number
  learned_rates: (value) => (value ? "learned_rates yes" : ""),
  inner_lr: (value, hyper) =>
    hyper.learned_rates === true ? "" : `inner_lr ${numberWritten(value)}`,
  // Of two numbers of steps the one in use is that of the test.
  inner_steps: (value, hyper) =>
    typeof hyper.test_steps === "number" ? "" : `inner_steps ${value}`,
  test_steps: (value) => `inner_steps ${value}`,
  batch_size: () => "", // of training: at test every step takes the whole support set
  cg_steps: () => "", // of the outer gradient
};

/** Outer steps of `multi_step_loss` that no training reaches. */
const ALWAYS = 1e8;

function numberWritten(value: unknown): string {
  return typeof value === "number" ? String(Number(value.toPrecision(4))) : String(value);
}

/** The hyper-parameters that a trace recorded and that matter for what is shown, with its policy on batch statistics. */
export function settingsOf(
  { name, learner, meta, axis }: TraceConfig,
  several: boolean,
  choice?: Pick<Choice, "inner_lr" | "inner_loop">,
): string {
  const learned = axis === "inner_step" && choice?.inner_loop?.rate === null;
  const hyper: Record<string, unknown> = { ...meta.hyper, ...(learned && { learned_rates: true }) };
  const parts = Object.entries(hyper)
    .filter(([, value]) => ["number", "string", "boolean"].includes(typeof value))
    .map(([key, value]) => IN_WORDS[key]?.(value, hyper) ?? `${key} ${plainly(value)}`)
    .filter(Boolean);
  if (meta.statistics && meta.statistics !== "none") {
    parts.push(`batch statistics ${meta.statistics}`);
  }
  const who = name === learner ? name : `${name} (${learner})`;
  return [several ? who : "", parts.join(", ")].filter(Boolean).join(": ");
}

function plainly(value: unknown): string {
  if (value === true) return "yes";
  return value === false ? "no" : numberWritten(value);
}

/** Accuracy and losses of a trace at a step, as far as it recorded them, in one sentence. */
export function scoresOf({ arrays, config }: Snapshot, trace: Trace, step: number): string {
  const t = stepOf(trace, step);
  const unit = (v: number) => (Number.isFinite(v) ? ` ${config.loss_unit}` : "");
  const parts: string[] = [];
  const add = (
    name: string,
    channel: "query_accuracy" | "query_loss" | "support_loss",
    text: (v: number) => string,
  ) => {
    const value = arrays[`${trace.i}.${channel}`]?.data[t];
    if (value !== undefined) parts.push(`${name} ${text(value)}`);
  };
  add("query accuracy", "query_accuracy", percentText);
  add("query loss", "query_loss", (v) => `${numberText(v)}${unit(v)}`.trim());
  add("support loss", "support_loss", numberText);
  return capitalised(`${parts.join(", ")}.`);
}

/** The same in few words, for the head of a panel. */
export function shortScoresOf({ arrays }: Snapshot, trace: Trace, step: number): string {
  const t = stepOf(trace, step);
  const value = (channel: "query_accuracy" | "query_loss" | "support_loss") =>
    arrays[`${trace.i}.${channel}`]?.data[t];
  const [accuracy, query, support] = [
    value("query_accuracy"),
    value("query_loss"),
    value("support_loss"),
  ];
  return [
    accuracy !== undefined && `Query accuracy ${percentText(accuracy)}`,
    query !== undefined && `${accuracy === undefined ? "Query loss" : "loss"} ${numberText(query)}`,
    support !== undefined && `support loss ${numberText(support)}`,
  ]
    .filter(Boolean)
    .join(", ");
}

/** Growth that a single step shows beyond doubt. */
const TENFOLD = 10;

/**
 * The step from which on adaptation diverges, 0 if it does not: from there to the end the support loss is not finite, or
 * stays above where it began and keeps growing: its last value is the largest of all and still rose, over several steps or
 * tenfold. A learner that answers the queries better than before has not diverged.
 */
export function divergedFrom(loss: ArrayLike<number>, query: ArrayLike<number> = []): number {
  const last = loss.length - 1;
  if (last < 1) return 0;
  const broken = !Number.isFinite(loss[last]);
  if (!broken && !(keepsGrowing(loss) && !(query[last] < query[0]))) return 0;
  const worse = (t: number) => !(loss[t] <= loss[0]); // what is no number is worse too
  let from = last;
  while (from > 1 && worse(from - 1)) from -= 1;
  return from;
}

function keepsGrowing(loss: ArrayLike<number>): boolean {
  const last = loss.length - 1;
  for (let t = 0; t < last; t++) if (!(loss[t] < loss[last])) return false;
  return loss[last] > TENFOLD * loss[0] || (last > 1 && loss[last - 1] > loss[0]);
}

/** Which learners diverged, from where on, and what to try; "" where none did. Only gradient descent has this promise. */
export function divergence({ arrays, traces, several }: Snapshot): string {
  const found = traces
    .filter(({ axis }) => axis === "inner_step")
    .map((trace) => {
      const loss = arrays[`${trace.i}.support_loss`]?.data ?? [];
      return { trace, from: divergedFrom(loss, arrays[`${trace.i}.query_loss`]?.data) };
    })
    .filter(({ from }) => from);
  if (!found.length) return "";
  const who = found.map(
    ({ trace, from }) => `${several ? `${trace.name} ` : ""}from step ${from} on`,
  );
  const rates = found
    .map(({ trace }) => trace.meta.hyper?.inner_lr)
    .filter((rate) => typeof rate === "number");
  const cure = rates.length ? ` Try an inner rate below ${settingText(Math.min(...rates))}.` : "";
  return `Diverged: ${listed(who)} the support loss ${grows(found, arrays)}.${cure}`;
}

/** What all of them have in common. */
function grows(found: { trace: Trace }[], arrays: Snapshot["arrays"]): string {
  const finite = ({ trace }: { trace: Trace }) =>
    Number.isFinite(arrays[`${trace.i}.support_loss`]?.data.at(-1));
  return found.every(finite) ? "keeps growing" : "grows beyond all numbers";
}
