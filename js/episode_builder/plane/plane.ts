// Points in the plane and samples of a curve: click to place, drag to move; arrows go from item to item, with shift they move it.
import { addItem } from "../../episode_document/edits.ts";
import type { Point } from "../../episode_document/types.ts";
import { drawPlane, type Plane } from "../../plot/svg_plane.ts";
import { h, svg } from "../../shared/elements.ts";
import type { Python } from "../../shared/python.ts";
import { isFull } from "../actions.ts";
import type { ItemsView, State } from "../state.ts";
import type { Store } from "../store.ts";
import { besideOf } from "./beside.ts";
import { marksOf } from "./marks.ts";
import { moveTo, pointerOn } from "./pointer.ts";
import { placed, pointsAlong, rangesOf, truthOf } from "./range.ts";

export interface PlaneViewOptions {
  store: Store;
  python: Python;
  state: State;
  signal: AbortSignal;
}

export interface PlaneView extends ItemsView {
  /** Take another width in pixels, the classes beside it included. */
  fit(available: number): void;
  /** Place one in the middle. */
  add(): void;
}

/** The plot of a document of points or of a curve. */
export function planeViewOf(options: PlaneViewOptions): PlaneView {
  const { store, python, state, signal } = options;
  const plot = svg("svg", { class: "eb-plot", role: "group" });
  const frame = svg("g", { "aria-hidden": "true" });
  const truth = svg("path", { class: "eb-truth" });
  const marks = marksOf(store, state);
  const beside = besideOf(store, python);
  plot.append(frame, truth, marks.node);
  const node = h("div", { class: "eb-plane" }, plot, beside.node);
  let width = 0;
  let plane: Plane | null = null;

  const isCurve = () => store.document().kind === "curve";
  const paint = () => {
    if (!width || store.document().kind === "sheet") return;
    // While a point is dragged, the axes stay.
    if (!held() || !plane) plane = measured({ plot, frame, truth, store, width });
    marks.paint({ plane, held: held() });
    const many = `${marks.count()} ${isCurve() ? "samples" : "points"}`;
    plot.setAttribute("aria-label", `${many}; click to place one, drag to move it`);
    beside.paint();
  };
  const held = pointerOn({
    plot,
    store,
    plane: () => plane,
    paint,
    add: (at, other) => addPoint(options, at, other),
    pick(key) {
      state.choose(key);
      marks.focus(key, { preventScroll: true });
    },
    signal,
  });
  const add = () => {
    if (!plane) return;
    const { x, y, box } = plane;
    const middle = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
    addPoint(options, placed(x.invert(middle[0]), y.invert(middle[1])), false);
  };
  const fit = (available: number) => {
    width = isCurve() || available < 620 ? available : Math.min(480, available - 280);
    node.classList.toggle("is-narrow", width === available);
    paint();
  };
  /** Move an item by hundredths of an axis; all nudges of one item are one to undo. */
  const nudge = (across: number, up: number) => (key: string) => {
    const { xs, ys } = plane!;
    const [dx, dy] = [(across * (xs[1] - xs[0])) / 100, (up * (ys[1] - ys[0])) / 100];
    moveTo(store, key, ([x, y]) => placed(x + dx, y + dy), `nudge ${key}`);
  };
  const go = (axis: 0 | 1, by: number) => () => marks.go(axis, by);
  const keys = {
    ArrowLeft: go(0, -1),
    ArrowRight: go(0, 1),
    ArrowUp: go(1, 1),
    ArrowDown: go(1, -1),
    Home: go(0, -Infinity),
    End: go(0, Infinity),
    "Shift+ArrowLeft": nudge(-1, 0),
    "Shift+ArrowRight": nudge(1, 0),
    "Shift+ArrowUp": nudge(0, 1),
    "Shift+ArrowDown": nudge(0, -1),
  };
  return { node, paint, fit, add, focus: marks.focus, keys };
}

interface Measured {
  plot: SVGSVGElement;
  frame: SVGGElement;
  truth: SVGPathElement;
  store: Store;
  width: number;
}

/** Draw the axes that fit the document, and the curve behind its samples; return them. */
function measured({ plot, frame, truth, store, width }: Measured): Plane {
  const document = store.document();
  const curve = document.kind === "curve";
  const wave = curve ? truthOf(store.draw()) : null;
  const [xs, ys] = rangesOf(document, wave);
  const least = Math.min(290, Math.max(210, 0.55 * width));
  const height = Math.round(curve ? least : Math.min(360, width));
  const [xLabel, yLabel] = curve ? ["x", "y"] : ["x\u2081", "x\u2082"];
  const size = { width, height, xs, ys, equal: !curve, xLabel, yLabel };
  const plane = drawPlane(plot, frame, size);
  const points = wave ? pointsAlong(wave, plane.xs, 160) : [];
  const path = points.map(([x, y], i) => {
    const place = `${plane.x(x).toFixed(1)},${plane.y(y).toFixed(1)}`;
    return `${i ? "L" : "M"}${place}`;
  });
  truth.setAttribute("d", path.join("") || "M0,0");
  return plane;
}

/** Place an item in the set that is aimed at, or with `other` in the other one, and choose it. */
function addPoint({ store, state }: PlaneViewOptions, at: Point, other: boolean): void {
  const across = state.side === "support" ? "query" : "support";
  const side = other ? across : state.side;
  const curve = store.document().kind === "curve";
  let made = "";
  if (isFull(store)) return;
  if (!curve && !store.document().classes.length) {
    store.refuse("There is no class to place a point in; add one.");
    return;
  }
  store.edit(`place a ${curve ? "sample" : "point"} in ${side}`, (document) => {
    made = addItem(document, { class: curve ? null : state.cls(), side, at });
    return made !== "";
  });
  if (made) state.choose(made);
}
