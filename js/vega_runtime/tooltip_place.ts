type Pair = readonly [number, number];

/**
 * The left top corner of a box beside the pointer: below it and to its right where there is room, else to its left,
 * above it, or both.
 */
export function placeBeside([x, y]: Pair, [width, height]: Pair, room: Pair, gap = 10): Pair {
  const [left, right] = [x - width - gap, x + gap];
  const [above, below] = [y - height - gap, y + gap];
  const places: Pair[] = [
    [right, below],
    [left, below],
    [right, above],
    [left, above],
  ];
  const fits = ([u, v]: Pair) => u >= 0 && v >= 0 && u + width <= room[0] && v + height <= room[1];
  return places.find(fits) ?? places[3];
}
