// Items as marks of SVG: a class is a shape and a colour, support is filled. Their look is in shared/base.css.
import { classColour, PALETTE } from "../shared/colour.ts";
import { type Props, svg } from "../shared/elements.ts";
import type { Theme } from "../shared/theme.ts";
import { shapePathText } from "./shapes.ts";

export interface MarkLook {
  /** The class, -1 for none. */
  label: number;
  /** What is not support is drawn as a query. */
  side: string;
  /** Whether it is a sample of a curve, whose sides differ by colour. */
  curve?: boolean;
}

/** Give the palette to a component's style sheet, as `--mw-class-0` and so on. */
export function setClassColours(root: HTMLElement, theme: Theme): void {
  for (const k of PALETTE.keys()) root.style.setProperty(`--mw-class-${k}`, classColour(k, theme));
}

/** The colour of class k in a style. */
export function classVariable(k: number): string {
  return `var(--mw-class-${k % PALETTE.length})`;
}

/** Make a path the mark of an item, around (0, 0). */
export function showMark(path: SVGPathElement, { label, side, curve = false }: MarkLook): void {
  const filled = side === "support";
  path.setAttribute(
    "class",
    `mw-mark mw-${filled ? "support" : "query"}${curve ? " mw-curve" : ""}`,
  );
  path.setAttribute("d", shapePathText(Math.max(0, label), filled ? 5.5 : 4.5));
  if (label >= 0) path.style.setProperty("--mw-mark", classVariable(label));
  else path.style.removeProperty("--mw-mark");
}

/** The mark of an item, around (0, 0). */
export function markOf(look: MarkLook): SVGPathElement {
  const path = svg("path");
  showMark(path, look);
  return path;
}

/** A sign around (0, 0) as a small picture in a line of text. */
export function markSign(sign: SVGElement, props: Props = {}): SVGSVGElement {
  const size = { width: 14, height: 14, viewBox: "-7 -7 14 14", "aria-hidden": "true" };
  return svg("svg", { ...size, ...props }, sign);
}
