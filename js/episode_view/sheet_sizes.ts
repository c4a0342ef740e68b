// How large the pictures of a sheet are, and how they wrap.

export interface SheetSizes {
  /** The side of a picture in pixels. */
  thumb: number;
  /** The width of the column of support in pixels. */
  support: number;
}

/** Below this width the classes' names stand above their items. */
export const NARROW = 560;

const [LARGEST, GAP, RULE, HEADING] = [56, 4, 25, 44];

/**
 * Return sizes as large as lets a class stand on as few lines as its items stay recognisable on; lines of equal length.
 *
 * @param width of the whole sheet in pixels
 * @param named whether it has a column of names
 * @param widest the most items that a class has on each side
 */
export function sheetSizes(
  width: number,
  named: boolean,
  widest: { support: number; query: number },
): SheetSizes {
  const smallest = width <= NARROW ? 30 : 32;
  const names = named && width > NARROW ? Math.min(170, Math.max(80, 0.2 * width)) : 0;
  const room = width - names;
  for (let lines = 1; ; lines++) {
    const side = (items: number, thumb: number) => Math.ceil(items / lines) * (thumb + GAP) - GAP;
    const support = (thumb: number) => Math.max(HEADING, side(widest.support, thumb));
    let thumb = LARGEST;
    while (thumb >= smallest && support(thumb) + RULE + side(widest.query, thumb) > room)
      thumb -= 1;
    if (thumb >= smallest || lines === 60) return { thumb, support: support(thumb) };
  }
}
