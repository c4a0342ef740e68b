// Edits of a document and how they are undone, by the same rules as in Python (episode_builder/document.py).
import type { DocumentItem, EpisodeDocument } from "./types.ts";

/** What differs from one document to another; an item that is gone is null. */
export interface Patch {
  top: Partial<Omit<EpisodeDocument, "items">>;
  items: Record<string, DocumentItem | null>;
}

export interface Edit {
  /** Its name, as in "Undo: move an item to support". */
  what: string;
  /** Edits of one batch are one to undo; "" for none. */
  batch: string;
  back: Patch;
  forth: Patch;
}

export interface History {
  undo: Edit[];
  redo: Edit[];
}

/** As in Python. */
const TOP = ["kind", "shape", "draw", "settings", "next", "classes"] as const;
export const MOST_EDITS = 100;
/** Characters of the edits as JSON. */
export const LARGEST_HISTORY = 300_000;

/** Whether two values of plain JSON are the same. */
export function alike(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Return the patch that makes `next` of `old`. */
export function difference(old: EpisodeDocument, next: EpisodeDocument): Patch {
  const changed = TOP.filter((name) => !alike(old[name], next[name]));
  const top = Object.fromEntries(changed.map((name) => [name, next[name]]));
  const items: Patch["items"] = {};
  for (const key of new Set([...Object.keys(old.items), ...Object.keys(next.items)])) {
    if (!alike(old.items[key], next.items[key])) items[key] = next.items[key] ?? null;
  }
  return { top, items };
}

/** Whether a patch changes nothing. */
export function isEmpty({ top, items }: Patch): boolean {
  return Object.keys(top).length + Object.keys(items).length === 0;
}

/** Return the document with a patch laid over it. */
export function applied(document: EpisodeDocument, patch: Patch): EpisodeDocument {
  const items: EpisodeDocument["items"] = {};
  for (const [key, item] of Object.entries({ ...document.items, ...patch.items })) {
    if (item) items[key] = item;
  }
  return { ...document, ...patch.top, items };
}

/** Return the history with one more edit; edits of one batch (the nudges of a key) are one to undo. */
export function recorded(
  history: History,
  old: EpisodeDocument,
  next: EpisodeDocument,
  what: string,
  batch = "",
): History {
  let edit: Edit = { what, batch, back: difference(next, old), forth: difference(old, next) };
  let undo = [...history.undo];
  const last = undo.at(-1);
  if (batch && last?.batch === batch) {
    undo.pop();
    edit = { ...edit, back: laid(edit.back, last.back), forth: laid(last.forth, edit.forth) };
  }
  undo = [...undo, edit].slice(-MOST_EDITS);
  let size = undo.reduce((sum, each) => sum + sizeOf(each), 0);
  while (undo.length > 1 && size > LARGEST_HISTORY) size -= sizeOf(undo.shift()!);
  return { undo, redo: [] };
}

function laid(below: Patch, above: Patch): Patch {
  return { top: { ...below.top, ...above.top }, items: { ...below.items, ...above.items } };
}

function sizeOf(edit: Edit): number {
  return JSON.stringify(edit).length;
}

/** How to take the last edit back, or to make the last one that was taken back once more. */
const TURNS = {
  undo: { other: "redo", way: "back" },
  redo: { other: "undo", way: "forth" },
} as const;

/** Return document and history after one step of undo or redo with the edit's name, null where there is none. */
export function turned(document: EpisodeDocument, history: History, direction: keyof History) {
  const { other, way } = TURNS[direction];
  const edit = history[direction].at(-1);
  if (!edit) return null;
  return {
    what: edit.what,
    document: applied(document, edit[way]),
    history: {
      ...history,
      [direction]: history[direction].slice(0, -1),
      [other]: [...history[other], edit],
    },
  };
}
