// Colours as numbers: the palette of classes, and what can be read on what.

export type Rgb = [number, number, number];

/**
 * Okabe and Ito (2008), a qualitative palette that survives the common colour-vision deficiencies; black is left to
 * the text.
 */
export const PALETTE = [
  "#0072b2",
  "#d55e00",
  "#009e73",
  "#cc79a7",
  "#e69f00",
  "#56b4e9",
  "#7f7f7f",
  "#f0e442",
];

const known = new Map<string, Rgb>();

/** Any CSS colour as [r, g, b], 0 to 255; the browser's own parser does the work. */
export function rgbOf(colour: string): Rgb {
  let found = known.get(colour);
  if (!found) {
    const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
    const ctx = canvas.getContext("2d")!;
    ctx.fillStyle = colour;
    ctx.fillRect(0, 0, 1, 1);
    const [r, g, b] = ctx.getImageData(0, 0, 1, 1).data;
    found = [r, g, b];
    known.set(colour, found);
  }
  return found;
}

/** The relative luminance of WCAG 2, from 0 for black to 1 for white. */
export function luminance([r, g, b]: Rgb): number {
  const linear = (c: number) => (c <= 10.3 ? c / 3294.6 : ((c / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

/** Whether the paper of a theme is dark. */
export function isDark(theme: { bg: string }): boolean {
  return luminance(rgbOf(theme.bg)) < 0.3;
}

/** Black or white for a sign on a colour, at 3:1 or better; white as far as that goes, so that neighbours agree. */
export function inkOn(rgb: Rgb): string {
  return luminance(rgb) > 0.28 ? "#000000" : "#ffffff";
}

/** The colour of class k; lifted towards white on dark paper, where the palette's blue would sink. */
export function classRgb(k: number, theme: { bg: string }): Rgb {
  const rgb = rgbOf(PALETTE[k % PALETTE.length]);
  return isDark(theme) ? (rgb.map((c) => Math.round(c + 0.3 * (255 - c))) as Rgb) : rgb;
}

/** The colour as CSS text. */
export function css([r, g, b]: readonly number[], alpha = 1): string {
  return `rgb(${r} ${g} ${b} / ${alpha})`;
}

/** The colour of class k as CSS text. */
export function classColour(k: number, theme: { bg: string }, alpha = 1): string {
  return css(classRgb(k, theme), alpha);
}
