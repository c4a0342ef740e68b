// The axes of curves and of points in the plane.
import { drawAxes, type Scale, scaleOf, ticksOf } from "../plot/axes.ts";
import { shorten } from "../plot/canvas.ts";
import type { Theme } from "../shared/theme.ts";
import type { Arrays, Config } from "./model.ts";
import { rangeOf } from "./tasks.ts";

type Domains = [[number, number], [number, number]];

/** Where items of all groups lie: found once, so that nothing jumps as the distribution moves. */
export function itemDomains(arrays: Arrays, kind: Config["kind"]): Domains {
  const all = (name: "x" | "y") =>
    [arrays[`support_${name}`], arrays[`query_${name}`]].flatMap(({ data }) => Array.from(data));
  if (kind === "curve") {
    const curves = arrays.curves ? Array.from(arrays.curves.data) : [];
    return [rangeOf(all("x"), 0.03), rangeOf([...all("y"), ...curves])];
  }
  const column = (axis: number) => all("x").filter((_, i) => i % 2 === axis);
  return [rangeOf(column(0), 0.03), rangeOf(column(1))];
}

export interface ItemAxes {
  size: readonly [width: number, height: number];
  /** What lies across and up. */
  names: readonly string[];
  theme: Theme;
}

export interface ItemScales {
  x: Scale;
  y: Scale;
}

/** Draw the axes with their names, and return their scales. */
export function drawItemAxes(
  ctx: CanvasRenderingContext2D,
  domains: Domains,
  { size: [width, height], names, theme }: ItemAxes,
): ItemScales {
  const box = { left: 48, right: width - 8, top: 8, bottom: height - 40 };
  const x = scaleOf(domains[0], [box.left, box.right]);
  const y = scaleOf(domains[1], [box.bottom, box.top]);
  const xTicks = ticksOf(...domains[0], width / 80);
  const yTicks = ticksOf(...domains[1], height / 60);
  const [xLabel, yLabel] = names.map((name) => {
    ctx.font = `11px ${theme.font}`;
    return shorten(ctx, name, Math.min(box.right - box.left, box.bottom - box.top));
  });
  drawAxes(ctx, { box, x, y, xTicks, yTicks, xLabel, yLabel, theme });
  return { x, y };
}
