// Phases, counts, durations and scores in words.
import { boundsOf, intervalText, numberText } from "../shared/numbers.ts";
import type { Phase } from "./model.ts";

export const PHASES: Record<Phase, string> = {
  ready: "Not started",
  running: "Training",
  pausing: "Pausing after the current task",
  paused: "Paused",
  stopping: "Stopping after the current task",
  stopped: "Stopped",
  failed: "Failed",
  finished: "Finished",
};

/** Whether a training is under way. */
export function isBusy(phase: string): boolean {
  return phase === "running" || phase === "pausing" || phase === "stopping";
}

/** A whole number with separators. */
export function countText(value: number): string {
  return (Math.round(value) || 0).toLocaleString("en"); // no minus zero
}

/** "3 min 20 s"; seconds alone below a minute. */
export function durationText(seconds: number): string {
  if (seconds < 1) return "under 1 s";
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}\u00a0s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}\u00a0min ${whole % 60}\u00a0s`;
  return `${Math.floor(whole / 3600)}\u00a0h ${Math.round((whole % 3600) / 60)}\u00a0min`;
}

/** A score with half of its interval, as its metric is written. */
export function scoreText(metric: string, mean: number, half?: number | null): string {
  const isAccuracy = metric === "accuracy";
  const text = (value: number, digits: number) =>
    isAccuracy ? (100 * value).toFixed(1) : numberText(value, digits);
  const said = intervalText(
    [mean, half],
    boundsOf(metric),
    (value) => text(value, 3),
    (value) => text(value, 2),
  );
  return `${said}${isAccuracy ? "\u00a0%" : ""}`;
}

/** A number as an axis writes it. */
export function plainText(value: number): string {
  if (value >= 1e-3 && value < 1e5) return String(Number(value.toPrecision(3)));
  return numberText(value, 2);
}
