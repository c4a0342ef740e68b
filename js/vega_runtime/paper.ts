// The paper of a chart: the page's own where its ink can be read there, else the paper that its author saw.
import type { Spec, SpecConfig } from "../chart_view/model.ts";
import type { Theme } from "../shared/theme.ts";

/** The background of the theme in views/theme.py, whose colours follow the page. */
const OURS = "#ffffff";

/** The specification with the background that it is drawn on; none for the page's own. */
export function onPaper(spec: Spec, dark: boolean): Spec {
  const own = spec.background ?? spec.config?.background;
  const config = { ...spec.config, background: "transparent" };
  if (typeof own === "string" && own.toLowerCase() !== OURS) {
    return own === "transparent"
      ? { ...spec, background: undefined, config }
      : { ...spec, background: own };
  }
  // White paper that nobody asked for is the page's. Black ink on a dark page cannot be read.
  const { background: _, ...rest } = spec;
  return dark && hasBlackInk(spec) ? { ...rest, background: "white" } : { ...rest, config };
}

/** Whether a mark, a scale or a configuration names black. Data are not looked into. */
function hasBlackInk(part: unknown): boolean {
  if (typeof part === "string") return /^(black|#000|#000000)$/i.test(part);
  if (part === null || typeof part !== "object") return false;
  return Object.entries(part).some(
    ([name, each]) => !["data", "datasets", "values", "title"].includes(name) && hasBlackInk(each),
  );
}

/** What a chart gets where it says nothing: the page's font, and the page's colours unless it has paper of its own. */
export function configOf(spec: Spec, { font, fg, muted, grid }: Theme): SpecConfig {
  if (spec.background) return { font };
  const text = { labelColor: fg, titleColor: fg };
  return {
    font,
    axis: { ...text, domainColor: muted, tickColor: muted, gridColor: grid },
    legend: text,
    header: text,
    title: { color: fg, subtitleColor: muted },
    text: { color: fg },
    rule: { color: fg },
    view: { stroke: grid },
  };
}
