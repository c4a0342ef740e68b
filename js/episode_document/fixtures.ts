// What Python wrote for the unit tests; see tests/fixtures/__init__.py.
import { readFileSync } from "node:fs";
import type { NdArray } from "../shared/arrays.ts";
import type { EpisodeDocument, Row, Rows } from "./types.ts";

const FOLDER = new URL("../../tests/fixtures/episode_document/", import.meta.url);

/** A row as the fixtures hold it. */
export type PlainRow = Omit<Row, "x"> & { x?: { shape: number[]; data: number[] } };

/** Read a fixture. */
export function fixture<Values>(name: string): Values {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf8"));
}

/** Rows by their numbers. */
export function rowsFrom(plain: PlainRow[]): Rows {
  const array = (x: PlainRow["x"]): NdArray =>
    x?.shape.length === 3
      ? { shape: x.shape, data: Uint8Array.from(x.data) }
      : { shape: x?.shape ?? [0], data: Float32Array.from(x?.data ?? []) };
  return new Map(plain.map((row) => [row.number, { ...row, x: array(row.x) }]));
}

/** A copy of a document, changed. */
export function changed(
  document: EpisodeDocument,
  change: (document: EpisodeDocument) => unknown,
): EpisodeDocument {
  const copy = structuredClone(document);
  change(copy);
  return copy;
}
