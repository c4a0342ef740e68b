// Beside the map: one item with its nearest prototypes and its nearest neighbours in the whole space.
import { canvasOf, cutTo } from "../plot/canvas.ts";
import { classSign } from "../plot/class_sign.ts";
import { METRIC_WORDS, type Metric } from "../shared/distances.ts";
import { type Child, h, type Props } from "../shared/elements.ts";
import { numberText } from "../shared/numbers.ts";
import type { Theme } from "../shared/theme.ts";
import type { Shown } from "./focus.ts";
import type { Config } from "./model.ts";
import type { Atlas } from "./plot/marks.ts";
import type { Ranked, Space } from "./space/space.ts";

/** An image as a canvas of a size in pixels. */
export function pictureOf(atlas: Atlas, i: number, size: number, props: Props): HTMLCanvasElement {
  const { canvas, ctx, resize } = canvasOf(props);
  resize(size, size);
  ctx.imageSmoothingQuality = "high";
  atlas.draw(ctx, i, 3, 3, size - 6);
  return canvas;
}

/** A class with a bar as long as `part` of a whole, and a number. */
export function barRow(given: {
  sign: Child;
  name: string;
  part: number;
  value: string;
  props?: Props;
}): HTMLLIElement {
  const bar = h("i", { style: { width: `${100 * given.part}%` } });
  return h(
    "li",
    given.props,
    given.sign,
    h("span", { class: "em-name", title: given.name }, cutTo(given.name, 20)),
    h("span", { class: "em-bar" }, bar),
    h("span", { class: "em-value" }, given.value),
  );
}

export interface DetailOptions {
  space: Space;
  config: Config;
  /** An item in words. */
  what: (i: number) => string;
  onPick: (i: number) => void;
}

interface DetailState extends Shown {
  step: number;
  metric: Metric;
  nearest: Int32Array;
  neighbours: Ranked[];
  ranked: Ranked[];
  atlas: Atlas | null;
  theme: Theme;
}

/** The item that is pinned, pointed at, or typical; `show` returns the same as one sentence. */
export function detailOf(options: DetailOptions) {
  const { space, config, what } = options;
  const parts = elementsOf();
  const keep = keeper();
  let shown = "";
  let said = "";
  const show = (state: DetailState): string => {
    const { current, mode, step, metric, nearest, ranked, atlas, theme } = state;
    parts.node.hidden = current < 0;
    if (current < 0) {
      shown = "";
      return "";
    }
    const key = [current, mode, step, metric, theme.fg, theme.bg].join();
    if (key === shown) return said;
    shown = key;
    keep.look(theme);
    const titles = {
      pinned: "Pinned",
      pointed: "Pointing at",
      typical: `Farthest from its own ${config.noun}`,
    };
    parts.kicker.textContent = titles[mode];
    parts.title.textContent = what(current);
    parts.picture.hidden = !atlas;
    if (atlas) {
      const props = { role: "img", "aria-label": what(current) };
      const large = () => pictureOf(atlas, current, 84, props);
      parts.picture.replaceChildren(keep.at(`large ${current}`, large));
    }
    const verdict = verdictOf(config, nearest[current], space.labels[current]);
    parts.verdict.className = `em-verdict ${verdict.look}`;
    parts.verdict.textContent = verdict.text && `${verdict.sign} ${verdict.text}`;
    const noun = `${config.noun[0].toUpperCase()}${config.noun.slice(1)}s`;
    parts.rankHead.textContent = `${noun}, ${METRIC_WORDS[metric]}`;
    parts.rankHead.hidden = parts.ranks.hidden = !ranked.length;
    parts.ranks.replaceChildren(...rankRows(options, state, keep));
    parts.near.replaceChildren(...neighbourRows(options, state, keep));
    parts.origin.textContent = config.ids[current];
    said = sentence(what(current), verdict.text, ranked, config.class_names);
    return said;
  };
  return { node: parts.node, show };
}

function elementsOf() {
  const picture = h("div", { class: "em-picture" });
  const kicker = h("p", { class: "em-kicker" });
  const title = h("h4", { class: "em-item" });
  const verdict = h("p", { class: "em-verdict" });
  const rankHead = h("p", { class: "em-kicker" });
  const ranks = h("ol", { class: "em-ranks" });
  const near = h("ol", { class: "em-near" });
  const origin = h("p", { class: "em-kicker em-origin" });
  const node = h(
    "div",
    { class: "em-detail", role: "group", "aria-label": "Item in detail" },
    h("div", { class: "em-who" }, picture, h("div", {}, kicker, title, verdict)),
    rankHead,
    ranks,
    h("p", { class: "em-kicker" }, "Nearest items in the whole space"),
    near,
    origin,
  );
  return { node, picture, kicker, title, verdict, rankHead, ranks, near, origin };
}

type Keeper = ReturnType<typeof keeper>;

/** Small canvases outlive a step: to make one costs more than all that is painted on it. Each key has one place. */
function keeper() {
  const kept = new Map<string, HTMLCanvasElement>();
  let look = "";
  return {
    /** Forget what was made in another theme's colours. */
    look(theme: Theme): void {
      if (look !== theme.fg + theme.bg || kept.size > 300) kept.clear();
      look = theme.fg + theme.bg;
    },
    at(key: string, make: () => HTMLCanvasElement): HTMLCanvasElement {
      const canvas = kept.get(key) ?? make();
      kept.set(key, canvas);
      return canvas;
    },
  };
}

function verdictOf({ noun, class_names: names }: Config, nearest: number, label: number) {
  if (nearest < 0) return { look: "", sign: "", text: "" };
  if (nearest === label) {
    return { look: "em-good", sign: "\u25cf", text: `nearest to its own ${noun}` };
  }
  const text = `nearest to \u201c${names[nearest]}\u201d`;
  return { look: "em-bad", sign: "\u2715", text };
}

/** The five nearest prototypes, and that of the item's own class. */
function rankRows({ space, config }: DetailOptions, state: DetailState, keep: Keeper) {
  const { current, ranked, theme } = state;
  const label = space.labels[current];
  const longest = Math.max(...ranked.map(([, distance]) => distance), 1e-12);
  const rows = ranked.map(([k, distance], at) => ({ k, distance, at }));
  return rows
    .filter(({ k, at }) => at < 5 || k === label)
    .map(({ k, distance, at }) =>
      barRow({
        sign: keep.at(`rank ${k}`, () => classSign(k, theme, { class: "em-sign" })),
        name: config.class_names[k],
        part: distance / longest,
        value: numberText(distance),
        props: { class: k === label ? "em-own" : "", value: at + 1 },
      }),
    );
}

function neighbourRows(
  { space, what, onPick }: DetailOptions,
  { neighbours, atlas, theme }: DetailState,
  keep: Keeper,
) {
  return neighbours.map(([j, distance]) => {
    const name = `${what(j)}, distance ${numberText(distance)}`;
    const picture = (from: Atlas) => () => pictureOf(from, j, 34, { "aria-hidden": "true" });
    const sign = () => classSign(space.labels[j], theme, { class: "em-sign" });
    const props = {
      type: "button",
      class: `em-neighbour${atlas ? "" : " em-plain"}`,
      title: name,
      "aria-label": name,
      onclick: () => onPick(j),
    };
    const tag = [keep.at(`class of ${j}`, sign), numberText(distance, 2)];
    return h(
      "li",
      {},
      h(
        "button",
        props,
        atlas && keep.at(`near ${j}`, picture(atlas)),
        h("span", { class: "em-tag" }, tag),
      ),
    );
  });
}

function sentence(what: string, verdict: string, ranked: Ranked[], names: string[]): string {
  const say = ([k, distance]: Ranked) => `${names[k]} ${numberText(distance)}`;
  const order = ranked.slice(0, 3).map(say).join(", ");
  return `${what}. ${verdict ? `${verdict}. ` : ""}${order ? `By distance: ${order}.` : ""}`;
}
