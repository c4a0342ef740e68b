// Icons as paths in a 16 x 16 box: characters for them come from a different font on every machine.
import { svg } from "./elements.ts";

const PATHS = {
  back: "M10 3.5 5.5 8l4.5 4.5",
  next: "M6 3.5 10.5 8 6 12.5",
  play: "M5 3.2v9.6L12.6 8z",
  pause: "M5.2 3.5v9M10.8 3.5v9",
  loop: "M12.8 6.2A5.2 5.2 0 1 0 13.2 8M13.2 3v3.4H9.8",
};
export type IconName = keyof typeof PATHS;

/** An icon that a component brings. */
export interface OwnIcon {
  name: string;
  /** The `d` of its path in a 16 x 16 box. */
  path: string;
}

/** An icon that a screen reader passes over. */
export function icon(given: IconName | OwnIcon): SVGSVGElement {
  const { name, path } = typeof given === "string" ? { name: given, path: PATHS[given] } : given;
  const look = { class: `mw-icon mw-icon-${name}`, viewBox: "0 0 16 16", "aria-hidden": "true" };
  return svg("svg", look, svg("path", { d: path }));
}
