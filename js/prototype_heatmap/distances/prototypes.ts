// Distances to prototypes at all steps, in every metric, before and after edits of the support.
import { at, type NdArray } from "../../shared/arrays.ts";
import { type Metric, rowDistance } from "../../shared/distances.ts";
import type { Arrays, Config, Edit, ShownMetric } from "../model.ts";
import {
  classMeans,
  decisionsWithout,
  distancesOf,
  runningDistances,
  type Space,
  softmaxOf,
} from "./class_means.ts";
import { type EditedSupport, editedSupport, type Places, placesOf } from "./edits.ts";
import { type Nearest, nearestOf } from "./nearest.ts";
import { Recent } from "./recent.ts";
import { spaceAfter, spaceBefore } from "./spaces.ts";

/** Before or after the edits. */
export type Which = "old" | "new";

/** What of a config the arithmetic needs. */
export type Rule = Pick<Config, "episode" | "pool" | "own" | "local" | "scale"> &
  Partial<Pick<Config, "steps">>;

/** Numbers of all steps that are kept at once, for each distance. */
const MOST = 4e6;

export class Prototypes {
  readonly steps: number;
  readonly n: number;
  readonly way: number;
  readonly places: Places;
  /** The true class of each query. */
  readonly labels: ArrayLike<number>;
  /** The class of each support example before the edits. */
  readonly supportLabels: number[];
  edits: readonly Edit[] = [];
  /** The support after the edits. */
  support: EditedSupport;
  /** Goes up with every change of the edits. */
  edition = 0;
  readonly #rule: Rule;
  readonly #before: Space | null;
  #arrays: Arrays;
  #after: Space | null;
  #cache: Recent;

  constructor(rule: Rule, arrays: Arrays) {
    const { episode, pool } = rule;
    this.steps = arrays.distances?.shape[0] ?? rule.steps!;
    this.n = arrays.query_y.shape[0];
    this.way = episode.class_names.length;
    this.#cache = this.#forget();
    this.places = placesOf(episode.support_ids, episode.query_ids, pool.ids);
    this.labels = arrays.query_y.data;
    this.supportLabels = Array.from(arrays.support_y.data);
    this.support = editedSupport([], this.places, this.supportLabels);
    this.#rule = rule;
    this.#arrays = arrays;
    this.#before = this.#after = spaceBefore(arrays, this.#extent, this.support);
  }

  /** Take other edits; those that the learner was asked about come with its arrays. */
  setEdits(edits: readonly Edit[], arrays = this.#arrays): void {
    this.#arrays = arrays;
    this.edits = edits;
    this.edition += 1;
    this.#cache = this.#forget();
    this.support = editedSupport(edits, this.places, this.supportLabels);
    this.#after = edits.length
      ? spaceAfter(this.#before, this.support, arrays, this.#extent)
      : this.#before;
  }

  /** 1 for queries that are support after the edits, and no longer asked. */
  get moved(): Uint8Array {
    return this.support.moved;
  }

  /** How many queries are asked before the edits and after them. */
  get nAsked(): number {
    return this.moved.reduce((sum, out) => sum - out, this.n);
  }

  /** Whether distances at all steps are too many to keep: `stack` is not to be asked for then. */
  get isLarge(): boolean {
    return this.steps * this.n * this.way > MOST;
  }

  /** Distances at all steps (step, query, class). */
  stack(which: Which, metric: ShownMetric): NdArray {
    const make = () => this.#recorded(which, metric) ?? this.#computed(which, metric, 0);
    return this.#cached(this.#key(which, metric), make);
  }

  /** Distances at one step (query, class), computed alone where nothing has asked for all steps yet. */
  at(which: Which, metric: ShownMetric, step: number): NdArray {
    const key = this.#key(which, metric);
    if (this.#recorded(which, metric) || this.#cache.has(key)) {
      return at(this.stack(which, metric), step);
    }
    const make = () => this.#computedAt(which, metric, step);
    return this.#cached(`${key} at ${step}`, make);
  }

  /** Whether the learner's own distance comes with probabilities. */
  get hasProbabilities(): boolean {
    return this.#arrays.probabilities !== undefined || this.#rule.scale !== null;
  }

  nearest(which: Which, metric: ShownMetric, step: number): Nearest {
    const key = `${this.#key(which, metric)} nearest at ${step}`;
    return this.#cached(key, () => nearestOf(this.at(which, metric, step)));
  }

  /** Probabilities (query, class): a softmax over minus its own distance is the learner's rule, and no other's. */
  probabilities(which: Which, metric: ShownMetric, step: number): NdArray | null {
    const { local, scale } = this.#rule;
    const arrays = this.#arrays;
    if (metric !== "" || !this.hasProbabilities) return null;
    const isNew = this.#version(which) === "new";
    const recorded = isNew ? arrays["edited.probabilities"] : arrays.probabilities;
    if (recorded && !(local && isNew)) return at(recorded, step);
    return scale === null ? null : softmaxOf(this.at(which, metric, step), scale);
  }

  /** How many of the queries still asked are nearest to their own class. */
  nRight(which: Which, metric: ShownMetric, step: number): number {
    const { first } = this.nearest(which, metric, step);
    const isRight = (q: number) => first[q] === this.labels[q] && !this.moved[q];
    return first.reduce((sum, _, q) => sum + Number(isRight(q)), 0);
  }

  /** The decision for query q without each support example, by its place. */
  without(which: Which, metric: ShownMetric, step: number, q: number) {
    const isNew = this.#version(which) === "new";
    const found = decisionsWithout(this.#space(which), this.#metric(metric), step, q);
    return found.map(({ i, ...rest }) => ({ place: isNew ? this.support.rows[i] : i, ...rest }));
  }

  /** Whether class means can be computed. */
  hasMeans(which: Which): boolean {
    return (this.#version(which) === "new" ? this.#after : this.#before) !== null;
  }

  /** How far each class mean moved by the edits, NaN where it is not there before or after; null where it is as it was. */
  shifts(metric: ShownMetric, step: number): (Shift | null)[] {
    const [old, fresh] = [this.#before!, this.#space("new")].map((each) => classMeans(each, step));
    const { features } = this.#before!;
    return Array.from({ length: this.way }, (_, k) => {
      const [from, to] = [old, fresh].map((means) =>
        means.subarray(k * features, (k + 1) * features),
      );
      if (from.every((x, f) => x === to[f])) return null;
      const distance = rowDistance(this.#metric(metric), features, from, 0, to, 0);
      return { distance, wasThere: !Number.isNaN(from[0]), isThere: !Number.isNaN(to[0]) };
    });
  }

  #metric(metric: ShownMetric): Metric {
    return metric || (this.#rule.own as Metric);
  }

  /** Without edits there is one version. */
  #version(which: Which): Which {
    return this.edits.length ? which : "old";
  }

  #key(which: Which, metric: ShownMetric): string {
    return `${this.#version(which)} ${metric}`;
  }

  #space(which: Which): Space {
    return (this.#version(which) === "new" ? this.#after : this.#before)!;
  }

  /** What is compared is computed alike; alone, the learner's own distances are shown as they were recorded. */
  #recorded(which: Which, metric: ShownMetric): NdArray | undefined {
    if (metric !== "" || (this.edits.length && this.#rule.local)) return undefined;
    const isOld = this.#version(which) === "old";
    if (isOld && !this.#arrays.distances) return undefined;
    return isOld ? this.#arrays.distances : this.#arrays["edited.distances"];
  }

  #computed(which: Which, metric: ShownMetric, start: number, end = this.steps): NdArray {
    return distancesOf(this.#space(which), this.#metric(metric), start, end);
  }

  #computedAt(which: Which, metric: ShownMetric, step: number): NdArray {
    if (!this.isLarge) return at(this.#computed(which, metric, step, step + 1), 0);
    const running = this.#cache.always(`${this.#key(which, metric)} running`, () =>
      runningDistances(this.#space(which), this.#metric(metric)),
    );
    return running(step);
  }

  /** Nothing is known yet; of a large episode what was asked for last is kept alone. */
  #forget(): Recent {
    return new Recent(this.isLarge ? 48 : Infinity);
  }

  get #extent() {
    return { steps: this.steps, way: this.way };
  }

  #cached<Value>(key: string, make: () => Value): Value {
    return this.#cache.get(key, make);
  }
}

/** What became of a class mean. */
export interface Shift {
  distance: number;
  wasThere: boolean;
  isThere: boolean;
}
