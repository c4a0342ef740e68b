// What is painted: data and settings of the moment.
import { arraysOf, at } from "../shared/arrays.ts";
import type { Model } from "../shared/model.ts";
import type { Theme } from "../shared/theme.ts";
import { gridsHere } from "./live/grids.ts";
import { type Walker, walkerOf } from "./live/walker.ts";
import type { Arrays, Config, Place, Traits } from "./model.ts";
import { type Losses, lossesAt } from "./surface/grid.ts";

export interface State {
  arrays: Arrays;
  config: Config;
  task: number;
  step: number;
  /** Whether meta-gradients are drawn. */
  arrows: boolean;
  /** Whether the support's contours lie over the query's. */
  overlay: boolean;
  theme: Theme;
  /** Where the shown path begins. */
  start: Place;
  /** Whether that is another place than the learner's own initialisation. */
  moved: boolean;
  /** Where the initialisation is held while its path is not known; paths no longer hold then. */
  held: Place | null;
  /** Whether the meta-gradients are those of another place. */
  staleArrows: boolean;
  /** Another number for each path and for each set of meta-gradients. */
  version: string;
  /** The losses of the task at a place; null where they are not known. */
  lossesAt: (place: Place) => Losses | null;
}

/** A path that was computed here, until Python has sent its own. */
interface Walk {
  place: Place;
  arrays: Partial<Arrays>;
  hasGradients: boolean;
}

/** The arrays of a model, read once for each message of Python's, with what was computed here over them. */
export function dataOf(model: Model<Traits>) {
  let arrays = arraysOf<Arrays>(model);
  const config = () => model.get("config");
  let config0 = config(); // of the last message
  let walker: Walker | null = walkerOf(config(), arrays);
  let walk: Walk | null = null;
  const taskOf = () => Math.min(config().titles.length - 1, Math.max(0, model.get("task")));
  const grids = gridsHere(() => ({ walker, config: config(), task: taskOf() }));
  let paths = 0; // counted
  const sent = (): Place => firstPlace(arrays.path);
  /** Read what Python sent; a path computed here stays while it is `inUse`. */
  const renew = (inUse: boolean) => {
    const [start, plane] = [sent().join(), planeKey(config0)];
    config0 = config();
    arrays = arraysOf<Arrays>(model);
    walker = walkerOf(config0, arrays);
    if (plane !== planeKey(config0)) grids.clear();
    if (plane !== planeKey(config0) || (!inUse && start !== sent().join())) walk = null;
    paths += 1;
  };
  /** Run the inner loops from a place, if that can be done here. */
  const run = (place: Place): boolean => {
    if (!walker) return false;
    walk = { place, arrays: walker.pathsFrom(place), hasGradients: false };
    paths += 1;
    return true;
  };
  /** Add the meta-gradients to the path that was computed here; return whether there was one without. */
  const addGradients = (): boolean => {
    if (!walk || !walker || walk.hasGradients) return false;
    Object.assign(walk.arrays, walker.gradientsAt(walk.place));
    walk.hasGradients = true;
    return true;
  };
  /** Show Python's path again. */
  const drop = () => {
    walk = null;
    paths += 1;
  };
  const stateOf = (now: Pick<State, "step" | "theme" | "held">): State => {
    const home = firstPlace(arrays["home.path"]);
    const start = walk?.place ?? sent();
    const here = grids.over(arrays);
    const task = taskOf();
    return {
      ...now,
      arrays: walk ? ({ ...here.arrays, ...walk.arrays } as Arrays) : here.arrays,
      config: here.config,
      task,
      arrows: model.get("arrows"),
      overlay: model.get("surface") === "overlay",
      start,
      moved: start.some((v, i) => v !== home[i]),
      staleArrows: Boolean(now.held || (walk && !walk.hasGradients)),
      version: `${paths} ${paths}.${walk?.hasGradients ?? ""}`,
      lossesAt: (place) =>
        walker?.lossesAt(place, task) ?? lossesAt(place, { arrays, config: config(), task }),
    };
  };
  return {
    renew,
    config,
    run,
    addGradients,
    drop,
    grids,
    stateOf,
    /** Whether paths can be computed here. */
    canRun: () => walker !== null,
    /** Where the path begins that was computed here and is not confirmed. */
    walked: () => walk?.place ?? null,
    start: (): Place => walk?.place ?? sent(),
  };
}

function planeKey({ plane, range }: Config): string {
  return JSON.stringify([plane, range]);
}

function firstPlace(path: Arrays["path"]): Place {
  const [x, y] = at(at(path, 0), 0).data;
  return [x, y];
}
