// The space of tasks: a point a task, and the frame that a distribution draws from.
import { type Box, drawAxes, type Scale, scaleOf, ticksOf } from "../plot/axes.ts";
import { dotMark } from "../plot/shapes.ts";
import { at } from "../shared/arrays.ts";
import { type KeyMap, keys } from "../shared/elements.ts";
import { percentText } from "../shared/numbers.ts";
import type { Arrays, Config } from "./model.ts";
import { type Panel, panelOf } from "./panel.ts";
import {
  BOTH,
  groupOf,
  rangeOf,
  SIDES,
  type Side,
  type State,
  sideColour,
  sideMark,
  type Task,
} from "./tasks.ts";

export interface SpaceOptions {
  arrays: Arrays;
  config: Config;
  /** The present task, which may be ahead of what was painted last. */
  chosen: () => Task;
  onChoose: (task: Task) => void;
}

interface Axes {
  box: Box;
  x: Scale;
  y: Scale;
}

type Domains = [[number, number], [number, number]];

export function spaceOf({ arrays, config, chosen, onChoose }: SpaceOptions): Panel {
  const n = config.n_tasks;
  const domains = domainsOf(arrays, config);
  let last: { axes: Axes; step: number } | null = null;
  const placeOf = (side: Side, step: number, i: number) =>
    at(at(arrays.places, groupOf(side, step)), i).data;
  const draw = (ctx: CanvasRenderingContext2D, size: readonly [number, number], state: State) => {
    const axes = drawSpace(ctx, domains, config.axes, size, state);
    last = { axes, step: state.step };
    for (const side of BOTH) {
      drawFrame(ctx, config, side, axes, state);
      for (let i = 0; i < n; i++) {
        const isChosen = state.chosen[0] === side && state.chosen[1] === i;
        const [u, v] = placeOf(side, state.step, i);
        drawTask(ctx, side, [axes.x(u), axes.y(v)], isChosen, state);
      }
    }
  };
  const panel = panelOf({
    title: "Tasks drawn from p(T)",
    draw,
    words: () => spaceText(config),
    legend: BOTH.map((side) => [
      SIDES[side].text,
      (ctx, x, y, theme) => {
        ctx.fillStyle = sideColour(side, theme);
        sideMark(ctx, side, [x, y, 5]);
      },
    ]),
    focusable: {
      tabindex: 0,
      role: "application",
      "aria-roledescription": "plot",
      "aria-label":
        "Tasks. Left and right visit the tasks, up and down go from meta-training to meta-testing and back.",
    },
  });
  panel.canvas.addEventListener("click", (event) => {
    if (!last) return;
    const rect = panel.canvas.getBoundingClientRect();
    const [u, v] = [event.clientX - rect.left, event.clientY - rect.top];
    const { axes, step } = last;
    const far = ([side, i]: Task) => {
      const [x, y] = placeOf(side, step, i);
      return Math.hypot(axes.x(x) - u, axes.y(y) - v);
    };
    const found = nearestTask(n, far);
    if (found) onChoose(found);
  });
  keys(panel.holder, taskKeys(n, chosen, onChoose));
  return panel;
}

/** What the axes span: all tasks of all groups, and the frames, so that nothing jumps as the distribution moves. */
function domainsOf({ places }: Arrays, { ranges }: Config): Domains {
  const domain = (axis: number) => {
    const values = Array.from(places.data).filter((_, i) => i % 2 === axis);
    const ends = ranges.flatMap((range) => range[axis]).filter((end) => end !== null);
    return rangeOf([...values, ...ends]);
  };
  return [domain(0), domain(1)];
}

function spaceText({ explained }: Config): string {
  if (!explained.length) {
    return "Each point is a task: one function. The frames are what the distributions draw from.";
  }
  return `The two axes show ${percentText(explained[0] + explained[1])} of how tasks differ.`;
}

function drawSpace(
  ctx: CanvasRenderingContext2D,
  domains: Domains,
  [xLabel, yLabel]: string[],
  [width, height]: readonly [number, number],
  { theme }: State,
): Axes {
  const box = { left: 46, right: width - 10, top: 10, bottom: height - 40 };
  const x = scaleOf(domains[0], [box.left, box.right]);
  const y = scaleOf(domains[1], [box.bottom, box.top]);
  const xTicks = ticksOf(...domains[0], width / 80);
  const yTicks = ticksOf(...domains[1], height / 60);
  drawAxes(ctx, { box, x, y, xTicks, yTicks, xLabel, theme });
  ctx.save();
  ctx.fillStyle = theme.muted;
  ctx.textAlign = "left";
  ctx.textBaseline = "top";
  ctx.fillText(yLabel, box.left + 4, 0);
  ctx.restore();
  return { box, x, y };
}

/** Draw what a distribution draws its tasks from, where that is known. */
function drawFrame(
  ctx: CanvasRenderingContext2D,
  config: Config,
  side: Side,
  { x, y }: Axes,
  { step, theme }: State,
): void {
  const range = config.ranges[groupOf(side, step)];
  const ends = range?.flat() ?? [];
  if (!ends.length || ends.some((end) => end === null)) return;
  const [x0, x1, y0, y1] = ends as number[];
  const frame = [x(x0), y(y1), x(x1) - x(x0), y(y0) - y(y1)] as const;
  ctx.strokeStyle = sideColour(side, theme);
  ctx.fillStyle = sideColour(side, theme, 0.07);
  ctx.lineWidth = 1.5;
  ctx.setLineDash(side === "train" ? [] : [5, 3]);
  ctx.fillRect(...frame);
  ctx.strokeRect(...frame);
  ctx.setLineDash([]);
}

function drawTask(
  ctx: CanvasRenderingContext2D,
  side: Side,
  [u, v]: readonly [number, number],
  isChosen: boolean,
  { theme }: State,
): void {
  ctx.fillStyle = sideColour(side, theme, isChosen ? 1 : 0.75);
  sideMark(ctx, side, [u, v, isChosen ? 6 : 4]);
  if (!isChosen) return;
  ctx.strokeStyle = theme.fg;
  ctx.lineWidth = 2;
  dotMark(ctx, u, v, 10, false);
}

/** The task that is nearest by `far`, null where none is near; of equal ones that of meta-testing. */
function nearestTask(n: number, far: (task: Task) => number): Task | null {
  let [best, least]: [Task | null, number] = [null, 20];
  for (const side of ["test", "train"] as const) {
    for (let i = 0; i < n; i++) {
      const distance = far([side, i]);
      if (distance < least) [best, least] = [[side, i], distance];
    }
  }
  return best;
}

function taskKeys(n: number, chosen: () => Task, onChoose: (task: Task) => void): KeyMap {
  const go = (to: number) => onChoose([chosen()[0], (to + n) % n]);
  const cross = () => onChoose([chosen()[0] === "train" ? "test" : "train", chosen()[1]]);
  return {
    ArrowLeft: () => go(chosen()[1] - 1),
    ArrowRight: () => go(chosen()[1] + 1),
    ArrowUp: cross,
    ArrowDown: cross,
    Home: () => go(0),
    End: () => go(n - 1),
  };
}
