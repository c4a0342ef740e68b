// 2-D points: which class the learner would give each place of the plane, and how sure it is, as pixels.
import type { Rgb } from "../../shared/colour.ts";
import type { Grid } from "../model.ts";

export interface Regions {
  width: number;
  height: number;
  /** The most probable class of each pixel, the top row first; -1 where outputs are not a number. */
  winner: Int16Array;
  /** How far its logit is above the next. */
  lead: Float32Array;
  /** Its probability, from 0 for chance to 1 for certainty. */
  sureness: Float32Array;
}

/**
 * Classify pixels, `finer` times as many along each side as grid points. Logits are interpolated between grid points, so that
 * borders lie where classes tie.
 */
export function regionsOf(
  outputs: Float32Array,
  grid: Pick<Grid, "across" | "up">,
  finer: number,
): Regions {
  const { across, up } = grid;
  const way = outputs.length / (across * up);
  const [width, height] = [(across - 1) * finer + 1, (up - 1) * finer + 1];
  const winner = new Int16Array(width * height).fill(-1);
  const lead = new Float32Array(width * height);
  const sureness = new Float32Array(width * height);
  // A class without support has logit minus infinity, which must not spread to its neighbours by interpolation.
  const logits = outputs.map((v) => (v === -Infinity ? -1e6 : v));
  const value = new Float64Array(way);
  for (let py = 0; py < height; py++) {
    const gy = Math.min(up - 2, Math.floor(py / finer));
    const fy = py / finer - gy;
    for (let px = 0; px < width; px++) {
      const gx = Math.min(across - 2, Math.floor(px / finer));
      const fx = px / finer - gx;
      const corner = (gy * across + gx) * way;
      for (let k = 0; k < way; k++) {
        const c = corner + k;
        const low = logits[c] * (1 - fx) + logits[c + way] * fx;
        const high = logits[c + across * way] * (1 - fx) + logits[c + (across + 1) * way] * fx;
        value[k] = low * (1 - fy) + high * fy;
      }
      const found = decide(value);
      if (!found) continue;
      const at = (height - 1 - py) * width + px; // the grid's first row is the lowest
      winner[at] = found.best;
      lead[at] = found.lead;
      sureness[at] = (found.probability - 1 / way) / (1 - 1 / way);
    }
  }
  return { width, height, winner, lead, sureness };
}

/** The most probable of classes by their logits; null where one is not a number. */
function decide(value: Float64Array) {
  let best = 0;
  let next = -Infinity;
  for (let k = 1; k < value.length; k++) {
    if (value[k] > value[best]) {
      next = value[best];
      best = k;
    } else if (value[k] > next) next = value[k];
  }
  let total = 0;
  for (let k = 0; k < value.length; k++) total += Math.exp(value[k] - value[best]);
  if (!Number.isFinite(total)) return null;
  return { best, lead: value[best] - next, probability: 1 / total };
}

export interface Pixels {
  width: number;
  height: number;
  data: Uint8ClampedArray<ArrayBuffer>;
}

/** Paint regions: deeper colour is more confidence, paper is none at all; borders are in ink. */
export function regionPixels(regions: Regions, colours: Rgb[], ink: Rgb): Pixels {
  const { width, height, winner, sureness } = regions;
  const data = new Uint8ClampedArray(4 * width * height);
  for (let at = 0; at < winner.length; at++) {
    if (winner[at] < 0) continue;
    const alpha = sureness[at] > 1e-3 ? 0.07 + 0.55 * sureness[at] : 0;
    data.set([...colours[winner[at]], Math.round(255 * alpha)], 4 * at);
  }
  const pixels = { width, height, data };
  drawBorders(pixels, regions, ink);
  return pixels;
}

/** Draw smooth lines where the winner changes: the lead falls to 0 there, and divided by its slope it is a distance in pixels. */
function drawBorders(
  { data, width, height }: Pixels,
  { winner, lead }: Regions,
  [r, g, b]: Rgb,
): void {
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      const cover = coverAt(winner, lead, at, width);
      if (cover === 0) continue;
      const under = data[4 * at + 3] / 255;
      const over = 0.6 * cover;
      const alpha = over + under * (1 - over);
      const mix = (top: number, i: number) =>
        (top * over + data[4 * at + i] * under * (1 - over)) / alpha;
      data.set([mix(r, 0), mix(g, 1), mix(b, 2), 255 * alpha], 4 * at);
    }
  }
}

/** How much of a pixel a border covers, from 0 to 1. */
function coverAt(winner: Int16Array, lead: Float32Array, at: number, width: number): number {
  const around = [at - 1, at + 1, at - width, at + width];
  const own = winner[at];
  if (own < 0 || around.every((n) => winner[n] === own && lead[n] > 0.5 * lead[at])) return 0;
  // Across the border the lead counts as negative: the logits' difference goes on falling.
  const [left, right, above, below] = around.map((n) => (winner[n] === own ? lead[n] : -lead[n]));
  const slope = Math.hypot((right - left) / 2, (below - above) / 2);
  if (slope < 1e-6) return 0; // classes that tie over an area have no border there
  return Math.min(1, Math.max(0, 1.05 - lead[at] / slope));
}
