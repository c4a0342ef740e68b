// Where everything lies on the map, and how it glides from one projection to another.
import { type Bounds, boundsOf, type Camera } from "../../plot/map/camera.ts";
import { at } from "../../shared/arrays.ts";
import type { Model } from "../../shared/model.ts";
import { percentText } from "../../shared/numbers.ts";
import { isPrinting } from "../../shared/repaint.ts";
import type { Arrays, Computed, ComputedName, Config, Projection, Traits } from "../model.ts";
import type { Space } from "../space/space.ts";

export interface Layout {
  name: Projection;
  /** What was computed, null for the principal axes. */
  found: Computed | null;
  /** The same for layouts in which the same place means the same: of one projection at different steps. */
  map: string;
  /** Unlike that of any layout with other places. */
  key: string;
  /** [x, y] of all items. */
  items: Float32Array;
  /** [x, y] of all prototypes, NaN for none; null where they have no place on the map. */
  prototypes: Float32Array | null;
  /** Of all steps. */
  bounds: Bounds;
  axes: string[];
}

interface Decoded {
  data: Float32Array;
  bounds: Bounds;
}

export type Layouts = ReturnType<typeof layoutsOf>;

/** The layouts that there are: the principal axes, and what Python computed. */
export function layoutsOf(model: Model<Traits>, config: Config, arrays: Arrays, space: Space) {
  const decoded = new Map<string, Decoded>(); // computed places
  const decode = (places: string) => {
    const known = decoded.get(places);
    if (known) return known;
    const bytes = Uint8Array.from(atob(places), (c) => c.charCodeAt(0));
    const data = new Float32Array(bytes.buffer);
    const made = { data, bounds: boundsOf(data) };
    decoded.set(places, made);
    return made;
  };
  const computed = (name: ComputedName) => model.get("projections")?.[name] ?? null;
  const axes = config.explained.map(
    (part, i) =>
      `${config.axes?.[i] ?? `principal axis ${i + 1}`} \u00b7 ${percentText(part)} of variance`,
  );
  const bounds = boundsOf(arrays.pca.data, arrays.pca_prototypes.data);
  const principal = (step: number): Layout => ({
    name: "pca",
    found: null,
    map: "pca",
    key: `pca ${step % space.states}`,
    items: at(arrays.pca, step % space.states).data,
    prototypes: at(arrays.pca_prototypes, step).data,
    bounds,
    axes,
  });
  /** The layout of a step in the projection that is shown; the principal axes stand in for one that is missing. */
  const layoutAt = (step: number): Layout => {
    const name = model.get("projection");
    const found = name === "pca" ? null : computed(name);
    if (name === "pca" || !found) return principal(step);
    return { name, ...computedLayout(found, decode(found.places), step, space.n, name) };
  };
  return { computed, at: layoutAt };
}

function computedLayout(
  found: Computed,
  { data, bounds }: Decoded,
  step: number,
  n: number,
  name: ComputedName,
): Omit<Layout, "name"> {
  const { places, steps = 0, seed, neighbours } = found;
  const title = name === "tsne" ? "t-SNE" : "UMAP";
  const both = step === found.step && data.length > 2 * n;
  return {
    found,
    map: `${name} ${steps} ${places.length}`,
    key: `${name} ${places.length} ${steps} ${seed} ${neighbours} ${found.step}`,
    items: data.subarray(0, 2 * n),
    prototypes: both ? data.subarray(2 * n) : null,
    bounds,
    axes: [`${title} 1`, `${title} 2`],
  };
}

const GLIDE = 700; // milliseconds

export interface GlideOptions {
  camera: Camera;
  /** Stand where the model says on a new map. */
  restore: () => void;
  repaint: () => void;
}

/**
 * A function that gives where items are to be drawn: the layout's own array, or another one while they glide to it from
 * the map shown before.
 */
export function glideOf({ camera, restore, repaint }: GlideOptions) {
  let before: { items: Float32Array; bounds: Bounds } | null = null; // what the eye saw last
  let moving: { from: Float32Array; start: number } | null = null;
  let map = "";
  const turnTo = (target: Layout) => {
    if (map === target.map) return;
    const still = isPrinting() || matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (map && before && !still) {
      const from = rescaled(before.items, before.bounds, target.bounds);
      moving = { from, start: performance.now() };
    }
    map = target.map;
    camera.bounds(target.bounds);
    restore();
  };
  const placesOf = ({ items }: Layout) => {
    const part = moving ? (performance.now() - moving.start) / GLIDE : 1;
    if (!moving || part >= 1) {
      moving = null;
      return items;
    }
    repaint();
    return between(moving.from, items, part * part * (3 - 2 * part));
  };
  return (target: Layout): Float32Array => {
    turnTo(target);
    const items = placesOf(target);
    before = { items, bounds: target.bounds };
    return items;
  };
}

function between(from: Float32Array, to: Float32Array, part: number): Float32Array {
  return to.map((value, i) => from[i] * (1 - part) + value * part);
}

/** Places of one map in the measure of another, so that the way from one to the other is short. */
export function rescaled(items: Float32Array, from: Bounds, to: Bounds): Float32Array {
  const size = ([left, bottom, right, top]: Bounds) => [right - left, top - bottom];
  const middle = ([left, bottom, right, top]: Bounds) => [(left + right) / 2, (bottom + top) / 2];
  const scale = Math.min(size(to)[0] / size(from)[0], size(to)[1] / size(from)[1]);
  const [old, next] = [middle(from), middle(to)];
  return items.map((value, i) => (value - old[i % 2]) * scale + next[i % 2]);
}
