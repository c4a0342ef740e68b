// The episode as JSON to take along, as Python's `Episode.to_dict` gives it.
import type { ItemId, Side } from "../shared/packed_episode.ts";
import { ordered } from "./edits.ts";
import { alike } from "./history.ts";
import type { DocumentItem, Draw, EpisodeDocument, Row, Rows } from "./types.ts";
import { itemId } from "./verdict.ts";

export interface Built {
  document: EpisodeDocument;
  rows: Rows;
  /** What the document began as, if that is known. */
  draw: Draw | undefined;
}

/** An item of a set. */
export interface Taken {
  item: DocumentItem;
  id: ItemId;
  /** -1 in a curve. */
  label: number;
  row: Row | undefined;
}
export type Sets = Record<Side, Taken[]>;

/** Support and query in order. */
export function setsOf({ document, rows }: Built): Sets {
  const labels = new Map(document.classes.map(({ key }, i) => [key, i]));
  const ofSide = (side: Side) =>
    ordered(document, side).map(([key, item]) => ({
      item,
      id: itemId(key, item, rows),
      label: labels.get(item.class ?? -1) ?? -1,
      row: rows.get(item.row ?? -1),
    }));
  return { support: ofSide("support"), query: ofSide("query") };
}

/** The draw, if this is still the episode that was drawn, item by item, under the same names. */
export function unchanged({ document, draw }: Built, sets: Sets): Draw | null {
  const names = document.classes.map(({ name }) => name);
  if (!draw || !alike(names, draw.names)) return null;
  const same = (side: Side) =>
    alike(
      sets[side].map(({ item, label }) => [item.row, label]),
      draw[side],
    ) && sets[side].every(({ item }) => alike(item.at, draw.at[item.row ?? -1]));
  return same("support") && same("query") ? draw : null;
}

/** The draw, if all points are its own, whichever there are: they still say what their task is. */
export function pure({ document, draw }: Built, sets: Sets): Draw | null {
  if (!draw || document.kind === "sheet") return null;
  const drawn = ({ item, row }: Taken) =>
    row && alike(item.at, row.at) && String(row.number) in draw.at;
  return [...sets.support, ...sets.query].every(drawn) ? draw : null;
}

/** The episode as Python's `Episode.to_dict` gives it. */
export function episodeDict(built: Built): Record<string, unknown> {
  const sets = setsOf(built);
  const drawn = unchanged(built, sets);
  return {
    format: "metawidgets.episode/1",
    ...arraysOfSet(built.document, "support", sets.support),
    ...arraysOfSet(built.document, "query", sets.query),
    class_names: built.document.classes.map(({ name }) => name),
    support_items: sets.support.map(({ id }) => id),
    query_items: sets.query.map(({ id }) => id),
    seed: drawn?.seed ?? [],
    task: (drawn ?? pure(built, sets))?.task ?? {},
    ...(built.draw?.feature_names ? { feature_names: built.draw.feature_names } : {}),
  };
}

function arraysOfSet({ kind, shape }: EpisodeDocument, side: Side, found: Taken[]) {
  const n = found.length;
  if (kind === "curve") {
    const axis = (i: 0 | 1) => Float32Array.from(found, ({ item }) => item.at![i]);
    return {
      [`${side}_x`]: encoded("float32", [n, 1], axis(0)),
      [`${side}_y`]: encoded("float32", [n, 1], axis(1)),
    };
  }
  const values = found.flatMap(({ item, row }) => item.at ?? Array.from(row!.x.data));
  const x =
    shape.length === 3
      ? encoded("uint8", [n, ...shape], Uint8Array.from(values))
      : encoded("float32", [n, ...shape], Float32Array.from(values));
  const labels = BigInt64Array.from(found, ({ label }) => BigInt(label));
  return { [`${side}_x`]: x, [`${side}_y`]: encoded("int64", [n], labels) };
}

function encoded(dtype: string, shape: number[], values: { buffer: ArrayBuffer }) {
  return { dtype, shape, data: base64(new Uint8Array(values.buffer)) };
}

/** Bytes as base64. */
export function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
