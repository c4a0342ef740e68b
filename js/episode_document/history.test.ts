import assert from "node:assert/strict";
import { test } from "node:test";
import { changed, fixture } from "./fixtures.ts";
import {
  applied,
  difference,
  type History,
  isEmpty,
  LARGEST_HISTORY,
  MOST_EDITS,
  type Patch,
  recorded,
  turned,
} from "./history.ts";
import { type EpisodeDocument, LONGEST_NAME, MOST_CLASSES, MOST_ITEMS, PLACES } from "./types.ts";

interface Fixture {
  limits: Record<string, unknown>;
  edits: { what: string; batch: string }[];
  /** Before the first edit, and after each. */
  documents: EpisodeDocument[];
  differences: Patch[];
  history: History;
  undone: { document: EpisodeDocument; undo: number; redo: number }[];
}
const python = fixture<Fixture>("history");
const none: History = { undo: [], redo: [] };

function allRecorded(): History {
  return python.edits.reduce((history, { what, batch }, i) => {
    const [old, next] = python.documents.slice(i, i + 2);
    return recorded(history, old, next, what, batch);
  }, none);
}

test("the limits are Python's", () => {
  assert.deepEqual(
    {
      items: MOST_ITEMS,
      classes: MOST_CLASSES,
      name: LONGEST_NAME,
      edits: MOST_EDITS,
      history: LARGEST_HISTORY,
      places: PLACES,
    },
    python.limits,
  );
});

test("a difference is Python's, and leads from one document to the other and back", () => {
  for (const [i, patch] of python.differences.entries()) {
    const [old, next] = python.documents.slice(i, i + 2);
    assert.deepEqual(difference(old, next), patch);
    assert.deepEqual(applied(old, patch), next);
    assert.deepEqual(applied(next, difference(next, old)), old);
  }
  assert.ok(isEmpty(difference(python.documents[0], structuredClone(python.documents[0]))));
  assert.ok(!isEmpty(python.differences[0]));
});

test("a history is recorded as in Python, a batch as one edit", () => {
  assert.deepEqual(allRecorded(), python.history);
  assert.equal(python.history.undo.length, python.edits.length - 1); // two nudges of one point
});

test("undo goes back as in Python, and redo comes back to the end", () => {
  let state = { document: python.documents.at(-1)!, history: allRecorded() };
  for (const { document, undo, redo } of python.undone) {
    state = turned(state.document, state.history, "undo")!;
    assert.deepEqual(state.document, document);
    assert.deepEqual([state.history.undo.length, state.history.redo.length], [undo, redo]);
  }
  assert.equal(turned(state.document, state.history, "undo"), null);
  assert.deepEqual(state.document, python.documents[0]);
  const first = turned(state.document, state.history, "redo")!;
  assert.equal(first.what, python.edits[0].what);
  assert.deepEqual(first.document, python.documents[1]);
  state = first;
  for (let next = turned(state.document, state.history, "redo"); next; ) {
    state = next;
    next = turned(state.document, state.history, "redo");
  }
  assert.deepEqual(state.document, python.documents.at(-1));
  assert.deepEqual(state.history, python.history);
});

test("an edit after an undo forgets what could be done again", () => {
  const back = turned(python.documents.at(-1)!, python.history, "undo")!;
  const next = changed(back.document, (d) => d.classes.pop());
  assert.deepEqual(recorded(back.history, back.document, next, "x").redo, []);
});

test("as many edits are kept as in Python, by number and by size", () => {
  interface Kept {
    document: EpisodeDocument;
    turns: number;
    /** Number of items -> edits kept. */
    kept: Record<string, number>;
  }
  const { document: start, turns, kept } = fixture<Kept>("kept");
  for (const [nItems, expected] of Object.entries(kept)) {
    const item = start.items[2];
    const items = Array.from({ length: Number(nItems) }, (_, i) => [100 + i, { ...item, rank: i }]);
    let document = { ...start, items: Object.fromEntries(items) };
    let history = none;
    for (let turn = 0; turn < turns; turn++) {
      const next = changed(document, (d) => {
        for (const each of Object.values(d.items)) each.side = turn % 2 ? "support" : "query";
      });
      history = recorded(history, document, next, `turn ${turn}`);
      document = next;
    }
    assert.equal(history.undo.length, expected);
  }
});
