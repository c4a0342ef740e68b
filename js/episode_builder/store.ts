// The document in force: edits, undo and redo, and what Python sends instead of it.
import {
  difference,
  type History,
  isEmpty,
  recorded,
  turned,
} from "../episode_document/history.ts";
import type { EpisodeDocument, Point, Row, Rows } from "../episode_document/types.ts";
import { itemId, titleOf, type Verdict, verdictOf } from "../episode_document/verdict.ts";
import { arraysOf, at } from "../shared/arrays.ts";
import { listen, type Model } from "../shared/model.ts";
import type { Frame } from "../shared/mount.ts";
import type { AskOptions, Python } from "../shared/python.ts";
import type { Arrays, Traits } from "./model.ts";

export interface StoreOptions {
  model: Model<Traits>;
  python: Python;
  frame: Frame;
  signal: AbortSignal;
}

export type Store = ReturnType<typeof storeOf>;

/** The store of a component. */
export function storeOf({ model, python, frame, signal }: StoreOptions) {
  const { document, rows, verdict, on } = sentOf(model, signal);
  const { whenFree, drain } = turnsWith(python);
  const history = () => model.get("history");
  const write = (next: EpisodeDocument, past: History) => {
    model.set("document", next);
    model.set("history", past);
    model.save_changes();
  };
  const speak = (what: string) => {
    const { problem, counts } = verdict();
    const said = problem ? `No episode: ${problem}` : titleOf(document(), counts);
    frame.say(`${what}. ${said}`);
  };
  /**
   * Change a copy of the document, which is one step to undo; `change` refuses by returning false. Return whether the
   * document is another now.
   */
  const edit = (what: string, change: (document: EpisodeDocument) => unknown, batch = "") =>
    whenFree(() => {
      const [old, next] = [document(), structuredClone(document())];
      if (change(next) === false || isEmpty(difference(old, next))) return false;
      write(next, recorded(history(), old, next, what.slice(0, 120), batch));
      frame.fail("");
      speak(what[0].toUpperCase() + what.slice(1));
      return true;
    });
  const turn = (direction: keyof History, word: string) =>
    whenFree(() => {
      const found = turned(document(), history(), direction);
      if (!found) return false;
      write(found.document, found.history);
      frame.fail("");
      speak(`${word}: ${found.what}`);
      return true;
    });
  /** Ask Python; the new state is announced, or the error stands in the status line. Resolve to whether it went well. */
  const ask = async (
    action: string,
    params: Record<string, unknown>,
    options?: AskOptions & { beside?: HTMLElement },
  ) => {
    const done = (await python.ask(action, params, options)) && !model.get("error");
    if (done) {
      frame.fail("");
      speak(history().undo.at(-1)?.what ?? action);
    } else if (model.get("error")) frame.fail(model.get("error"), options?.beside);
    drain();
    return done;
  };
  const config = () => model.get("config");
  return {
    document,
    rows,
    verdict,
    on,
    history,
    edit,
    ask,
    undo: () => turn("undo", "Undone"),
    redo: () => turn("redo", "Done again"),
    /** What the document began as. */
    draw: () => config().draws?.find(([number]) => number === document().draw)?.[1],
    help: () => config().help,
    datasets: () => config().datasets ?? [],
    error: () => model.get("error"),
    /** Say beside `beside`, or the control that was used last, why something can't be done. */
    refuse: (why: string, beside?: HTMLElement) => frame.fail(why, beside),
    /** The id of an item, as the shared selection names it. */
    id: (key: string) => itemId(key, document().items[key], rows()).join("/"),
  };
}

/** What the model holds, read again only when it has changed; callbacks run once for all that changed in one message. */
function sentOf(model: Model<Traits>, signal: AbortSignal) {
  const callbacks = new Set<() => void>();
  const document = () => model.get("document");
  let read: Rows | null = null;
  let judged: { document: EpisodeDocument; rows: Rows; verdict: Verdict } | null = null;
  let due = false;
  const rows = () => (read ??= rowsOf(model));
  const verdict = () => {
    const now = { document: document(), rows: rows() };
    if (judged?.document !== now.document || judged.rows !== now.rows) {
      judged = { ...now, verdict: verdictOf(now.document, now.rows) };
    }
    return judged.verdict;
  };
  const tell = () => {
    due = false;
    for (const callback of callbacks) callback();
  };
  for (const name of ["document", "history", "arrays", "buffer", "config"] as const) {
    const changed = () => {
      if (name !== "document" && name !== "history") read = null;
      if (!due) queueMicrotask(tell);
      due = true;
    };
    listen(model, `change:${name}`, changed, signal);
  }
  const on = (callback: () => void) => callbacks.add(callback);
  return { document, rows, verdict, on };
}

function rowsOf(model: Model<Traits>): Rows {
  const arrays = arraysOf<Arrays>(model);
  const { groups = [], rows = [] } = model.get("config");
  const found = new Map<number, Row>();
  let next = 0;
  for (const [g, [kind, , count]] of groups.entries()) {
    for (let i = 0; i < count; i++) {
      const row = rows[next++];
      const x = at(arrays[`x${g}`], i);
      const place: Point | null = kind === "sheet" ? null : [x.data[0], x.data[1]];
      found.set(row.number, { ...row, x, at: place });
    }
  }
  return found;
}

/** While Python works on a request, its answer would overtake an edit: edits wait, but no longer than a few seconds. */
function turnsWith(python: Python) {
  const waiting: (() => boolean)[] = [];
  const drain = () => {
    for (const act of waiting.splice(0)) act();
  };
  /** Act now, and return whether that changed something; or later, and return false. */
  const whenFree = (act: () => boolean): boolean => {
    if (!python.busy()) return act();
    waiting.push(act);
    if (waiting.length === 1) setTimeout(drain, 4000);
    return false;
  };
  return { whenFree, drain };
}
