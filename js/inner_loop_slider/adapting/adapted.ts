// What is shown for the settings that the reader wants: what Python sent, and where that was made with others, what the
// browser computes by itself.
import type { Float32 } from "../../shared/arrays.ts";
import type { InnerLoopArrays } from "../../shared/mlp/config.ts";
import { type InnerLoop, type Items, innerLoopOf } from "../../shared/mlp/inner_loop.ts";
import type { EpisodeArrays, Side } from "../../shared/packed_episode.ts";
import type { Arrays, Choice, Config, TraceConfig, Traits } from "../model.ts";
import { givenEpisode, type Points, pointsOf, samePoints, withPoints } from "../points/points.ts";
import { keptFor } from "./kept.ts";
import { type MadeTrace, madeTraceOf } from "./made_trace.ts";
import { stepNames, titleOf } from "./texts.ts";

export type Settings = Pick<Traits, "inner_lr" | "inner_steps" | "shown"> & {
  /** The reader's points; null for those of the episode that was given. */
  points: Points | null;
};

/** What Python sent, with the settings that it was made with. */
export interface Sent {
  config: Config;
  arrays: Arrays;
  settings: Settings;
}

export interface Adapted {
  config: Config;
  arrays: Arrays;
  /** Of each trace: compute what is drawn of a step, where it comes late. */
  fills: ((step: number) => void)[];
  /** Names of those that would need Python to adapt again. */
  left: string[];
}

/** The settings that what Python sent was made with. */
export function settingsOf(
  config: Config,
  arrays: Arrays,
  traits: Pick<Traits, "inner_lr" | "inner_steps" | "shown">,
): Settings {
  const points = config.own_episode ? pointsOf({ episode: config.episode, arrays }) : null;
  return { ...traits, points };
}

/** Whether the browser can adapt this learner by itself. */
export function adaptsHere({ inner_loop }: Choice, config: Config): boolean {
  return Boolean(inner_loop) && config.kind !== "queries";
}

const nothing = () => {};

/** A function that gives what to show; it keeps the runs of the last settings, so that more steps cost only those. */
export function adapterOf() {
  const loops = new Map<Config, (InnerLoop | null)[]>();
  const runs = new Map<string, { key: string; made: MadeTrace }>();
  const loopsOf = ({ config, arrays }: Sent) => {
    if (!loops.has(config)) {
      loops.clear();
      runs.clear();
      const loop = (choice: Choice) =>
        adaptsHere(choice, config)
          ? innerLoopOf(choice.inner_loop!, arrays as unknown as InnerLoopArrays)
          : null;
      loops.set(config, config.choices.map(loop));
    }
    return loops.get(config)!;
  };
  return (sent: Sent, wanted: Settings): Adapted => {
    const { config, arrays, settings } = sent;
    const same = samePoints(wanted.points, settings.points);
    const traces: Made[] = [];
    const left: string[] = [];
    const given = givenEpisode(sent);
    const here = same
      ? { episode: config.episode, arrays: arrays as EpisodeArrays }
      : wanted.points
        ? withPoints(given, wanted.points)
        : given;
    for (const [k, choice] of config.choices.entries()) {
      const i = config.traces.findIndex(({ name }) => name === choice.name);
      const asked = wanted.shown.includes(choice.name);
      if (i >= 0 && same && isUnchanged(choice, settings, wanted)) {
        traces.push(sentTrace(sent, i)); // also one that is hidden: it can be shown again
        continue;
      }
      if (!asked) continue;
      const loop = loopsOf(sent)[k];
      if (loop) traces.push(madeHere(sent, choice, loop, { wanted, here, runs }));
      else {
        left.push(choice.name);
        if (i >= 0) traces.push(same ? sentTrace(sent, i) : keptTrace(sent, i, pointsOf(here)));
      }
    }
    if (!traces.some(({ fill }) => fill !== nothing) && same) {
      return { config, arrays, fills: config.traces.map(() => nothing), left };
    }
    return together(sent, traces, here, left);
  };
}

/** Whether a learner's trace stays what it was: a learner without a rate of its own does not feel another one. */
function isUnchanged(choice: Choice, made: Settings, wanted: Settings): boolean {
  const alike = (dial: "inner_lr" | "inner_steps") =>
    choice[dial] === null || (made[dial] ?? choice[dial]) === (wanted[dial] ?? choice[dial]);
  return alike("inner_lr") && alike("inner_steps");
}

interface Made {
  config: TraceConfig;
  channels: Record<string, Arrays[`${number}.${string}` & keyof Arrays]>;
  fill: (step: number) => void;
}

function sentTrace({ config, arrays }: Sent, i: number): Made {
  return { config: config.traces[i], channels: channelsOf(arrays, i), fill: nothing };
}

function channelsOf(arrays: Arrays, i: number): Made["channels"] {
  const prefix = `${i}.`;
  const own = Object.entries(arrays).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, array]) => [name.slice(prefix.length), array]));
}

/** What Python sent of a learner that it alone can adapt: of points that are new nothing is known. */
function keptTrace(sent: Sent, i: number, points: Points): Made {
  const made = sentTrace(sent, i);
  const { channels } = made;
  const places = (of: Points) => of.query.map((point) => JSON.stringify(point));
  const before = places(pointsOf({ episode: sent.config.episode, arrays: sent.arrays }));
  for (const name of ["outputs", "probabilities"]) {
    const answers = channels[name] as Float32 | undefined;
    if (answers) channels[name] = keptFor(answers, before, places(points));
  }
  delete channels.absorbed;
  return made;
}

function madeHere(
  { config, arrays }: Sent,
  choice: Choice,
  loop: InnerLoop,
  given: {
    wanted: Settings;
    here: { episode: Config["episode"]; arrays: EpisodeArrays };
    runs: Map<string, { key: string; made: MadeTrace }>;
  },
): Made {
  const { wanted, here, runs } = given;
  const rate = choice.inner_lr === null ? null : (wanted.inner_lr ?? choice.inner_lr);
  const steps = wanted.inner_steps ?? loop.config.steps;
  const probe = arrays["0.probe"]!;
  const key = JSON.stringify([rate, wanted.points]);
  if (runs.get(choice.name)?.key !== key) {
    const items = (side: Side): Items => {
      const [x, y] = [here.arrays[`${side}_x`], here.arrays[`${side}_y`]];
      return { x: x.data, y: y.data, n: x.shape[0] };
    };
    const task = { support: items("support"), query: items("query") };
    const places = { x: probe.data, n: probe.shape[0] };
    const late = config.kind === "regions";
    runs.set(choice.name, { key, made: madeTraceOf({ loop, task, rate, probe: places, late }) });
  }
  const { channels, fill } = runs.get(choice.name)!.made.channels(steps);
  return {
    config: traceConfig(config, choice, loop, { rate, steps }),
    channels: { ...channels, probe },
    fill,
  };
}

function traceConfig(
  config: Config,
  choice: Choice,
  { config: { names } }: InnerLoop,
  { rate, steps }: { rate: number | null; steps: number },
): TraceConfig {
  const { hyper = {}, learner = choice.name, title = learner } = choice.meta;
  const dial = "test_steps" in hyper ? "test_steps" : "inner_steps";
  return {
    name: choice.name,
    learner: title,
    axis: "inner_step",
    axis_label: "inner-loop step",
    meta: {
      ...choice.meta,
      hyper: { ...hyper, ...(rate === null ? {} : { inner_lr: rate }), [dial]: steps },
    },
    coords: { layer: names },
    step_names: stepNames(steps),
    steps: steps + 1,
    grid: config.traces[0].grid,
  };
}

/** Several traces as if Python had sent them. */
function together(
  { config, arrays }: Sent,
  traces: Made[],
  here: { episode: Config["episode"]; arrays: EpisodeArrays },
  left: string[],
): Adapted {
  const { support_x, support_y, query_x, query_y } = here.arrays;
  const found: Arrays = { support_x, support_y, query_x, query_y, truth: arrays.truth };
  for (const [i, { channels }] of traces.entries()) {
    for (const [name, array] of Object.entries(channels))
      Object.assign(found, { [`${i}.${name}`]: array });
  }
  const way = config.episode.class_names.length;
  const title = here.episode === config.episode ? config.title : titleOf(pointsOf(here), way);
  return {
    config: {
      ...config,
      episode: here.episode,
      title,
      traces: traces.map((trace) => trace.config),
      steps: Math.max(...traces.map((trace) => trace.config.steps)),
    },
    arrays: found,
    fills: traces.map(({ fill }) => fill),
    left,
  };
}
