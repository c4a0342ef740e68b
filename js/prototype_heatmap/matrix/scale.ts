// The colours of the matrix with their legend.
import { isDark } from "../../shared/colour.ts";
import { h } from "../../shared/elements.ts";
import { numberText } from "../../shared/numbers.ts";
import type { Theme } from "../../shared/theme.ts";
import type { Range } from "../distances/ranges.ts";
import { partOf, rampOf, type Shade, shadeAt } from "./shades.ts";

export type ColourScale = ReturnType<typeof colourScale>;

/** A scale with its legend: what is shown, the colours, and values along them. */
export function colourScale() {
  const bar = h("div", { class: "ph-ramp", "aria-hidden": "true" });
  const ticks = h("div", { class: "ph-ticks" });
  const unit = h("span", { class: "ph-unit" });
  let ramps: { distance: Shade[]; change: Shade[] } = { distance: [], change: [] };
  let range: Range = { low: 0, high: 1, clipped: false };
  let isChange = false;
  const ramp = () => (isChange ? ramps.change : ramps.distance);
  return {
    node: h("div", { class: "ph-scale" }, unit, bar, ticks),
    setTheme(theme: Theme) {
      const dark = isDark(theme);
      ramps = { distance: rampOf(false, dark), change: rampOf(true, dark) };
    },
    /** Span a range, of changes or of distances; `text` says in the legend what is shown. */
    show(next: Range, change: boolean, text: string) {
      [range, isChange] = [next, change];
      const { low, high } = range;
      const values = isChange ? [low, 0, high] : [low, low + 0.25 * (high - low), high];
      const tick = (value: number, i: number) =>
        h(
          "span",
          { style: { left: `${100 * partOf(value, range, isChange)}%` } },
          tickText(i, value),
        );
      ticks.replaceChildren(...values.map(tick));
      unit.textContent = text;
      const some = ramp().filter((_, i) => i % 9 === 0);
      bar.style.background = `linear-gradient(to right, ${some.map((c) => c.css).join(", ")})`;
    },
    /** The colour of a value; null for none. */
    shade: (value: number): Shade | null =>
      Number.isFinite(value) ? shadeAt(ramp(), partOf(value, range, isChange)) : null,
  };

  function tickText(i: number, value: number): string {
    const beyond = range.clipped && i === 2 ? "\u2265\u00a0" : "";
    const below = range.clipped && isChange && i === 0 ? "\u2264\u00a0" : "";
    const plus = isChange && i === 2 ? "+" : "";
    return `${beyond}${below}${plus}${numberText(value, i === 1 ? 2 : 3)}`;
  }
}
