// Points in the plane by class, or a curve's points: a plot with one tab stop; left and right go by x, up and down by y.
import { markOf } from "../plot/svg_marks.ts";
import { drawPlane, type Range } from "../plot/svg_plane.ts";
import { h, keys, svg } from "../shared/elements.ts";
import { chooserKeys, type Drawing, type DrawingOptions, itemNodes, lookAway } from "./drawing.ts";
import { type Item, itemName, placeOf } from "./items.ts";
import { legendOf } from "./legend.ts";

/** A plot of all items. */
export function plotOf({ items, names, chooser }: DrawingOptions): Drawing {
  const curve = names.length === 0;
  const nodes = itemNodes(chooser);
  const label = "Support and query points";
  const plot = svg("svg", { class: "mw-plot", role: "listbox", "aria-label": label });
  const frame = svg("g", { "aria-hidden": "true" });
  plot.append(frame);
  // Support is drawn last: it is what the learner sees, and there is less of it.
  for (const item of [...items].reverse()) {
    const name = itemName(item, items, names);
    const point = svg(
      "g",
      { class: "mw-point", role: "option", "aria-label": name },
      svg("circle", { r: 11, class: "mw-reach" }),
      markOf({ ...item, curve }),
    );
    nodes.add(item.id, point);
    plot.append(point);
  }
  nodes.setStop(items[0].id);
  const node = h(
    "div",
    { class: curve ? "mw-plotted" : "mw-plotted mw-scatter" },
    plot,
    legendOf(items, names),
  );
  // Chromium lets the tab key stop at an <svg> that listens to focus, so the box around it does.
  lookAway(plot, node, chooser);
  const [byX, byY] = [orderOf(items, 0), orderOf(items, 1)];
  keys(plot, {
    ArrowLeft: () => nodes.along(byX, -1),
    ArrowRight: () => nodes.along(byX, 1),
    ArrowDown: () => nodes.along(byY, -1),
    ArrowUp: () => nodes.along(byY, 1),
    Home: () => nodes.along(byX, -byX.length),
    End: () => nodes.along(byX, byX.length),
    ...chooserKeys(nodes, chooser),
  });
  const [xs, ys] = [rangeOf(items, 0), rangeOf(items, 1)];
  const [xLabel, yLabel] = curve ? ["x", "y"] : ["x\u2081", "x\u2082"];
  const fit = (available: number) => {
    const width = curve || available < 560 ? available : Math.min(460, available - 220);
    const least = Math.min(300, Math.max(190, 0.5 * width));
    const height = Math.round(curve ? least : Math.min(420, width));
    // In the plane a unit is as long across as up: what is compared there are distances.
    const plane = drawPlane(plot, frame, { width, height, xs, ys, equal: !curve, xLabel, yLabel });
    for (const item of items) {
      const [x, y] = placeOf(item);
      const transform = `translate(${plane.x(x)} ${plane.y(y)})`;
      nodes.nodes.get(item.id)!.setAttribute("transform", transform);
    }
  };
  return { node, paint() {}, mark: nodes.mark, fit }; // colours are the style sheet's
}

/** The ids in the order of an axis: 0 for x, 1 for y. */
function orderOf(items: Item[], axis: 0 | 1): string[] {
  const sorted = [...items].sort((a, b) => placeOf(a)[axis] - placeOf(b)[axis]);
  return sorted.map(({ id }) => id);
}

/** What an axis spans, with a margin. */
function rangeOf(items: Item[], axis: 0 | 1): Range {
  const values = items.map((item) => placeOf(item)[axis]);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = 0.06 * (high - low) || 1;
  return [low - margin, high + margin];
}
