// A chart says its colours as views/theme.py does. Here they follow the page's theme, in marks and axes alike: neutral
// ones become the page's own, and those of classes are lifted on dark paper as in the components.
import { classColour, PALETTE } from "../shared/colour.ts";
import type { Theme } from "../shared/theme.ts";

const ROLES: Record<string, keyof Theme> = {
  "#1f2328": "fg",
  "#57606a": "muted",
  "#d0d7de": "grid",
  "#eaeef2": "grid",
};

/** The page's colour for one of a chart's; any other text as it is. */
export function themedColour(text: string, theme: Theme): string {
  const colour = text.toLowerCase();
  const k = PALETTE.indexOf(colour);
  if (k >= 0) return classColour(k, theme);
  return Object.hasOwn(ROLES, colour) ? theme[ROLES[colour]] : text;
}
