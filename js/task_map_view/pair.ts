// Two episodes opened side by side, and the tasks nearest to and farthest from the first.
import { button } from "../shared/controls.ts";
import { h } from "../shared/elements.ts";
import { numberText } from "../shared/numbers.ts";
import type { Episodes, OpenedState } from "./episodes.ts";
import type { Likeness, Pair } from "./likeness.ts";
import type { Config } from "./model.ts";

/** Why two tasks are open. */
export type Mode = "pinned" | "pointed" | "nearest";

export interface PairOptions {
  config: Config;
  episodes: Episodes;
  onPair: (pair: Pair) => void;
}

interface PairState extends OpenedState {
  pair: Pair;
  mode: Mode;
  likeness: Likeness;
}

/** The two tasks that are open, and lists of those most and least like the first; `show` returns the same as one sentence. */
export function pairOf(options: PairOptions) {
  const title = h("h4", {});
  const told = h("p", { class: "tm-told" });
  const sides = h("div", { class: "tm-sides" });
  const lists = h("div", { class: "tm-lists" });
  const look = { role: "group", class: "tm-pair", "aria-label": "Two tasks side by side" };
  const node = h("div", look, title, told, sides);
  let shown = "";
  let said = "";
  const show = (state: PairState): string => {
    const { pair, mode, likeness, theme, marked } = state;
    const key = [...pair, mode, likeness.measure, theme.fg, theme.bg, marked].join();
    if (key === shown) return said;
    shown = key;
    const [a, b] = pair;
    const { names } = options.config;
    const ranked = likeness.ranked(a);
    title.textContent = `${names[a]} and ${names[b]}`;
    told.textContent = toldOf(state, ranked);
    sides.replaceChildren(side(options, "A", a, state), side(options, "B", b, state));
    const few = Math.min(5, Math.floor((names.length - 1) / 2));
    const list = (head: string, others: number[]) => listOf(options, head, others, state);
    const nearest = list("Nearest to A", ranked.slice(0, few));
    const farthest = list("Farthest from A", ranked.slice(-few).reverse());
    lists.replaceChildren(...(few ? [nearest, farthest] : []));
    said = `${title.textContent}. ${told.textContent}`;
    return said;
  };
  return { node, lists, show };
}

function toldOf({ pair: [a, b], mode, likeness }: PairState, ranked: number[]): string {
  const rank = ranked.indexOf(b) + 1;
  const place =
    rank === 1
      ? "the nearest"
      : rank === ranked.length
        ? "the farthest"
        : `number ${rank} by nearness`;
  const why = { pinned: "Pinned. ", pointed: "", nearest: "The two nearest of all. " }[mode];
  const value = `${likeness.what}: ${numberText(likeness.value(a, b))}.`;
  return `${why}${value} Of the ${ranked.length} other tasks B is ${place} to A.`;
}

function side({ config, episodes }: PairOptions, letter: string, i: number, state: PairState) {
  const { seed = [], task = {} } = config.tasks[i] ?? {};
  const drawn = ["amplitude", "phase"]
    .filter((name) => name in task)
    .map((name) => `${name} ${numberText(task[name])}`);
  const facts = [config.groups[i], seed.length && `seed ${seed.join(", ")}`, drawn.join(", ")];
  return h(
    "div",
    { class: "tm-side" },
    h("h5", {}, h("b", { class: "tm-letter" }, letter), config.names[i]),
    h("p", { class: "tm-kicker" }, facts.filter(Boolean).join(" \u00b7 ")),
    episodes.open(i, state),
  );
}

function listOf(
  { config, onPair }: PairOptions,
  head: string,
  others: number[],
  { pair: [a], likeness }: PairState,
) {
  const { names, groups } = config;
  const row = (i: number) => {
    const opening = button({
      text: `${names[i]}${groups[i] ? `, ${groups[i]}` : ""}`,
      title: `Open ${names[a]} and ${names[i]}`,
      onclick: () => onPair([a, i]),
    });
    return h("li", {}, opening, h("span", {}, numberText(likeness.value(a, i))));
  };
  return h("div", {}, h("p", { class: "tm-kicker" }, head), h("ol", {}, others.map(row)));
}
