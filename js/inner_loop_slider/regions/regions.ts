// The plane in the colours of the classes, with the support and the queries on it.
import { type Box, drawAxes, type Scale, scaleOf, ticksOf } from "../../plot/axes.ts";
import { bareCanvas, contextOf, shorten } from "../../plot/canvas.ts";
import { type DrawSign, legendOf } from "../../plot/legend.ts";
import { type Places, pointPanelOf } from "../../plot/point_panel.ts";
import { crossMark, shapePath } from "../../plot/shapes.ts";
import { at, type Float32, type Uint8 } from "../../shared/arrays.ts";
import { classColour, classRgb, rgbOf } from "../../shared/colour.ts";
import { h } from "../../shared/elements.ts";
import { afterDrawing } from "../../shared/repaint.ts";
import type { Theme } from "../../shared/theme.ts";
import { type Adaptations, type Item, largestOf, type Trace } from "../adaptations.ts";
import type { Grid } from "../model.ts";
import type { Panel, PanelOptions, State } from "../panel.ts";
import { middleOf, placeIn, placeOfItem, strideOf } from "../points/places.ts";
import { regionPixels, regionsOf } from "./region_pixels.ts";

/** Pixels of a picture from one grid point to the next. */
const FINER = 6;
/** Pictures kept at a time. */
const MOST_KEPT = 100;
/** Milliseconds without a change after which pictures are made ahead: while a rate is dragged each would be in vain. */
const SETTLED = 400;

interface Plane {
  grid: Grid;
  /** Logits (step, probe, way). */
  outputs: Float32;
  probabilities: Float32;
  absorbed: Uint8 | undefined;
  /** Compute the outputs of a step, where they come late. */
  fill(step: number): void;
}

/** What the axes take around the plane. */
const RIM = { left: 52, right: 8, top: 8, bottom: 40 };

export function regionsPanelOf(options: PanelOptions): Panel {
  const { now, signal } = options;
  let plane: Plane;
  let axes: Axes | null = null;
  const pictures = picturesOf(now.names.length, signal);
  const draw = (ctx: CanvasRenderingContext2D, width: number, height: number, state: State) => {
    axes = axesOf(plane.grid, width, height);
    return drawPlane(ctx, axes, { now, plane, state, picture: pictures.get(state) });
  };
  const numbers = {
    at: (u: number, v: number) => placeIn(axes!, u, v),
    of: (id: string) => placeOfItem(now, id) ?? middleOf(axes!),
    stride: () => strideOf(axes!),
  };
  const panel = pointPanelOf<State>({ ...options, draw, numbers });
  const note = h("p", { class: "il-note il-alarm", hidden: true });
  return {
    node: h("div", {}, panel.node, note),
    legend: legendFor(now.names),
    update(trace) {
      plane = planeOf(now, trace);
      pictures.of(plane);
    },
    paint(state) {
      plane.fill(state.step);
      panel.paint(state);
      const odd = at(plane.outputs, state.step).data.some(Number.isNaN);
      const text = "Some outputs are not a number at this step; these places stay blank.";
      afterDrawing(() => {
        note.textContent = odd ? text : "";
        note.hidden = !odd;
      });
    },
    // One unit is as long across as up: what is compared here are distances.
    fit(width) {
      const { x, y } = plane.grid;
      const shape = (y[1] - y[0]) / (x[1] - x[0]);
      const tallest = now.several ? 195 : 260;
      const [wide, high] = [RIM.left + RIM.right, RIM.top + RIM.bottom];
      const across = Math.min(width - wide, tallest / Math.max(shape, 0.2));
      panel.fit(across + wide, Math.round(across * shape) + high);
    },
  };
}

function planeOf({ arrays }: Adaptations, { i, grid, fill }: Trace): Plane {
  return {
    fill,
    grid: grid!,
    outputs: arrays[`${i}.probe_outputs`]!,
    probabilities: arrays[`${i}.probabilities`]!,
    absorbed: arrays[`${i}.absorbed`],
  };
}

/**
 * Pictures of the regions at each step, in one theme. They are made ahead while nothing else happens, so that the first drag
 * over the steps is as smooth as the second.
 */
function picturesOf(way: number, signal: AbortSignal) {
  const kept = new Map<number, HTMLCanvasElement>();
  let plane: Plane;
  let keptFor = "";
  let chain = 0; // the newest of those that make pictures; an older one ends
  const make = (step: number, theme: Theme) => {
    plane.fill(step);
    const colours = Array.from({ length: way }, (_, k) => classRgb(k, theme));
    const regions = regionsOf(at(plane.outputs, step).data, plane.grid, FINER);
    const { width, height, data } = regionPixels(regions, colours, rgbOf(theme.fg));
    const canvas = bareCanvas(width, height);
    contextOf(canvas).putImageData(new ImageData(data, width, height), 0, 0);
    return canvas;
  };
  const get = ({ step, theme }: { step: number; theme: Theme }) => {
    if (theme.bg !== keptFor) {
      kept.clear();
      keptFor = theme.bg;
      chain += 1;
      const mine = chain;
      setTimeout(() => makeNext(theme, mine), SETTLED);
    }
    if (!kept.has(step)) {
      if (kept.size > MOST_KEPT) kept.clear();
      kept.set(step, make(step, theme));
    }
    return kept.get(step)!;
  };
  const makeNext = (theme: Theme, mine: number) => {
    if (mine !== chain || signal.aborted || theme.bg !== keptFor) return;
    const steps = Math.min(MOST_KEPT, plane.outputs.shape[0]);
    const next = Array.from({ length: steps }, (_, t) => t).find((t) => !kept.has(t));
    if (next === undefined) return;
    get({ step: next, theme });
    whenIdle(() => makeNext(theme, mine));
  };
  const of = (next: Plane) => {
    plane = next;
    keptFor = "";
  };
  return { of, get };
}

/** Run something while nothing else happens. */
function whenIdle(run: () => void): void {
  if (window.requestIdleCallback) window.requestIdleCallback(() => run());
  else setTimeout(run, 50);
}

interface PlanePaint {
  now: Adaptations;
  plane: Plane;
  state: State;
  picture: HTMLCanvasElement;
}

interface Axes {
  box: Box;
  x: Scale;
  y: Scale;
  size: [width: number, height: number];
}

function axesOf(grid: Grid, width: number, height: number): Axes {
  const { left, right, top, bottom } = RIM;
  const box: Box = { left, right: width - right, top, bottom: height - bottom };
  const x = scaleOf(grid.x, [box.left, box.right]);
  const y = scaleOf(grid.y, [box.bottom, box.top]);
  return { box, x, y, size: [width, height] };
}

function drawPlane(
  ctx: CanvasRenderingContext2D,
  { box, x, y, size: [width, height] }: Axes,
  { now, plane, state: { step, theme }, picture }: PlanePaint,
): Places {
  const { grid, probabilities, absorbed } = plane;
  const [xTicks, yTicks] = [ticksOf(...grid.x, width / 80), ticksOf(...grid.y, height / 70)];
  const [xLabel, yLabel] = axisNames(ctx, now, box, theme);
  drawAxes(ctx, { box, x, y, xTicks, yTicks, xLabel, yLabel, theme });
  ctx.imageSmoothingEnabled = true;
  ctx.imageSmoothingQuality = "high";
  ctx.drawImage(picture, box.left, box.top, box.right - box.left, box.bottom - box.top);
  const places: Places = new Map();
  const p = at(probabilities, step);
  for (const item of [...now.items].reverse()) {
    const [px, py] = at(now.arrays[`${item.side}_x`], item.i).data;
    const [u, v] = [x(px), y(py)];
    places.set(item.id, [u, v]);
    const query = item.side === "query";
    const taken = query || !absorbed || Boolean(at(absorbed, step).data[item.i]);
    const wrong = query && largestOf(at(p, item.i).data) !== item.label;
    drawPoint(ctx, [u, v], item, theme, { taken, wrong });
  }
  return places;
}

/** What the two numbers of a point are called, as short as there is room. */
function axisNames(
  ctx: CanvasRenderingContext2D,
  { config }: Adaptations,
  { left, right, top, bottom }: Box,
  theme: Theme,
): [x: string, y: string] {
  const [x = "x", y = "y"] = config.episode.feature_names;
  ctx.font = `11px ${theme.font}`;
  return [shorten(ctx, x, right - left), shorten(ctx, y, bottom - top)];
}

interface PointLook {
  /** Whether the learner has seen it; what it has not stands back. */
  taken?: boolean;
  /** In the colour of the text, for no class. */
  plain?: boolean;
  wrong?: boolean;
}

function drawPoint(
  ctx: CanvasRenderingContext2D,
  [x, y]: readonly [number, number],
  { label, side }: Pick<Item, "label" | "side">,
  theme: Theme,
  { taken = true, plain = false, wrong = false }: PointLook,
): void {
  const colour = plain ? theme.fg : classColour(label, theme);
  const support = side === "support";
  ctx.globalAlpha = taken ? 1 : 0.35;
  shapePath(ctx, plain ? 0 : label, x, y, support ? 6 : wrong ? 6.5 : 4.25);
  ctx.fillStyle = support ? colour : theme.bg;
  ctx.strokeStyle = support ? theme.bg : colour;
  ctx.lineWidth = support ? 1.5 : 1.75;
  ctx.fill();
  ctx.stroke();
  if (wrong) {
    ctx.strokeStyle = theme.fg;
    crossMark(ctx, x, y, 2.6);
  }
  ctx.globalAlpha = 1;
}

function legendFor(names: string[]) {
  const sign =
    (label: number, side: Item["side"], look: PointLook = {}): DrawSign =>
    (ctx, x, y, theme) =>
      drawPoint(ctx, [x, y], { label, side }, theme, look);
  return legendOf([
    ...names.map((name, k) => [name, sign(k, "support")] as const),
    ["filled: support", sign(0, "support", { plain: true })],
    ["outlined: query", sign(0, "query", { plain: true })],
    ["\u00d7: query given a wrong class", sign(0, "query", { plain: true, wrong: true })],
  ]);
}
