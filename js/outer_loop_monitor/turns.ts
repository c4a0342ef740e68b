// Whose turn it is: what the buttons of a training say and do, and why one of them is off.
import type { Phase } from "./model.ts";
import { countText, isBusy } from "./words.ts";

/** A button: what it does, and why it can't now, "" where it can. */
export interface Turn {
  title: string;
  why: string;
}

export interface MainTurn extends Turn {
  look: "play" | "pause";
  text: string;
  action: "start" | "pause";
  params: Record<string, number>;
}

export interface Standing {
  phase: Phase;
  /** Outer steps done, and to do in all. */
  step: number;
  target: number;
  /** Outer steps that were asked for at first: so many more can be had at the end. */
  steps: number;
}

export interface Turns {
  main: MainTurn;
  stop: Turn;
  restart: Turn;
  advance: Turn;
  /** Why any of the three that are always seen is off, in a line. */
  why: string;
}

const ENDS = "It ends after the current task.";

export function turnsOf(standing: Standing): Turns {
  const { phase, step } = standing;
  const busy = isBusy(phase);
  const main = mainTurn(standing);
  const stops = phase === "running" || phase === "pausing" || phase === "paused";
  const stop = {
    title: "Stop after the current task; Resume continues from there",
    why: stops ? "" : phase === "stopping" ? ENDS : "nothing runs",
  };
  const restart = {
    title: "Forget everything and begin again with the learner as it was",
    why: busy ? "it trains: pause or stop it first" : restartWhy(standing),
  };
  const isDone = phase === "finished";
  const trains = "Single steps are off while it trains: pause or stop it first.";
  const advance = {
    title: "Do a single outer step, and pause again",
    why: busy ? trains : isDone ? "Single steps are off: all steps are done." : "",
  };
  return { main, stop, restart, advance, why: whyLine({ main, stop, restart, phase, step }) };
}

function restartWhy({ phase, step }: Standing): string {
  return step > 0 || phase === "failed" ? "" : "it has not begun yet";
}

/** The first button: start, pause, resume, or more steps. */
function mainTurn({ phase, step, target, steps }: Standing): MainTurn {
  const base = { look: "play", action: "start", params: {}, why: "" } as const;
  if (phase === "running") {
    const title = "Pause after the current task";
    return { ...base, look: "pause", text: "Pause", action: "pause", title };
  }
  if (phase === "pausing") {
    return { ...base, look: "pause", text: "Pausing\u2026", title: "", why: ENDS };
  }
  if (phase === "stopping") {
    return { ...base, look: "pause", text: "Stopping\u2026", title: "", why: ENDS };
  }
  if (phase === "finished" && step >= target) {
    const title = `Raise the number of outer steps from ${countText(target)} to ${countText(step + steps)}, and go on`;
    const text = `${countText(steps)} more step${steps === 1 ? "" : "s"}`;
    return { ...base, text, title, params: { more: steps } };
  }
  if (step === 0 && phase !== "failed")
    return { ...base, text: "Start", title: "Start the training" };
  return { ...base, text: "Resume", title: `Go on after step ${countText(step)}` };
}

interface WhyOptions extends Pick<Turns, "main" | "stop" | "restart"> {
  phase: Phase;
  step: number;
}

function whyLine({ main, stop, restart, phase }: WhyOptions): string {
  if (main.why) return main.why;
  if (stop.why && restart.why) return "Stop and Start over are off: it has not begun yet.";
  if (restart.why) return `Start over is off while ${restart.why}.`;
  if (stop.why)
    return phase === "finished" ? "Stop is off: all steps are done." : "Stop is off: nothing runs.";
  return "";
}
