// One query and one prototype, large.
import { type Canvas, canvasOf } from "../../plot/canvas.ts";
import { hatch } from "../../plot/shapes.ts";
import { h } from "../../shared/elements.ts";
import type { Theme } from "../../shared/theme.ts";
import type { Shown } from "../distances/shown.ts";
import type { Items } from "../items.ts";

const SIZE = 96;

export function pairOf(shown: Shown, items: Items) {
  const left = figureOf("query", items);
  const right = figureOf("prototype", items);
  const node = h("div", { class: "ph-pair" }, left.node, right.node);
  const { nSupport } = shown.prototypes.places;
  /** Show query q beside the prototype of class k, -1 for none. */
  const show = (q: number, k: number, theme: Theme) => {
    const truth = `true class ${shown.names[shown.prototypes.labels[q]]}`;
    const where = items.draw ? truth : `${items.rowText(q)}, ${truth}`;
    left.show(`Query ${q}`, where, items.missing(nSupport + q));
    left.draw(nSupport + q, `query ${q}, ${truth}`, theme);
    right.node.hidden = k < 0;
    if (k < 0) return;
    const examples = shown.members(k);
    const several = `first of its ${examples.length} support examples`;
    const source = examples.length > 1 ? several : "its support example";
    const missing = examples.length ? items.missing(examples[0]) : "";
    right.show(shown.names[k], examples.length ? source : "no support example", missing);
    right.draw(examples[0], `${shown.names[k]}, ${source}`, theme);
  };
  return { node, show };
}

function figureOf(name: string, items: Items) {
  const made: Canvas = canvasOf({ role: "img", "aria-label": name });
  const { canvas, ctx, resize } = made;
  const caption = h("figcaption", {});
  let drawn = "";
  return {
    node: h("figure", { class: "ph-figure" }, items.draw && canvas, caption),
    /** `missing` says why there is no picture. */
    show: (head: string, text: string, missing: string) =>
      caption.replaceChildren(
        h("b", {}, head),
        h("span", {}, text),
        ...(missing ? [h("span", {}, missing)] : []),
      ),
    /** Draw the item at a place, or that there is none. */
    draw(place: number | undefined, label: string, theme: Theme) {
      canvas.setAttribute("aria-label", label);
      const now = `${place} ${theme.fg} ${items.edition()}`;
      if (!items.draw || drawn === now) return;
      drawn = now;
      resize(SIZE, SIZE);
      if (place === undefined) hatch(ctx, [0, 0, SIZE, SIZE], theme.grid);
      else items.draw(ctx, place, 6, 6, SIZE - 12, theme.fg, true);
    },
  };
}
