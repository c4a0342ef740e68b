// What is shown at the moment: which step, which distances, and which cell.
import type { NdArray } from "../../shared/arrays.ts";
import { METRIC_WORDS } from "../../shared/distances.ts";
import type { Cell } from "../matrix/layout.ts";
import type { Compare, ShownMetric, Sort } from "../model.ts";
import { type Nearest, type RowGroup, rowGroups } from "./nearest.ts";
import type { Prototypes, Which } from "./prototypes.ts";
import { type Quantity, Ranges } from "./ranges.ts";

export interface Reading {
  /** (query, class). */
  distances: NdArray;
  /** (query, class); null where the distance has none. */
  probabilities: NdArray | null;
  nearest: Nearest;
}

export class Shown {
  readonly prototypes: Prototypes;
  readonly names: readonly string[];
  /** The learner's own distance in words. */
  ownWords: string;
  step = 0;
  metric: ShownMetric = "";
  sort: Sort = "class";
  compare: Compare = "new";
  /** Whether colours show what a distance exceeds the nearest by. */
  relative = false;
  /** By a click or a key. */
  pinned: Cell | null = null;
  /** By hovering or arrow keys. */
  pointed: Cell | null = null;
  /** The class of a selected support example, -1 for none. */
  marked = -1;
  ranges: Ranges;
  /** The matrix's rows, as they were last put in order. */
  groups: RowGroup[] = [];
  #members: number[][] = [];
  #membersOf = "";

  constructor(prototypes: Prototypes, names: readonly string[], ownWords: string) {
    this.prototypes = prototypes;
    this.names = names;
    this.ownWords = ownWords;
    this.ranges = new Ranges(prototypes);
  }

  get edited(): boolean {
    return this.prototypes.edits.length > 0;
  }

  get which(): Which {
    return this.edited && this.compare === "old" ? "old" : "new";
  }

  get quantity(): Quantity {
    if (this.edited && this.compare === "difference") return "change";
    return this.relative ? "excess" : "distance";
  }

  get isChange(): boolean {
    return this.quantity === "change";
  }

  /** The metric in words. */
  get metricWords(): string {
    return this.metric ? METRIC_WORDS[this.metric] : this.ownWords;
  }

  isAsked(q: number): boolean {
    return this.which === "old" || !this.prototypes.moved[q];
  }

  get nAsked(): number {
    return this.which === "old" ? this.prototypes.n : this.prototypes.nAsked;
  }

  nearest(which = this.which): Nearest {
    return this.prototypes.nearest(which, this.metric, this.step);
  }

  /** All that is known of the moment, before or after the edits. */
  reading(which = this.which): Reading {
    return {
      distances: this.prototypes.at(which, this.metric, this.step),
      probabilities: this.prototypes.probabilities(which, this.metric, this.step),
      nearest: this.nearest(which),
    };
  }

  /** Those of some queries that are nearest to a wrong prototype. */
  wrongOf(queries: readonly number[]): number[] {
    const { first } = this.nearest();
    const { labels } = this.prototypes;
    return queries.filter((q) => first[q] >= 0 && first[q] !== labels[q]);
  }

  /** What colours show of (query, class): distances, or their changes. */
  get values(): NdArray {
    if (this.isChange) return this.ranges.differences(this.metric, this.step);
    return this.prototypes.at(this.which, this.metric, this.step);
  }

  /** What colours count from in a query's row: its nearest distance, where they show what is above that. */
  get zeroOf(): (q: number) => number {
    if (this.quantity !== "excess") return () => 0;
    const { data } = this.values;
    const { first } = this.nearest();
    const { way } = this.prototypes;
    return (q) => data[q * way + Math.max(0, first[q])];
  }

  /** Places of the support of class k as it is shown: its first example stands for the prototype. */
  members(k: number): readonly number[] {
    const { support, supportLabels, edition, way } = this.prototypes;
    const key = `${this.which} ${edition}`;
    if (key !== this.#membersOf) {
      const before = { rows: [...supportLabels.keys()], labels: supportLabels };
      const { rows, labels } = this.which === "new" ? support : before;
      this.#members = Array.from({ length: way }, () => []);
      for (const [i, row] of rows.entries()) this.#members[labels[i]].push(row);
      this.#membersOf = key;
    }
    return this.#members[k];
  }

  /** The cell with the smallest margin; null where no query has one. */
  get closest(): Cell | null {
    const { margin, first } = this.nearest();
    const isLess = (q: number, best: number) =>
      !Number.isNaN(margin[q]) && (best < 0 || margin[q] < margin[best]);
    const best = margin.reduce((found, _, q) => (isLess(q, found) ? q : found), -1);
    return best < 0 ? null : [best, first[best]];
  }

  get current(): Cell | null {
    return this.pinned ?? this.pointed ?? this.closest;
  }

  /** Take the edits that the prototypes have now. */
  takeEdits(): void {
    this.ranges = new Ranges(this.prototypes);
  }

  /** Put the rows in order. */
  regroup(): void {
    const distances = this.prototypes.at(this.which, this.metric, this.step);
    const { labels } = this.prototypes;
    this.groups = rowGroups(this.sort, this.nearest(), distances, labels, this.names);
  }

  /** Queries in the order of the rows. */
  get order(): number[] {
    return this.groups.flatMap(({ members }) => members);
  }

  /** The next query that is nearest to a wrong prototype, after the current one and around; undefined for none. */
  get nextWrong(): number | undefined {
    const rows = this.order;
    const start = this.pinned || this.pointed ? rows.indexOf(this.current![0]) : -1;
    const around = [...rows.slice(start + 1), ...rows.slice(0, start + 1)];
    return this.wrongOf(around)[0];
  }
}
