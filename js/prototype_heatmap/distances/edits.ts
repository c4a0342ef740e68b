// Edits of the support, one example at a time: `edited_support` of edits.py, and what a button makes of them.
import type { Edit } from "../model.ts";

/** Items of support, queries and pool, laid one after another: a place is an index into them. */
export interface Places {
  ids: string[];
  placeOf: Map<string, number>;
  nSupport: number;
  nQuery: number;
}

export function placesOf(support: string[], queries: string[], pool: string[]): Places {
  const ids = [...support, ...queries, ...pool];
  const placeOf = new Map(ids.map((id, place) => [id, place]));
  return { ids, placeOf, nSupport: support.length, nQuery: queries.length };
}

/** The support after edits. */
export interface EditedSupport {
  /** Places that are support now; added ones last. */
  rows: number[];
  /** Classes of these. */
  labels: number[];
  /** 1 for queries that are support now, and no longer asked. */
  moved: Uint8Array;
}

/** Apply edits; `labels` are those of the support before them. */
export function editedSupport(
  edits: readonly Edit[],
  places: Places,
  labels: ArrayLike<number>,
): EditedSupport {
  const { ids, placeOf, nSupport, nQuery } = places;
  const editOf = new Map(edits.map((edit) => [edit.item, edit]));
  const original = Array.from({ length: nSupport }, (_, place) => place);
  const kept = original.filter((place) => editOf.get(ids[place])?.op !== "drop");
  const added = edits.filter(({ op }) => op === "add").map(({ item }) => placeOf.get(item)!);
  const rows = [...kept, ...added];
  return {
    rows,
    labels: rows.map((row) => editOf.get(ids[row])?.label ?? labels[row]),
    moved: Uint8Array.from({ length: nQuery }, (_, q) => Number(added.includes(nSupport + q))),
  };
}

/** The edits with an item labelled, or with `null` out of the support; no edit of it where it is as it was. */
export function assigned(
  edits: readonly Edit[],
  places: Places,
  labels: ArrayLike<number>,
  place: number,
  label: number | null,
): Edit[] {
  const item = places.ids[place];
  const rest = edits.filter((edit) => edit.item !== item);
  const isSupport = place < places.nSupport;
  if (label === (isSupport ? labels[place] : null)) return rest;
  if (label === null) return [...rest, { op: "drop", item }];
  return [...rest, { op: isSupport ? "relabel" : "add", item, label }];
}

/** What was before each change of the edits, to go back to. */
export class EditHistory {
  readonly #past: (readonly Edit[])[] = [];

  remember(edits: readonly Edit[]): void {
    this.#past.push(edits);
  }

  /** Take the last change back; where none was remembered, the last edit. */
  undo(edits: readonly Edit[]): readonly Edit[] {
    return this.#past.pop() ?? edits.slice(0, -1);
  }
}

/** Why edits can't be made, "" where they can. */
export function refusal(edits: readonly Edit[], { placeOf, nSupport, nQuery }: Places): string {
  const count = (op: Edit["op"]) => edits.filter((edit) => edit.op === op).length;
  if (nSupport - count("drop") + count("add") < 1) {
    return "This would leave no support example; keep one.";
  }
  const isQuery = (place: number) => place >= nSupport && place < nSupport + nQuery;
  const asSupport = edits.filter(({ item }) => isQuery(placeOf.get(item) ?? -1));
  return asSupport.length >= nQuery ? "This would leave no query to ask; keep one." : "";
}
