// Grids of losses that Python has not computed, for the contours of an MLP learner: coarse at once, finer ones row by row.
import type { Arrays, Config, Range, Side } from "../model.ts";
import { contourLevels } from "../surface/levels.ts";
import type { Walker } from "./walker.ts";

export interface Grid {
  /** Grid points along a side. */
  n: number;
  losses: Record<Side, Float32Array<ArrayBuffer>>;
  levels: Record<Side, number[]>;
}

const SIZES = [13, 25, 49];

/** Compute a task's grids one after the other; null after each row, the grid after its last one. */
function* gridsOf(
  walker: Walker,
  { x, y }: Config["range"],
  task: number,
): Generator<Grid | null, void> {
  for (const n of SIZES) {
    const losses = { query: new Float32Array(n * n), support: new Float32Array(n * n) };
    for (let i = 0; i < n * n; i++) {
      const place = [pointOf(x, i % n, n), pointOf(y, Math.floor(i / n), n)] as [number, number];
      const { query, support } = walker.lossesAt(place, task);
      losses.query[i] = query;
      losses.support[i] = support;
      if ((i + 1) % n === 0 && i + 1 < n * n) yield null;
    }
    const levels = {
      query: contourLevels(losses.query),
      support: contourLevels(losses.support),
    };
    yield { n, losses, levels };
  }
}

function pointOf([low, high]: Range, i: number, n: number): number {
  return low + (i / (n - 1)) * (high - low);
}

/** What is shown now. */
interface Shown {
  walker: Walker | null;
  config: Config;
  task: number;
}

export type GridsHere = ReturnType<typeof gridsHere>;

/** Compute and keep grids of tasks for which Python has sent none. */
export function gridsHere(shown: () => Shown) {
  const found = new Map<number, Grid>();
  const under = new Map<number, Generator<Grid | null, void>>();
  /** Compute for some milliseconds, at first until there is a coarse grid; return whether there is a new one. */
  const work = (most = 8): boolean => {
    const { walker, config, task } = shown();
    if (!walker) return false;
    const rows = under.get(task) ?? gridsOf(walker, config.range, task);
    under.set(task, rows);
    const until = performance.now() + most;
    for (;;) {
      const { value } = rows.next();
      if (value) found.set(task, value);
      if (value || (found.has(task) && performance.now() > until)) return Boolean(value);
    }
  };
  return {
    work,
    /** Whether a grid of the shown task, or a finer one, can still be computed. */
    isCoarse: () => {
      const { walker, config, task } = shown();
      return walker !== null && !config.sides[task] && found.get(task)?.n !== SIZES.at(-1);
    },
    clear: () => {
      found.clear();
      under.clear();
    },
    /** The arrays and the config with what was computed here, where Python sent none. */
    over: (arrays: Arrays): { arrays: Arrays; config: Config } => {
      const { config } = shown();
      const own = [...found].filter(([task]) => !config.sides[task]);
      if (!own.length) return { arrays, config };
      const more = { ...arrays };
      const [sides, levels] = [[...config.sides], [...config.levels]];
      for (const [task, grid] of own) {
        sides[task] = grid.n;
        levels[task] = grid.levels;
        for (const side of ["query", "support"] as const) {
          more[`${side}_loss.${task}`] = { data: grid.losses[side], shape: [grid.n, grid.n] };
        }
      }
      return { arrays: more, config: { ...config, sides, levels } };
    },
  };
}
