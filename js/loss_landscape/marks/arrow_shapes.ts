// Meta-gradients as arrows: where each begins, where it points, and how long it is.
import { at } from "../../shared/arrays.ts";
import type { State } from "../state.ts";
import type { Pixel } from "../surface/square.ts";

/** A direction on the plane, of a method; `share` is how much of its gradient lies there. */
export interface Descent {
  name: string;
  way: [dx: number, dy: number];
  share: number;
}

export interface ArrowShape {
  name: string;
  /** The direction on the screen, of length 1. */
  u: number;
  v: number;
  length: number;
  from: Pixel;
  tip: Pixel;
}

/** The radius that the initialisation's mark keeps for itself. */
const GRIP = 11;

/** The descent directions of the task's meta-gradients: where a step of the outer loop would go. */
export function descentsOf({ arrays, config, task }: State): Descent[] {
  const ways = at(arrays.gradients, task);
  const shares = at(arrays.gradient_share, task).data;
  return config.gradients.names.map((name, i) => {
    const [dx, dy] = at(ways, i).data;
    return { name, way: [-dx, -dy], share: shares[i] };
  });
}

/**
 * Arrows that begin at the rim of the initialisation's mark. The largest share is `longest` pixels long, and the smallest still has
 * a head, since its direction counts too; what has no direction has no arrow.
 */
export function arrowShapes([x, y]: Pixel, descents: Descent[], longest: number): ArrowShape[] {
  const most = Math.max(...descents.map(({ share }) => share).filter(Number.isFinite));
  return descents.flatMap(({ name, way, share }) => {
    const norm = Math.hypot(...way);
    if (!(norm > 0 && share > 0)) return [];
    const length = Math.max(7, (longest * share) / most);
    const [u, v] = [way[0] / norm, -way[1] / norm];
    const from: Pixel = [x + GRIP * u, y + GRIP * v];
    const tip: Pixel = [from[0] + u * length, from[1] + v * length];
    return [{ name, u, v, length, from, tip }];
  });
}
