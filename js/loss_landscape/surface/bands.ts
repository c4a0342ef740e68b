// Bands of loss as a picture, from paper (low, where paths lead) to slate (high); the text colour stays legible on all of them.
import { bareCanvas, contextOf } from "../../plot/canvas.ts";
import { isDark, type Rgb, rgbOf } from "../../shared/colour.ts";
import type { Theme } from "../../shared/theme.ts";
import { contourLines, type GridLine } from "./contours.ts";
import { gridRead } from "./grid.ts";

const LIGHT: [Rgb, Rgb] = [
  [249, 250, 252],
  [128, 150, 182],
];
const DARK: [Rgb, Rgb] = [
  [21, 25, 31],
  [62, 84, 116],
];

/** The grid of one loss, and where its contours are. */
export interface Ground {
  data: Float32Array;
  /** Grid points along a side. */
  n: number;
  levels: number[];
}

export interface Contours {
  /** The bands, a square of so many pixels. */
  picture: HTMLCanvasElement;
  lines: { level: number; all: GridLine[] }[];
}

export interface ContourCache {
  /** Another number for each message of Python's. */
  readonly version: number;
  /** Forget all, for new data. */
  clear(): void;
  get(name: string, ground: Ground, size: number, theme: Theme): Contours;
}

/** Keep bands and lines, made once for each grid, size and theme. */
export function contourCache(): ContourCache {
  const kept = new Map<string, Contours>();
  let version = 0;
  return {
    get version() {
      return version;
    },
    clear() {
      version += 1;
      kept.clear();
    },
    get(name, ground, size, theme) {
      const key = `${name} ${ground.n} ${size} ${theme.bg}`;
      const found = kept.get(key);
      if (found) return found;
      if (kept.size > 24) kept.clear();
      const { data, n, levels } = ground;
      const lines = levels.map((level) => ({ level, all: contourLines(data, n, level) }));
      const made = { picture: bandPicture(ground, size, theme), lines };
      kept.set(key, made);
      return made;
    },
  };
}

/** Paint the bands of size x size pixels; what is not finite is hatched. */
function bandPicture({ data, n, levels }: Ground, size: number, theme: Theme): HTMLCanvasElement {
  const canvas = bareCanvas(size, size);
  const ctx = contextOf(canvas);
  const pixels = ctx.createImageData(size, size);
  const colours = bandColours(levels.length, theme);
  const ink = rgbOf(theme.muted);
  const step = (n - 1) / size;
  for (let py = 0; py < size; py++) {
    const v = (size - py - 0.5) * step; // the grid's first row is the lowest
    for (let px = 0; px < size; px++) {
      const value = gridRead(data, n, (px + 0.5) * step, v);
      const hatched = (px + py) % 7 < 1 ? ink : colours[0];
      const colour = Number.isNaN(value) ? hatched : colours[bandOf(value, levels)];
      const at = 4 * (py * size + px);
      pixels.data[at] = colour[0];
      pixels.data[at + 1] = colour[1];
      pixels.data[at + 2] = colour[2];
      pixels.data[at + 3] = 255;
    }
  }
  ctx.putImageData(pixels, 0, 0);
  return canvas;
}

/** How many levels a loss is above. */
function bandOf(loss: number, levels: number[]): number {
  let band = 0;
  while (band < levels.length && loss > levels[band]) band++;
  return band;
}

function bandColours(levels: number, theme: Theme): Rgb[] {
  const [low, high] = isDark(theme) ? DARK : LIGHT;
  const colour = (band: number) =>
    low.map((c, i) => c + (levels ? band / levels : 0) * (high[i] - c)) as Rgb;
  return Array.from({ length: levels + 1 }, (_, band) => colour(band));
}
