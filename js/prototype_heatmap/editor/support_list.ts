// The support examples by their classes: one is chosen, by a click or by arrow keys. Of a large support one class is seen.
import { button, choice } from "../../shared/controls.ts";
import { focused, h, keys } from "../../shared/elements.ts";
import type { Theme } from "../../shared/theme.ts";
import type { Shown } from "../distances/shown.ts";
import { type Items, pictureOf } from "../items.ts";

const TAGS = { dropped: "\u2715", added: "+", relabelled: "\u2260" };
type Kind = keyof typeof TAGS | "";

/** Examples that are listed for all classes at once, and of one class before the reader asks for the rest. */
const [MOST_IN_ALL, MOST_OF_CLASS] = [120, 40];

export interface SupportOptions {
  shown: Shown;
  items: Items;
  choose: (place: number) => void;
}

export function supportList(options: SupportOptions) {
  const { shown, choose } = options;
  const list = h("div", {
    class: "ph-support",
    role: "group",
    "aria-label": "Support examples; arrow keys move",
  });
  let drawn = "";
  let chosen = 0;
  let again = () => {};
  const part = partOf(options, () => again());
  const node = h("div", { class: "ph-supports" }, part.which, list, part.more);
  const show = (place: number, theme: Theme) => {
    again = () => show(place, theme);
    const byClass = examplesByClass(shown);
    if (place !== chosen || !drawn) part.follow(place, byClass);
    chosen = place;
    const { edition } = shown.prototypes;
    const key = [edition, chosen, theme.fg, options.items.edition(), part.key()].join();
    if (key === drawn) return;
    drawn = key;
    const hadFocus = list.contains(focused(node));
    const example = (each: Example) => exampleButton(options, each, chosen, theme);
    const rows = part
      .take(byClass, chosen)
      .map(({ name, examples }) =>
        h(
          "div",
          { class: "ph-class", role: "group", "aria-label": name },
          h("span", { class: "ph-name", title: name }, name),
          h("div", { class: "ph-items" }, examples.map(example)),
        ),
      );
    list.replaceChildren(...rows);
    if (hadFocus) list.querySelector<HTMLElement>(`[data-place="${chosen}"]`)?.focus();
  };
  // One stop for the tab key; arrows go from example to example.
  const move = (by: number) => () => {
    const examples = [...list.querySelectorAll<HTMLElement>(".ph-item")];
    const places = examples.map((each) => Number(each.dataset.place));
    const next = Math.min(places.length - 1, Math.max(0, places.indexOf(chosen) + by));
    choose(places[next]);
  };
  keys(list, {
    ArrowLeft: move(-1),
    ArrowUp: move(-1),
    ArrowRight: move(1),
    ArrowDown: move(1),
    Home: move(-1e6),
    End: move(1e6),
  });
  return { node, show };
}

/** Which examples are seen: all, or of a large support those of one class, the first before the reader asks for the rest. */
function partOf({ shown, choose }: SupportOptions, again: () => void) {
  const { names, prototypes } = shown;
  const isLarge = prototypes.supportLabels.length > MOST_IN_ALL;
  let listed = 0;
  let whole = false;
  const which = choice({
    label: "Examples of",
    options: names.map((name, k) => [String(k), name] as const),
    value: "0",
    onchange(k) {
      const [first] = examplesByClass(shown)[Number(k)];
      [listed, whole] = [Number(k), false];
      if (first) choose(first.place);
      else again();
    },
  });
  const more = button({
    text: "Show more",
    class: "ph-show-more",
    onclick() {
      whole = true;
      again();
    },
  });
  which.node.hidden = !isLarge;
  return {
    which: which.node,
    more,
    key: () => `${listed} ${whole}`,
    /** Go to the class of an example. */
    follow(place: number, byClass: Example[][]) {
      const own = byClass.findIndex((each) => each.some((example) => example.place === place));
      if (own !== listed) [listed, whole] = [own, false];
      which.set(String(listed));
    },
    take(byClass: Example[][], chosen: number) {
      const most = isLarge && !whole ? MOST_OF_CLASS : Infinity;
      const seen = byClass
        .map((all, k) => ({ k, name: names[k], examples: shortened(all, most, chosen) }))
        .filter(({ k }) => !isLarge || k === listed);
      const cut = seen.reduce(
        (sum, { k, examples }) => sum + byClass[k].length - examples.length,
        0,
      );
      more.hidden = !cut;
      more.textContent = `Show ${cut} more`;
      return seen;
    },
  };
}

interface Example {
  place: number;
  /** Its class, or the one that it had before it was dropped. */
  k: number;
  kind: Kind;
}

/** The examples of each class: those of the support, dropped ones too, and then those that were added. */
function examplesByClass({ prototypes, names }: Shown): Example[][] {
  const { support, supportLabels, places } = prototypes;
  const labelOf = new Map(support.rows.map((row, i) => [row, support.labels[i]]));
  const added = support.rows.filter((row) => row >= places.nSupport);
  const all = [...supportLabels.keys(), ...added].map((place): Example => {
    const label = labelOf.get(place);
    if (label === undefined) return { place, k: supportLabels[place], kind: "dropped" };
    if (place >= places.nSupport) return { place, k: label, kind: "added" };
    return { place, k: label, kind: label === supportLabels[place] ? "" : "relabelled" };
  });
  return names.map((_, k) => all.filter((example) => example.k === k));
}

/** The first of a class, with those that were changed and the chosen one. */
function shortened(examples: Example[], most: number, chosen: number): Example[] {
  return examples.filter(({ place, kind }, i) => i < most || kind || place === chosen);
}

function exampleButton(
  { shown, items, choose }: SupportOptions,
  { place, k, kind }: Example,
  chosen: number,
  theme: Theme,
): HTMLButtonElement {
  const name = items.nameOf(place);
  const picture = items.draw && pictureOf(items, place, theme, 30);
  const missing = items.missing(place);
  return h(
    "button",
    {
      type: "button",
      class: `mw-button ph-item${kind && ` ph-${kind}`}`,
      "aria-pressed": String(place === chosen),
      "data-place": place,
      tabindex: place === chosen ? 0 : -1,
      "aria-label": `${name}, ${shown.names[k]}${kind && `, ${kind}`}`,
      title: `${shown.prototypes.places.ids[place]}${missing && `: ${missing}`}`,
      onclick: () => choose(place),
    },
    picture ?? name.replace("support ", "s"),
    kind && h("span", { class: "ph-tag" }, TAGS[kind]),
  );
}
