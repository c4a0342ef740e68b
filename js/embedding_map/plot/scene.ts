// What is painted of a map at one moment.
import type { Camera } from "../../plot/map/camera.ts";
import type { Point } from "../../plot/map/places.ts";
import type { Theme } from "../../shared/theme.ts";
import type { Traits } from "../model.ts";
import type { Space } from "../space/space.ts";

export interface MapState {
  theme: Theme;
  step: number;
  /** [x, y] of all items. */
  items: Float32Array;
  /** Unlike that of any other places. */
  layoutKey: string;
  /** [x, y] of all prototypes, null for none on the map. */
  prototypes: Float32Array | null;
  /** (way, 3), null where no borders are drawn. */
  planes: Float32Array | null;
  /** (step, way, 2): the way of each prototype, null where it is not drawn. */
  trails: Float32Array | null;
  axes: string[];
  /** The class of the prototype nearest to each item. */
  nearest: Int32Array;
  /** The item shown in detail, -1 for none. */
  current: number;
  pinned: boolean;
  /** Items to which lines are drawn from it. */
  neighbours: number[];
  chosen: ReadonlySet<number>;
  marks: Traits["marks"];
}

/** A state with what it is painted on. */
export interface Scene {
  ctx: CanvasRenderingContext2D;
  camera: Camera;
  width: number;
  height: number;
  space: Space;
  /** Whether items are support or query. */
  sides: boolean;
  names: string[];
  state: MapState;
}

/** The pixel of place i of a flat array. */
export function pixelOf({ camera }: Scene, places: ArrayLike<number>, i: number): Point {
  return [camera.u(places[2 * i]), camera.v(places[2 * i + 1])];
}

/** Whether an item counts and its nearest prototype is that of another class. */
export function isWrong({ space, state }: Scene, i: number): boolean {
  return state.nearest[i] >= 0 && space.isJudged(i) && state.nearest[i] !== space.labels[i];
}
