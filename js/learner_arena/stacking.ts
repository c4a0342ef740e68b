// Where the dots of one row go: each in the column nearest to its score, stacked from the row's floor.

/** The radius of a dot in pixels. */
export const DOT = 2.7;

export interface StackedDot {
  episode: number;
  /** Pixels from the left. */
  u: number;
  /** How many dots lie below it. */
  level: number;
}

/** Stack the finite scores; `highest` is the number of dots in the fullest column. */
export function stacked(
  scores: ArrayLike<number>,
  x: (score: number) => number,
): { dots: StackedDot[]; highest: number } {
  const width = 2 * DOT + 0.6;
  const columns = new Map<number, number>();
  const dots: StackedDot[] = [];
  for (let episode = 0; episode < scores.length; episode++) {
    if (!Number.isFinite(scores[episode])) continue;
    const column = Math.round(x(scores[episode]) / width);
    const level = columns.get(column) ?? 0;
    columns.set(column, level + 1);
    dots.push({ episode, u: column * width, level });
  }
  return { dots, highest: Math.max(1, ...columns.values()) };
}

/** Push places apart until they lie `gap` from each other within low to high; they come sorted, and are changed. */
export function spread<Place extends { v: number }>(
  places: Place[],
  [low, high]: readonly [number, number],
  gap: number,
): void {
  places.sort((a, b) => a.v - b.v);
  for (let round = 0; round < 40; round++) {
    for (let i = 0; i + 1 < places.length; i++) {
      const short = gap - (places[i + 1].v - places[i].v);
      if (short <= 0) continue;
      places[i].v -= short / 2;
      places[i + 1].v += short / 2;
    }
  }
  // What that left beyond an end comes back, and pushes the others before it.
  let floor = low;
  for (const place of places) {
    place.v = Math.max(place.v, floor);
    floor = place.v + gap;
  }
  let ceiling = high;
  for (const place of places.toReversed()) {
    place.v = Math.min(place.v, ceiling);
    ceiling = place.v - gap;
  }
}
