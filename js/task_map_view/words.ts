// What is said of all tasks: how alike they are, what the colours of the matrix mean, and which groups there are.
import { legendOf } from "../plot/legend.ts";
import { shapePath } from "../plot/shapes.ts";
import { classColour, css, rgbOf } from "../shared/colour.ts";
import { h } from "../shared/elements.ts";
import { numberText } from "../shared/numbers.ts";
import type { Theme } from "../shared/theme.ts";
import { groupsOf, type Likeness } from "./likeness.ts";
import { depthOf } from "./matrix.ts";
import type { Config } from "./model.ts";

/** The line over the map, the scale of the matrix and the legend of groups; `show` follows measure and theme. */
export function wordsOf(config: Config) {
  const reading = h("p", { class: "tm-told" });
  const scale = h("div", { class: "tm-scale" });
  const legend = legendOf(
    groupsOf(config).names.map((group, k) => [
      group,
      (ctx, x, y, theme) => {
        ctx.fillStyle = classColour(k, theme);
        shapePath(ctx, k, x, y, 4.2);
        ctx.fill();
      },
    ]),
  );
  legend.node.classList.add("tm-legend");
  let shown = "";
  const show = (likeness: Likeness, theme: Theme) => {
    const key = [likeness.measure, theme.fg, theme.bg].join();
    if (key === shown) return;
    shown = key;
    reading.textContent = readingOf(config, likeness);
    scale.replaceChildren(...scaleOf(likeness, theme));
    legend.paint(theme);
  };
  return { reading, scale, legend: legend.node, show };
}

function readingOf({ embedding, names }: Config, likeness: Likeness): string {
  const { what, nearest, means } = likeness;
  const [a, b] = nearest;
  const value = numberText(likeness.value(a, b));
  const grouped = means
    ? ` Mean within a group ${numberText(means.within)}, ` +
      `between groups ${numberText(means.between)}.`
    : "";
  return (
    `Embedded as the ${embedding}. ` +
    `${what}, nearest two: ${names[a]} and ${names[b]}, ${value}.${grouped}`
  );
}

/** From the least value to the largest, in the colours of the matrix. */
function scaleOf(likeness: Likeness, theme: Theme): HTMLElement[] {
  const { extent, what } = likeness;
  const [ink, paper] = [rgbOf(theme.accent), rgbOf(theme.bg)];
  const [from, to] = extent.map((value) => {
    const deep = depthOf(likeness, value);
    return css(ink.map((c, k) => Math.round(c * deep + paper[k] * (1 - deep))));
  });
  const background = `linear-gradient(to right, ${from}, ${to})`;
  return [
    h("span", {}, numberText(extent[0])),
    h("i", { "aria-hidden": "true", style: { background } }),
    h("span", {}, numberText(extent[1])),
    h("span", {}, `${what.toLowerCase()}; strong colour is alike`),
  ];
}
