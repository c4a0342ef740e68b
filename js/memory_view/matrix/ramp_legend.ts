// What the colours of a matrix mean: a bar of the ramp with three ticks.
import { h } from "../../shared/elements.ts";
import { numberText, percentText } from "../../shared/numbers.ts";
import type { Theme } from "../../shared/theme.ts";
import { placeOn, type RampKind, rampOf } from "./ramp.ts";

export interface RampMeaning {
  /** What the numbers are. */
  text: string;
  kind: RampKind;
  /** The largest size. */
  reach: number;
  /** Whether numbers are fractions. */
  percent?: boolean;
}

export function rampLegendOf() {
  const title = h("span", { class: "mv-legend-title" });
  const bar = h("div", { class: "mv-legend-bar", "aria-hidden": "true" });
  const ticks = h("div", { class: "mv-legend-ticks" });
  let shown = "";
  const set = (meaning: RampMeaning, theme: Theme) => {
    const { text, kind, reach } = meaning;
    const key = [text, kind, reach, theme.bg].join();
    if (key === shown) return;
    shown = key;
    title.textContent = text;
    const ramp = rampOf(kind, theme);
    const colours = Array.from({ length: 18 }, (_, i) => ramp.css(15 * i));
    bar.style.background = `linear-gradient(to right, ${colours.join(", ")})`;
    ticks.replaceChildren(...ticksOf(meaning));
  };
  return { node: h("div", { class: "mv-legend" }, title, bar, ticks), set };
}

function ticksOf({ kind, reach, percent }: RampMeaning): HTMLElement[] {
  const values = kind === "size" ? [0, reach / 4, reach] : [-reach, 0, reach];
  return values.map((value) => {
    const text = percent ? percentText(value) : numberText(value, 2);
    const left = `${(100 * placeOn(value, reach, kind)) / 255}%`;
    return h("span", { style: { left } }, value === 0 ? "0" : text);
  });
}
