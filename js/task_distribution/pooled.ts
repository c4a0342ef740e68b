// All items of all tasks pooled: what a learner sees that is told nothing of tasks.
import { drawLine } from "../plot/axes.ts";
import { shapePath } from "../plot/shapes.ts";
import type { Thumbnails } from "../plot/thumbnails.ts";
import { at, type Float32 } from "../shared/arrays.ts";
import { classColour } from "../shared/colour.ts";
import { numberText } from "../shared/numbers.ts";
import { drawItemAxes, type ItemScales, itemDomains } from "./item_axes.ts";
import type { Arrays, Config } from "./model.ts";
import { type Panel, type PanelOptions, panelOf } from "./panel.ts";
import {
  BOTH,
  countsOf,
  groupOf,
  labelOf,
  type Part,
  pointOf,
  SIDES,
  type State,
  sideColour,
  sideMark,
} from "./tasks.ts";

/** The pictures of the items, by part; null where they are points. */
export type Pictures = Record<Part, Thumbnails> | null;

export interface ItemsOptions {
  arrays: Arrays;
  config: Config;
  pictures: Pictures;
}

export function pooledOf(options: ItemsOptions): Panel {
  const { config } = options;
  const draw = { curve: drawCurves, points: drawPoints, image: drawImages }[config.kind];
  return panelOf({
    title: "The same as data, in one heap",
    draw: draw(options),
    words: (state) => pooledText(config, state),
  });
}

function pooledText(
  { kind, one_for_all, n_tasks: n, names }: Config,
  { step, chosen }: State,
): string {
  const [side] = chosen;
  if (kind === "curve") {
    if (!one_for_all) return "All examples of all tasks in one heap.";
    const [train, test] = BOTH.map((each) => numberText(one_for_all[groupOf(each, step)]));
    return `The best single function (line) misses the tasks by a squared error of ${train} in meta-training, ${test} in meta-testing.`;
  }
  const of = `Of ${SIDES[side].text}`;
  if (kind === "points") {
    return `${of}: every task puts its classes elsewhere, so in a heap the labels of ${n} tasks lie over each other.`;
  }
  const kinds = new Set(names[groupOf(side, step)].map(([first]) => first)).size;
  return `${of}: the first label (\u25cf) stands for ${kinds} different classes in ${n} tasks; in a heap it says nothing.`;
}

type Draw = PanelOptions["draw"];

/** Every task, part and item of a group. */
function* itemsOf(
  { arrays, config }: ItemsOptions,
  parts: Part[],
): Generator<[number, Part, number]> {
  const counts = countsOf(arrays);
  for (let task = 0; task < config.n_tasks; task++) {
    for (const part of parts) {
      for (let i = 0; i < counts[part]; i++) yield [task, part, i];
    }
  }
}

function drawCurves(options: ItemsOptions): Draw {
  const { arrays, config } = options;
  const domains = itemDomains(arrays, config.kind);
  const names = config.item_axes ?? ["x", "y"];
  return (ctx, size, { step, theme }) => {
    const { x, y } = drawItemAxes(ctx, domains, { size, names, theme });
    for (const side of BOTH) {
      const group = groupOf(side, step);
      ctx.fillStyle = sideColour(side, theme, 0.4);
      for (const [task, part, i] of itemsOf(options, ["support", "query"])) {
        const [u, v] = pointOf(arrays, config.kind, part, [group, task, i]);
        sideMark(ctx, side, [x(u), y(v), 2]);
      }
      if (!arrays.curves || !arrays.grid) continue;
      ctx.strokeStyle = sideColour(side, theme);
      ctx.setLineDash(side === "train" ? [] : [6, 4]);
      drawMean(ctx, at(arrays.curves, group), arrays.grid, { x, y });
      ctx.setLineDash([]);
    }
  };
}

/** Draw the mean of the curves: the one function that is best over all of them. */
function drawMean(
  ctx: CanvasRenderingContext2D,
  { data, shape: [n, points] }: Float32,
  grid: Float32,
  { x, y }: ItemScales,
): void {
  const mean = Array.from({ length: points }, (_, j) => {
    let sum = 0;
    for (let task = 0; task < n; task++) sum += data[task * points + j];
    return sum / n;
  });
  ctx.lineWidth = 2.5;
  drawLine(
    ctx,
    points,
    (j) => x(grid.data[j]),
    (j) => y(mean[j]),
  );
}

function drawPoints(options: ItemsOptions): Draw {
  const { arrays, config } = options;
  const domains = itemDomains(arrays, config.kind);
  const names = config.item_axes ?? ["x", "y"];
  return (ctx, size, { step, theme, chosen }) => {
    const { x, y } = drawItemAxes(ctx, domains, { size, names, theme });
    const group = groupOf(chosen[0], step);
    for (const [task, part, i] of itemsOf(options, ["query", "support"])) {
      const k = labelOf(arrays, part, group, task, i);
      const [u, v] = pointOf(arrays, config.kind, part, [group, task, i]);
      ctx.fillStyle = classColour(k, theme, 0.55);
      shapePath(ctx, k, x(u), y(v), 2.6);
      ctx.fill();
    }
  };
}

const CELL = 40;

function drawImages({ arrays, config, pictures }: ItemsOptions): Draw {
  const { support: count } = countsOf(arrays);
  const all = config.n_tasks * count;
  return (ctx, [width, height], { step, theme, chosen }) => {
    const across = Math.floor(width / CELL);
    const shown = Math.min(all, across * Math.floor(height / (CELL + 12)));
    const group = groupOf(chosen[0], step);
    for (let place = 0; place < shown; place++) {
      // The heap is not sorted by task: the stride has no factor in common with most sizes.
      const item = (place * 7919) % all;
      const [x, y] = [(place % across) * CELL, Math.floor(place / across) * (CELL + 12)];
      pictures?.support.draw(ctx, group * all + item, x + 4, y, CELL - 8, theme.fg);
      const k = labelOf(arrays, "support", group, Math.floor(item / count), item % count);
      ctx.fillStyle = classColour(k, theme);
      shapePath(ctx, k, x + CELL / 2, y + CELL - 1, 4);
      ctx.fill();
    }
  };
}
