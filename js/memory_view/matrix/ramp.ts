// Colours that stand for numbers: 256 of them for sizes, and 256 for numbers with a sign.
import { css, isDark, type Rgb } from "../../shared/colour.ts";
import type { Theme } from "../../shared/theme.ts";

export type RampKind = "size" | "sign";

/** One hue whose lightness carries the size, from nearly the paper on; and two hues with paper between them for signs. */
const STOPS: Record<RampKind, Record<"light" | "dark", Rgb[]>> = {
  size: {
    light: [
      [246, 248, 251],
      [186, 210, 234],
      [112, 161, 208],
      [36, 96, 163],
      [8, 40, 92],
    ],
    dark: [
      [24, 30, 38],
      [33, 62, 102],
      [58, 112, 175],
      [132, 188, 242],
      [236, 246, 255],
    ],
  },
  sign: {
    light: [
      [11, 74, 140],
      [122, 171, 216],
      [247, 247, 246],
      [240, 163, 105],
      [166, 62, 0],
    ],
    dark: [
      [120, 190, 255],
      [44, 98, 158],
      [26, 31, 38],
      [156, 84, 34],
      [255, 170, 105],
    ],
  },
};

export interface Ramp {
  /** (256,): the colours as image data has them, alpha included. */
  packed: Uint32Array;
  css(i: number): string;
}

const made = new Map<string, Ramp>();

/** Return the ramp for a theme; its colours run from the least to the largest number. */
export function rampOf(kind: RampKind, theme: Theme): Ramp {
  const paper = isDark(theme) ? "dark" : "light";
  const key = `${kind} ${paper}`;
  const found = made.get(key) ?? rampThrough(STOPS[kind][paper]);
  made.set(key, found);
  return found;
}

function rampThrough(stops: Rgb[]): Ramp {
  const colours = Array.from({ length: 256 }, (_, i) => {
    const x = (i / 255) * (stops.length - 1);
    const [a, b] = [stops[Math.floor(x)], stops[Math.ceil(x)]];
    return a.map((c, j) => Math.round(c + (x % 1) * (b[j] - c)));
  });
  return {
    packed: Uint32Array.from(
      colours,
      ([r, g, b]) => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0,
    ),
    css: (i) => css(colours[i]),
  };
}

/**
 * Return the place of a number on a ramp, 0 to 255; `reach` is the largest size.
 *
 * Sizes go by their root, which spreads the many small ones; numbers with a sign straight.
 */
export function placeOn(value: number, reach: number, kind: RampKind): number {
  const x = kind === "size" ? Math.sqrt(Math.max(0, value) / reach) : 0.5 + value / (2 * reach);
  return Math.round(255 * Math.min(1, Math.max(0, x)));
}
