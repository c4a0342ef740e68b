// What is said of the landscape.
import { at } from "../shared/arrays.ts";
import { numberText } from "../shared/numbers.ts";
import type { Config, Place } from "./model.ts";
import type { State } from "./state.ts";
import type { Losses } from "./surface/grid.ts";

const METHODS: Record<string, string> = {
  second_order: "second order (MAML)",
  first_order: "first order",
  reptile: "Reptile",
  implicit: "implicit",
  anil: "ANIL",
};

/** What a method of meta-gradients is called. */
export function methodName(name: string): string {
  return METHODS[name] ?? name;
}

/** "(0.12, −0.30)", as fine as the square deserves. */
export function placeText(place: Place, { x: [low, high] }: Config["range"]): string {
  const digits = Math.min(12, Math.max(0, 2 - Math.floor(Math.log10(high - low))));
  const text = (v: number) =>
    v
      .toFixed(digits)
      .replace("-", "\u2212")
      .replace(/^\u2212(0\.?0*)$/, "$1");
  return `(${place.map(text).join(", ")})`;
}

/** The loss of a contour line, which is a round number. */
export function levelText(level: number): string {
  const size = Math.abs(level);
  if (level !== 0 && (size < 1e-3 || size >= 1e5)) return numberText(level, 2);
  return String(level).replace("-", "\u2212");
}

/** A distance from the plane: what rounding leaves of a state that is on it is not worth a power of ten. */
export function offText(distance: number): string {
  return distance < 1e-5 ? "0" : numberText(distance);
}

/** Losses at a point, null where they are not computed yet. */
export function lossText(losses: Losses | null): string {
  if (!losses) return "losses not computed yet";
  return `query loss ${numberText(losses.query)}, support loss ${numberText(losses.support)}`;
}

/** Where the inner loop of the shown task is at the shown step, in one sentence. */
export function stepText({ arrays, config, task, step, start }: State): string {
  const value = (name: "query_loss" | "support_loss" | "off_plane") =>
    at(arrays[name], task).data[step];
  const losses = lossText({ query: value("query_loss"), support: value("support_loss") });
  const which = config.titles.length > 1 ? `${config.titles[task]}, ` : "";
  if (!step) return capitalised(`${which}before adaptation: ${losses}.`);
  const off = value("off_plane");
  const [x, y] = at(at(arrays.path, task), step).data;
  const gone = Math.hypot(x - start[0], y - start[1], off);
  const when = `after ${step} of ${config.steps - 1} inner steps`;
  const away = off < 1e-5 ? "on the plane" : `${numberText(off)} off the plane`;
  return capitalised(
    `${which}${when}: ${losses}; ${numberText(gone)} from the initialisation, ${away}.`,
  );
}

/** The losses under the pointer, or where the initialisation is. */
export function pointText(state: State, pointed: Place | null, losses: Losses | null): string {
  const { held, start, config } = state;
  const place = pointed ?? held ?? start;
  const who = pointed ? "At the pointer" : held ? "Held here" : "At the initialisation";
  const from = Math.hypot(place[0] - start[0], place[1] - start[1]);
  const origin = held ? "last path's start" : "initialisation";
  const away = from ? `; ${numberText(from)} from the ${origin}` : "";
  return `${who}, ${placeText(place, config.range)}: ${lossText(losses)}${away}.`;
}

const HYPER = [
  ["inner_steps", "inner steps"],
  ["test_steps", "of them at test"],
  ["inner_lr", "rate"],
  ["inner_optimiser", "by"],
  ["proximal_strength", "\u03bb"],
];

/** What to try first, by what computes a path: this page, Python, or nothing. */
export function tryText(by: "page" | "python" | null): string {
  if (by === "page") return "Drag the ring to another initialisation and watch the path bend.";
  if (by === "python") {
    return "Drag the ring to another initialisation and let it go: Python runs the inner loop from there.";
  }
  return "Drag the ring to read the losses of other initialisations, and move the step along the path.";
}

/** What is seen: the learner with its settings, the plane, and how fine the contours are. */
export function aboutText({ meta, sides, plane }: Config, task: number): string {
  const hyper = HYPER.map(([name, text]) => ({ text, value: meta.hyper?.[name] ?? null }))
    .filter(({ value }) => value !== null)
    .map(({ text, value }) => `${text} ${value}`);
  const n = sides[task];
  return [
    `${Number(meta.n_parameters).toLocaleString("en")} parameters move`,
    ...hyper,
    meta.statistics === "none" ? "" : `batch statistics ${meta.statistics}`,
    plane.third === "random" ? `random direction of seed ${plane.seed}` : "",
    n ? `${n} \u00d7 ${n} points` : "not computed yet",
  ]
    .filter(Boolean)
    .join(", ");
}

function capitalised(text: string): string {
  return text[0].toUpperCase() + text.slice(1);
}
