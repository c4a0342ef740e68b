// Where queries and support lie before and after edits, from the arrays that Python sends.

import type { Int32, Uint8 } from "../../shared/arrays.ts";
import type { Arrays } from "../model.ts";
import type { Space } from "./class_means.ts";
import type { EditedSupport } from "./edits.ts";

/** How many steps and classes there are. */
export interface Extent {
  steps: number;
  way: number;
}

/** Whether the i-th of so many support items is there at a step. */
function presence(count: number, flags?: Uint8, since?: Int32): Space["present"] | null {
  if (since) return (step, i) => since.data[i] <= step;
  return flags ? (step, i) => flags.data[step * count + i] > 0 : null;
}

/** The space before any edit; null where no embeddings were sent. */
export function spaceBefore(arrays: Arrays, extent: Extent, support: EditedSupport): Space | null {
  const { "space.support": own, "space.queries": queries } = arrays;
  const { length } = support.rows;
  const present = presence(length, arrays["space.present"], arrays["space.since"]);
  if (!own || !queries || !present) return null;
  const { rows, labels, moved } = support;
  const parts = [own.data, queries.data, arrays["space.pool"]?.data ?? new Float32Array()];
  const every = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  every.set(parts[0]);
  every.set(parts[1], parts[0].length);
  every.set(parts[2], parts[0].length + parts[1].length);
  const features = own.shape[1];
  return { ...extent, features, rows, labels, present, every, queries: queries.data, moved };
}

/** The space after edits: as the learner embedded it anew, where that was sent. */
export function spaceAfter(
  before: Space | null,
  support: EditedSupport,
  arrays: Arrays,
  extent: Extent,
): Space | null {
  const { rows, labels, moved } = support;
  const { "edited.support": own, "edited.queries": queries } = arrays;
  const anew = presence(rows.length, arrays["edited.present"], arrays["edited.since"]);
  if (own && queries && anew) {
    const [features, every] = [own.shape[1], own.data];
    const ownRows = [...rows.keys()];
    const asked = queries.data;
    return {
      ...extent,
      features,
      rows: ownRows,
      labels,
      present: anew,
      every,
      queries: asked,
      moved,
    };
  }
  if (!before) return null;
  // Added examples come with the last step.
  const isSupport = (row: number) => row < before.rows.length;
  const present = (step: number, i: number) =>
    isSupport(rows[i]) ? before.present(step, rows[i]) : step === before.steps - 1;
  return { ...before, rows, labels, present, moved };
}
