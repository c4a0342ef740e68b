// What the signs in the cells mean.
import { type Child, h, svg } from "../../shared/elements.ts";

const PICTURES = {
  right: () => [svg("circle", { cx: 8, cy: 8, r: 4, fill: "currentColor" })],
  wrong: () => [
    svg("path", {
      d: "M3.5 3.5 12.5 12.5M12.5 3.5 3.5 12.5",
      stroke: "currentColor",
      "stroke-width": 2.5,
    }),
  ],
  truth: () => [
    svg("circle", {
      cx: 8,
      cy: 8,
      r: 4,
      fill: "none",
      stroke: "currentColor",
      "stroke-width": 1.75,
    }),
  ],
  none: () => [
    svg("rect", { x: 0.5, y: 0.5, width: 15, height: 15, class: "ph-hatch-box" }),
    svg("path", { d: "M-2 8 8-2M-2 16 16-2M4 18 18 4M10 18 18 10", class: "ph-hatch-line" }),
  ],
};

/** The legend of signs. */
export function signsLegend(): HTMLElement {
  const look = { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" };
  const entry = (picture: keyof typeof PICTURES, text: Child) =>
    h("li", {}, svg("svg", look, PICTURES[picture]()), text);
  return h(
    "ul",
    { class: "ph-signs" },
    entry("right", "nearest, true class"),
    entry("wrong", "nearest, wrong class"),
    entry("truth", "true class, not nearest"),
    entry("none", "no support yet"),
  );
}
