// How far each layer's parameters are from where they began: a layer's weight and bias count as one.
import type { Snapshot, Trace } from "../adaptations.ts";

/** One layer, with a bar for each learner that has it. */
export interface Row {
  name: string;
  bars: { look: number; data: Float64Array }[];
}

export interface Layers {
  key: "layers";
  several: boolean;
  rows: Row[];
  /** The distance of all layers together. */
  learners: { name: string; look: number; data: Float64Array }[];
}

/** The layers of a trace, with their places along the channel's layer axis. */
export function layerGroups(names: string[]): { name: string; members: number[] }[] {
  const groups = new Map<string, number[]>();
  for (const [place, full] of names.entries()) {
    const name = full.replace(/^encoder\./, "").replace(/\.(weight|bias)$/, "");
    groups.set(name, [...(groups.get(name) ?? []), place]);
  }
  return [...groups].map(([name, members]) => ({ name, members }));
}

/**
 * The distances that the shown traces recorded, null for none. Networks of as many layers are compared layer by layer whatever
 * their names; of others, layers of one name.
 */
export function layersOf(now: Snapshot): Layers | null {
  const layered = now.traces.flatMap((trace) => distancesOf(now, trace) ?? []);
  if (!layered.length) return null;
  const alike = layered.every(({ layers }) => layers.length === layered[0].layers.length);
  const rows = new Map<number | string, Row>();
  for (const { look, layers } of layered) {
    for (const [place, { name, data }] of layers.entries()) {
      const key = alike ? place : name;
      const row = rows.get(key) ?? { name, bars: [] };
      if (!row.name.split(" / ").includes(name)) row.name += ` / ${name}`;
      row.bars.push({ look, data });
      rows.set(key, row);
    }
  }
  const learners = layered.map(({ name, look, total }) => ({ name, look, data: total }));
  return { key: "layers", several: now.several, rows: [...rows.values()], learners };
}

function distancesOf({ arrays }: Snapshot, trace: Trace) {
  const found = arrays[`${trace.i}.parameter_distance`];
  const names = trace.coords.layer ?? [];
  if (!found || !names.length || trace.steps < 2) return null;
  const [steps, width] = found.shape;
  /** The distance of several parameters together, at each step. */
  const along = (members: number[]) =>
    Float64Array.from({ length: steps }, (_, t) =>
      Math.hypot(...members.map((m) => found.data[t * width + m])),
    );
  return {
    name: trace.name,
    look: trace.look,
    layers: layerGroups(names).map(({ name, members }) => ({ name, data: along(members) })),
    total: along([...Array(width).keys()]),
  };
}

/** The value at a step; a trace that ended earlier stays at its end. */
export function valueAt(data: Float64Array, step: number): number {
  return data[Math.min(step, data.length - 1)];
}

/** The `most` rows that moved furthest, in their own order. */
export function furthestRows(rows: Row[], most: number): Row[] {
  const ranked = [...rows].sort((a, b) => furthestOf(b) - furthestOf(a));
  const keep = new Set(ranked.slice(0, most));
  return rows.filter((row) => keep.has(row));
}

function furthestOf({ bars }: Row): number {
  return largestFinite(bars.flatMap(({ data }) => [...data]));
}

function largestFinite(values: number[]): number {
  return Math.max(0, ...values.filter(Number.isFinite));
}

/**
 * The distance that the longest bar stands for: the same at all steps, unless an adaptation leaves the size of its first step
 * far behind. Then it is the step's own, and what is far beyond the usual there goes over the edge.
 */
export function longestBar(rows: Row[], learners: Layers["learners"], step: number): number {
  const ends = largestFinite(learners.flatMap(({ data }) => [...data]));
  const first = learners.map(({ data }) => valueAt(data, 1)).filter(Number.isFinite);
  if (ends < 100 * Math.max(...first, 1e-12)) return Math.max(...rows.map(furthestOf), 1e-12);
  const sorted = rows
    .flatMap(({ bars }) => bars.map(({ data }) => valueAt(data, step)))
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const usual = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return Math.max(1e-12, ...sorted.filter((v) => v <= 50 * usual));
}

/** The bar of a row that is longest at a step; what is no number is longer than all. */
export function longestIn({ bars }: Row, step: number): number {
  const values = bars.map(({ data }) => valueAt(data, step));
  return values.reduce((a, b) => (b > a || Number.isNaN(b) ? b : a));
}
