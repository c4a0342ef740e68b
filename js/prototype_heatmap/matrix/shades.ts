// Which colour a value has: near and far along one hue, or nearer and farther than before along two.
import { css, inkOn, type Rgb } from "../../shared/colour.ts";
import type { Range } from "../distances/ranges.ts";

/** A colour, and what is drawn on it. */
export interface Shade {
  rgb: Rgb;
  css: string;
  ink: string;
}

// One hue whose lightness carries the distance, for every kind of colour vision; its far end is nearly the paper.
const NEAR_ON_LIGHT: Rgb[] = [
  [8, 40, 92],
  [28, 86, 152],
  [92, 148, 200],
  [172, 202, 230],
  [234, 241, 248],
];
const NEAR_ON_DARK: Rgb[] = [
  [232, 243, 255],
  [140, 194, 244],
  [60, 118, 182],
  [34, 66, 108],
  [27, 35, 46],
];
// Blue and orange, which every kind of colour vision tells apart, with the paper in between.
const CHANGE_ON_LIGHT: Rgb[] = [
  [8, 72, 140],
  [118, 170, 216],
  [247, 247, 245],
  [236, 168, 92],
  [158, 74, 6],
];
const CHANGE_ON_DARK: Rgb[] = [
  [128, 196, 255],
  [52, 110, 168],
  [32, 35, 39],
  [166, 96, 28],
  [255, 178, 92],
];
const STEPS = 128;

/** The colours from near to far (or, for a change, from nearer over none to farther), on light or on dark paper. */
export function rampOf(isChange: boolean, dark: boolean): Shade[] {
  const near = dark ? NEAR_ON_DARK : NEAR_ON_LIGHT;
  const change = dark ? CHANGE_ON_DARK : CHANGE_ON_LIGHT;
  const stops = isChange ? change : near;
  return Array.from({ length: STEPS }, (_, i) => {
    const x = (i / (STEPS - 1)) * (stops.length - 1);
    const [from, to] = [stops[Math.floor(x)], stops[Math.ceil(x)]];
    const rgb = from.map((c, j) => Math.round(c + (x % 1) * (to[j] - c))) as Rgb;
    return { rgb, css: css(rgb), ink: inkOn(rgb) };
  });
}

/** The shade of a part from 0 to 1. */
export function shadeAt(ramp: Shade[], part: number): Shade {
  return ramp[Math.round((STEPS - 1) * part)];
}

/**
 * Where a value lies in a range, from 0 to 1. The root spreads small distances, which decide, over more of the colours
 * than large ones; a change is even in both directions.
 */
export function partOf(value: number, { low, high }: Range, isChange: boolean): number {
  const part = Math.min(1, Math.max(0, (value - low) / (high - low || 1)));
  return isChange ? part : Math.sqrt(part);
}
