// What a document amounts to: an episode, or the reason why not; in the same words as Python (episode_builder/build.py),
// so that nobody waits for it.
import type { ItemId, Side } from "../shared/packed_episode.ts";
import { ordered } from "./edits.ts";
import { alike } from "./history.ts";
import type { DocumentItem, EpisodeDocument, Rows } from "./types.ts";

/** The items of a class, or of a curve, by where they stand. */
export interface Counts {
  support: number;
  query: number;
  pool: number;
}

export interface Verdict {
  /** Why there is no episode, "" if there is one. */
  problem: string;
  /** What a reader of a result on this episode should know. */
  notes: string[];
  /** The keys of the items at fault. */
  bad: Set<string>;
  /** One entry a class, in the order of their labels; one for a curve. */
  counts: Counts[];
}

/** An item of a set with its id as text. */
interface Named {
  key: string;
  item: DocumentItem;
  id: string;
}
type Sets = Record<Side, Named[]>;

/** Where an item came from. What was moved in a plot is no longer the one that was drawn. */
export function itemId(key: string, item: DocumentItem, rows: Rows): ItemId {
  const row = rows.get(item.row ?? -1);
  if (row && (!item.at || alike(item.at, row.at))) return row.item;
  return ["placed", item.class === null ? "curve" : `class-${item.class}`, key];
}

/** Judge a document. */
export function verdictOf(document: EpisodeDocument, rows: Rows): Verdict {
  const named = (side: Side) =>
    ordered(document, side).map(
      ([key, item]): Named => ({ key, item, id: itemId(key, item, rows).join("/") }),
    );
  const sets = { support: named("support"), query: named("query") };
  const classes = document.kind === "curve" ? [null] : document.classes.map(({ key }) => key);
  const counts = classes.map((cls) => ({
    support: ordered(document, "support", cls).length,
    query: ordered(document, "query", cls).length,
    pool: ordered(document, "pool", cls).length,
  }));
  const ofClasses = document.kind === "curve" ? "" : classProblem(document);
  const { problem, bad } = ofClasses ? { problem: ofClasses, bad: [] } : itemProblem(sets);
  return { problem, notes: notesOf(document, sets, rows), bad: new Set(bad), counts };
}

function classProblem({ classes }: EpisodeDocument): string {
  const names = classes.map(({ name }) => name.trim());
  if (names.length < 2) {
    const few = names.length ? "There is one class" : "There is no class";
    return `${few}: nothing to tell apart. Add classes.`;
  }
  if (names.includes("")) return `Class ${names.indexOf("") + 1} has no name. Give it one.`;
  const twice = names.find((name, i) => names.indexOf(name, i + 1) >= 0);
  return twice === undefined ? "" : `Two classes are called \u201c${twice}\u201d. Rename one.`;
}

function itemProblem(sets: Sets): { problem: string; bad: string[] } {
  const { support, query } = sets;
  const asked = new Map(query.map((each) => [each.id, each.key]));
  const both = support.find(({ id }) => asked.has(id));
  if (both) {
    const why = "the learner would see a query before the test";
    const problem = `Item ${both.id} is in both support and query: ${why}. Remove one.`;
    return { problem, bad: [both.key, asked.get(both.id)!] };
  }
  for (const side of ["support", "query"] as const) {
    const id = repeated(sets[side]);
    if (id === undefined) continue;
    const bad = sets[side].filter((each) => each.id === id).map(({ key }) => key);
    return { problem: `Item ${id} is in the ${side} set twice. Remove one.`, bad };
  }
  const empty = (side: Side, why: string) =>
    `The ${side} set is empty: ${why}. Move an item there.`;
  let problem = "";
  if (!support.length)
    problem = empty("support", "a learner needs at least one item to learn from");
  else if (!query.length) problem = empty("query", "there is nothing to predict");
  return { problem, bad: [] };
}

/** The first id that comes a second time. */
function repeated(found: Named[]): string | undefined {
  const seen = new Set<string>();
  for (const { id } of found) {
    if (seen.has(id)) return id;
    seen.add(id);
  }
  return undefined;
}

function notesOf(document: EpisodeDocument, { support, query }: Sets, rows: Rows): string[] {
  const notes: string[] = [];
  for (const { key, name } of document.classes) {
    const isMine = ({ item }: Named) => item.class === key;
    if (support.some(isMine)) continue;
    const what = query.some(isMine)
      ? "queries but no support: a learner cannot recognise it"
      : "neither support nor queries";
    notes.push(`Class \u201c${name}\u201d has ${what}.`);
  }
  if (document.kind !== "sheet") return notes;
  const seen = new Map<string, string>();
  for (const { item, id } of [...support, ...query]) {
    const source = rows.get(item.row ?? -1)?.source ?? "";
    const first = seen.get(source) ?? id;
    seen.set(source, first);
    if (first === id) continue;
    const why = "their results are not independent";
    notes.push(`${first} and ${id} are from one source image: ${why}.`);
  }
  return notes;
}

/** The episode in short, or how uneven it is: "5-way 1-shot, 15 queries (3 a class)". */
export function titleOf({ kind }: EpisodeDocument, counts: Counts[]): string {
  const shots = counts.map(({ support }) => support);
  const queries = counts.map(({ query }) => query);
  const total = queries.reduce((a, b) => a + b, 0);
  const asked = `${total} ${total === 1 ? "query" : "queries"}`;
  if (kind === "curve") return `${shots[0]}-shot regression, ${asked}`;
  const even = new Set(shots).size < 2;
  const told = even ? ` ${shots[0] ?? 0}-shot` : `, ${spanOf(shots)} shots`;
  return `${counts.length}-way${told}, ${asked} (${spanOf(queries)} a class)`;
}

/** "3", or "1 to 3". */
function spanOf(values: number[]): string {
  if (!values.length) return "0";
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? `${low}` : `${low} to ${high}`;
}
