// What a learner that compares with class means says of each query, as `nearest_answers` of nearest_prototype.py finds it.
import { ordered } from "../../episode_document/edits.ts";
import { alike } from "../../episode_document/history.ts";
import type { DocumentItem, EpisodeDocument, Rows } from "../../episode_document/types.ts";
import { type Metric, rowDistance } from "../../shared/distances.ts";

/** The embedding of a row, undefined where it has none. */
export type Embeddings = ReadonlyMap<number, ArrayLike<number>>;

export interface Answer {
  /** The key of the class it says, null where no class has a prototype. */
  cls: number | null;
  right: boolean;
  /** To each class in order; NaN where it has no prototype. */
  distances: number[];
}

export interface Answers {
  /** By the keys of the queries. */
  of: Map<string, Answer>;
  right: number;
  /** Support items and queries without an embedding, which are left out. */
  missing: string[];
}

/** Answer the queries of a document. */
export function answersOf(
  document: EpisodeDocument,
  rows: Rows,
  embeddings: Embeddings,
  metric: Metric,
): Answers {
  const zOf = (item: DocumentItem) => {
    const row = rows.get(item.row ?? -1);
    const own = row && (!item.at || alike(item.at, row.at));
    return own ? embeddings.get(row.number) : undefined;
  };
  const features = embeddings.values().next().value?.length ?? 0;
  const { classes } = document;
  const means = classes.map(({ key }) => meanOf(ordered(document, "support", key), zOf, features));
  const of = new Map<string, Answer>();
  const missing = Object.entries(document.items)
    .filter(([, item]) => item.side !== "pool" && !zOf(item))
    .map(([key]) => key);
  let right = 0;
  for (const [key, item] of ordered(document, "query")) {
    const z = zOf(item);
    if (!z) continue;
    const distances = means.map((mean) => rowDistance(metric, features, z, 0, mean, 0));
    const cls = nearestOf(distances);
    const answer = { cls: cls < 0 ? null : classes[cls].key, right: false, distances };
    answer.right = answer.cls !== null && answer.cls === item.class;
    if (answer.right) right += 1;
    of.set(key, answer);
  }
  return { of, right, missing };
}

/** The mean embedding of items, NaN for none. */
function meanOf(
  items: ReturnType<typeof ordered>,
  zOf: (item: DocumentItem) => ArrayLike<number> | undefined,
  features: number,
): Float64Array {
  const found = items.map(([, item]) => zOf(item)).filter((z) => z !== undefined);
  const mean = new Float64Array(features);
  for (const z of found) for (let f = 0; f < features; f++) mean[f] += z[f];
  return mean.map((sum) => sum / found.length);
}

/** The place of the least of the numbers, -1 where there is none. */
function nearestOf(distances: number[]): number {
  let best = -1;
  for (const [k, distance] of distances.entries()) {
    if (!Number.isNaN(distance) && (best < 0 || distance < distances[best])) best = k;
  }
  return best;
}
