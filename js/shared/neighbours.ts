// The neighbour of an item as it is seen: where an arrow key leads, whatever set or line the items belong to.

export type Toward = "left" | "right" | "up" | "down";

/** What `getBoundingClientRect` tells of an item. */
export type ItemBox = Pick<DOMRect, "left" | "top" | "width" | "height">;

/**
 * Return the key of the item that one sees next to an item in a direction, undefined where there is none: left and right
 * the nearest of those that stand at its height, up and down the nearest of those that stand above or below.
 */
export function neighbourOf(
  boxes: ReadonlyMap<string, ItemBox>,
  from: string,
  toward: Toward,
): string | undefined {
  const start = boxes.get(from);
  if (!start) return undefined;
  const upright = toward === "up" || toward === "down";
  const sign = toward === "right" || toward === "down" ? 1 : -1;
  let best: string | undefined;
  let least = Infinity;
  for (const [key, box] of boxes) {
    const [dx, dy] = away(start, box);
    const ahead = sign * (upright ? dy : dx);
    if (key === from || ahead < 1 || isLevel(start, box) === upright) continue;
    const distance = Math.hypot(dx, dy);
    if (distance >= least) continue;
    [best, least] = [key, distance];
  }
  return best;
}

/** How far the middle of b lies to the right of and below that of a. */
function away(a: ItemBox, b: ItemBox): [number, number] {
  const dx = b.left + b.width / 2 - a.left - a.width / 2;
  return [dx, b.top + b.height / 2 - a.top - a.height / 2];
}

/** Whether two stand beside each other: they share a quarter of the smaller one's height. */
function isLevel(a: ItemBox, b: ItemBox): boolean {
  const shared = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top);
  return shared > Math.min(a.height, b.height) / 4;
}
