// What of the matrix is shown, in which colours and in which order.
import { button, choice, segments } from "../shared/controls.ts";
import { disable, h } from "../shared/elements.ts";
import type { Shown } from "./distances/shown.ts";
import { legendText } from "./distances/words.ts";
import type { ColourScale } from "./matrix/scale.ts";
import { signsLegend } from "./matrix/signs.ts";
import type { Compare, Sort } from "./model.ts";

export interface ToolbarOptions {
  shown: Shown;
  colours: ColourScale;
  save(name: "sort" | "compare", value: string): void;
  /** Go to the next query that is nearest to a wrong prototype. */
  goWrong: () => void;
  repaint: () => void;
}

export type Toolbar = ReturnType<typeof toolbarOf>;

export function toolbarOf({ shown, colours, save, goWrong, repaint }: ToolbarOptions) {
  const modeButton = (text: string, relative: boolean) =>
    button({
      text,
      class: "ph-mode",
      onclick: () => {
        shown.relative = relative;
        showLegend();
        repaint();
      },
    });
  const modes = [modeButton("Distance", false), modeButton("Above the nearest", true)];
  const sorting = choice<Sort>({
    label: "Rows",
    options: [
      ["class", "by class"],
      ["margin", "by margin"],
      ["error", "by error"],
    ],
    value: shown.sort,
    onchange: (value) => save("sort", value),
  });
  const versions = segments<Compare>({
    label: "After the edits show",
    options: [
      ["new", "Now"],
      ["old", "Before"],
      ["difference", "Difference"],
    ],
    value: shown.compare,
    onchange: (value) => save("compare", value),
  });
  const nextWrong = button({ text: "Next wrong query", class: "ph-next", onclick: goWrong });
  const showLegend = () => {
    const { ranges, metric, quantity, isChange, relative } = shown;
    colours.show(ranges.get(metric, quantity), isChange, legendText(shown));
    for (const [i, mode] of modes.entries()) {
      mode.setAttribute("aria-pressed", String(relative === Boolean(i)));
      disable(mode, isChange);
    }
  };
  const node = h(
    "div",
    { class: "ph-tools" },
    versions.node,
    h("div", { class: "ph-modes", role: "group", "aria-label": "Colour shows" }, modes),
    colours.node,
    sorting.node,
    nextWrong,
  );
  return {
    node,
    signs: signsLegend(),
    /** Follow what is chosen, edits and theme. */
    show() {
      sorting.set(shown.sort);
      versions.set(shown.compare);
      versions.node.hidden = !shown.edited;
      showLegend();
    },
    showWrong(any: boolean) {
      disable(nextWrong, !any);
    },
  };
}
