// Lines of Python: imports as they are needed, one variable a source, long calls on several lines.
import type { Step } from "./edit_steps.ts";
import type { DatasetChoice } from "./python_code.ts";
import { base64, type Taken } from "./take_along.ts";
import type { EpisodeDocument } from "./types.ts";

const WIDEST = 100;

export type PythonLines = ReturnType<typeof pythonLines>;

/** A text as Python writes it: JSON's strings are Python's too. */
const text = (value: string) => JSON.stringify(value);

/** The lines for a document's episode. */
export function pythonLines(document: EpisodeDocument) {
  const names = new Set(["datasets"]);
  const sources = new Map<string, string>();
  const body: string[] = [];
  let [pixels, replaces] = [false, false];
  const add = (line: string) => body.push(line);
  /** A call, its arguments on further lines where one does not hold them. */
  const call = (head: string, args: string[], [open, close] = ["(", ")"]) => {
    const line = `${head}${open}${args.join(", ")}${close}`;
    if (line.length <= WIDEST) add(line);
    else body.push(`${head}${open}`, ...packed(args), close);
  };
  const source = ({ dataset, split }: { dataset: DatasetChoice; split: string }): string => {
    const made = `${dataset.code}.source(${text(split)})`;
    if (!sources.has(made)) {
      sources.set(made, sources.size ? `source_${sources.size + 1}` : "source");
      const first = body.findIndex((line) => !line.startsWith("source"));
      body.splice(first < 0 ? body.length : first, 0, `${sources.get(made)} = ${made}`);
    }
    return sources.get(made)!;
  };
  const withItems = (
    { side, name, before }: Extract<Step, { do: "with_items" }>,
    items: Taken[],
    part: { dataset: DatasetChoice; split: string } | null,
  ) => {
    const head = `episode = episode.with_${side}`;
    const last = before === undefined ? [] : [`before=${text(before)}`];
    if (part) {
      const taken = `${source(part)}.take(${items.map(({ id }) => text(id.join("/"))).join(", ")})`;
      call(head, [text(name!), taken, ...last]);
      return;
    }
    if (document.shape.length === 3) pixels = true;
    const given = dataOf(document, items);
    const y = name === undefined ? targets(items) : text(name);
    call(head, [y, given, `items=${ids(items)}`, ...last]);
  };
  const dropTask = () => {
    replaces = true;
    add("episode = replace(episode, task={})  # its points are no longer those of one drawn task");
  };
  const written = () => {
    const standard = [
      ...(pixels ? ["import base64"] : []),
      ...(replaces ? ["from dataclasses import replace"] : []),
    ];
    const imported = `from metawidgets import ${[...names].sort().join(", ")}`;
    const shape = document.shape.join(", ");
    const helper = [
      "",
      "",
      "def pixels(text):",
      `    return np.frombuffer(base64.b64decode(text), np.uint8).reshape(-1, ${shape})`,
      "",
    ];
    const top = [
      ...(standard.length ? [...standard, ""] : []),
      ...(pixels ? ["import numpy as np", imported, ...helper] : [imported]),
      "",
    ];
    return `${[...top, ...body].join("\n")}\n`;
  };
  /** Import a name; `data` says whether datasets are loaded too. */
  const needs = (name: string, data = true) => {
    names.add(name);
    if (!data) names.delete("datasets");
  };
  const numbers = (items: Taken[]) => dataOf(document, items);
  return { add, call, source, withItems, dropTask, needs, text, ids, numbers, targets, written };
}

/** Arguments on lines that are filled, as far as they go. */
function packed(args: string[]): string[] {
  const lines: string[] = [];
  for (const arg of args) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + arg.length + 2 <= WIDEST)
      lines.push(`${lines.pop()} ${arg},`);
    else lines.push(`    ${arg},`);
  }
  return lines;
}

/** The data of items as Python: pixels as text, numbers as they are. */
function dataOf({ kind, shape }: EpisodeDocument, items: Taken[]): string {
  if (shape.length === 3) {
    const bytes = items.flatMap(({ row }) => Array.from(row!.x.data));
    return `pixels(${text(base64(Uint8Array.from(bytes)))})`;
  }
  const numbers = ({ item, row }: Taken) => {
    if (kind === "curve") return [item.at![0]];
    return item.at ?? Array.from(row!.x.data);
  };
  return listOf(items.map(numbers));
}

function listOf(rows: number[][]): string {
  return `[${rows.map((row) => `[${row.map(shortest).join(", ")}]`).join(", ")}]`;
}

/** Targets of a curve. */
function targets(items: Taken[]): string {
  return listOf(items.map(({ item }) => [item.at![1]]));
}

/** The ids of items; their three parts where these are not told apart by a slash. */
function ids(items: Taken[]): string {
  const found = items.map(({ id }) =>
    id.some((part) => part.includes("/")) ? tuple(id) : text(id.join("/")),
  );
  return `[${found.join(", ")}]`;
}

/** The shortest number that is the same in float32. */
function shortest(value: number): string {
  for (let digits = 1; digits < 17; digits++) {
    const found = Number(value.toPrecision(digits));
    if (Math.fround(found) === Math.fround(value)) return String(found);
  }
  return String(value);
}

function tuple(parts: readonly string[]): string {
  return `(${parts.map(text).join(", ")})`;
}
