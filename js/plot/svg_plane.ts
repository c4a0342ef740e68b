// A plane of SVG with grid lines, ticks and the names of its axes.
import { svg } from "../shared/elements.ts";
import { type Box, type Scale, scaleOf, ticksOf } from "./axes.ts";

/** The lowest and the highest value of an axis. */
export type Range = readonly [low: number, high: number];

export interface PlaneOptions {
  /** Pixels, labels included. */
  width: number;
  height: number;
  xs: Range;
  ys: Range;
  /** Make a unit as long across as up, as for places whose distances are compared. */
  equal: boolean;
  xLabel: string;
  yLabel: string;
}

/** A plane as it is drawn: `xs` and `ys` are what its axes span. */
export interface Plane {
  x: Scale;
  y: Scale;
  xs: Range;
  ys: Range;
  box: Box;
}

/** Return the plane of these ranges, without drawing it. */
export function planeOf({ width, height, xs, ys, equal }: PlaneOptions): Plane {
  const box = { left: 44, right: width - 10, top: 10, bottom: height - 36 };
  const [across, up] = [box.right - box.left, box.bottom - box.top];
  const unit = Math.max((xs[1] - xs[0]) / across, (ys[1] - ys[0]) / up);
  const widened = ([low, high]: Range, pixels: number): Range => {
    const spare = equal ? (unit * pixels - (high - low)) / 2 : 0;
    return [low - spare, high + spare];
  };
  const [wide, tall] = [widened(xs, across), widened(ys, up)];
  return {
    x: scaleOf(wide, [box.left, box.right]),
    y: scaleOf(tall, [box.bottom, box.top]),
    xs: wide,
    ys: tall,
    box,
  };
}

/** Give a plot its size, and draw the axes into `frame`, a group of it. */
export function drawPlane(plot: SVGSVGElement, frame: SVGGElement, options: PlaneOptions): Plane {
  const { width, height, xLabel, yLabel } = options;
  const plane = planeOf(options);
  const { x, y, xs, ys, box } = plane;
  plot.setAttribute("viewBox", `0 0 ${width} ${height}`);
  plot.style.width = `${width}px`;
  plot.style.height = `${height}px`;
  const line = (x1: number, y1: number, x2: number, y2: number) =>
    svg("line", { x1, y1, x2, y2, class: "mw-grid-line" });
  const tick = (u: number, v: number, anchor: string, text: string) =>
    svg("text", { x: u, y: v, "text-anchor": anchor, class: "mw-tick" }, text);
  const name = (u: number, v: number, text: string, turn = 0) => {
    const transform = `translate(${u} ${v}) rotate(${turn})`;
    return svg("text", { class: "mw-axis", "text-anchor": "middle", transform }, text);
  };
  frame.replaceChildren(
    ...ticksOf(...xs, width / 70).flatMap(([value, text]) => [
      line(x(value), box.top, x(value), box.bottom),
      tick(x(value), box.bottom + 15, "middle", text),
    ]),
    ...ticksOf(...ys, height / 50).flatMap(([value, text]) => [
      line(box.left, y(value), box.right, y(value)),
      tick(box.left - 6, y(value) + 4, "end", text),
    ]),
    name((box.left + box.right) / 2, height - 3, xLabel),
    name(11, (box.top + box.bottom) / 2, yLabel, -90),
  );
  return plane;
}
