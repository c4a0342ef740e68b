// Images and vectors as rows of classes: name and signs, then support, query and pool. One tab stop for all items; arrows move.
import { move, ordered, shift } from "../../episode_document/edits.ts";
import { type DocumentItem, PLACES, type Place } from "../../episode_document/types.ts";
import type { Counts } from "../../episode_document/verdict.ts";
import { shapePathText } from "../../plot/shapes.ts";
import { classVariable } from "../../plot/svg_marks.ts";
import { itemCanvas, vectorLimit } from "../../plot/thumbnails.ts";
import { focused, h, svg } from "../../shared/elements.ts";
import { neighbourOf, type Toward } from "../../shared/neighbours.ts";
import type { Theme } from "../../shared/theme.ts";
import { focusedKey } from "../actions.ts";
import { mostOf } from "../head.ts";
import type { Answer } from "../nearest/answers.ts";
import type { NearestLearner } from "../nearest/learner.ts";
import type { ItemsView, State } from "../state.ts";
import type { Store } from "../store.ts";
import { arrange, type Line, type LineOptions, lineOf } from "./lines.ts";

export interface SheetOptions extends LineOptions {
  state: State;
  learner: NearestLearner;
}

/** An item's button, and what was drawn into it last. */
interface Cell {
  node: HTMLElement;
  drawn: string;
}

/** What the painting of a sheet keeps: lines by the keys of classes, cells by those of items. */
interface Kept {
  lines: Map<number, Line>;
  cells: Map<string, Cell>;
  /** The keys of the items as they are seen. */
  order: string[];
}

/** The sheet. */
export function sheetOf(options: SheetOptions): ItemsView {
  const { store } = options;
  const kept: Kept = { lines: new Map(), cells: new Map(), order: [] };
  const titles = ["Class", "Support", "Query", "Pool"].map((text) => h("span", {}, text));
  const rows = h("div", { class: "eb-rows" });
  const node = h(
    "div",
    { class: "eb-sheet" },
    h("div", { class: "eb-line eb-titles", "aria-hidden": "true" }, titles),
    rows,
  );
  const paint = (theme: Theme) => {
    const hadFocus = kept.cells.get(focusedKey(node))?.node;
    node.style.setProperty("--eb-thumb", `${thumbSize(store.verdict().counts)}px`);
    forget(kept, store);
    paintLines(rows, kept, options, theme);
    showStop(kept, options.state);
    if (hadFocus?.isConnected && focused(node) !== hadFocus) {
      hadFocus.focus({ preventScroll: true });
    }
  };
  return {
    node,
    paint,
    focus: (key) => kept.cells.get(key)?.node.focus(),
    keys: sheetKeys(kept, store),
  };
}

/** The side of a picture in pixels: as large as lets most classes stand on a line or two. */
function thumbSize(counts: Counts[]): number {
  const widest = (side: Place) => Math.max(0, ...counts.map((each) => each[side]));
  const most = Math.max(1.6 * widest("support"), widest("query"));
  return most <= 6 ? 44 : most <= 10 ? 38 : 32;
}

/** Remove the elements of classes and items that are gone. */
function forget({ lines, cells }: Kept, store: Store): void {
  const { classes, items } = store.document();
  const keys = new Set(classes.map(({ key }) => key));
  for (const [key, line] of lines) {
    if (keys.has(key)) continue;
    line.node.remove();
    lines.delete(key);
  }
  for (const [key, cell] of cells) {
    if (items[key]) continue;
    cell.node.remove();
    cells.delete(key);
  }
}

function paintLines(rows: HTMLElement, kept: Kept, options: SheetOptions, theme: Theme): void {
  const document = options.store.document();
  const { counts, bad } = options.store.verdict();
  const most = mostOf(counts);
  const limit = vectorLimit(options.store.rows().values());
  const answers = options.learner.answers();
  const labels = new Map(document.classes.map(({ key }, label) => [key, label]));
  kept.order = [];
  const nodes = document.classes.map((c, label) => {
    const line = kept.lines.get(c.key) ?? lineOf(c.key, options);
    kept.lines.set(c.key, line);
    line.show(c, { label, counts: counts[label], most });
    for (const side of PLACES) {
      const mine = ordered(document, side, c.key);
      const items = mine.map(([key, item], i) => {
        const cell = kept.cells.get(key) ?? cellOf(key, options.state);
        kept.cells.set(key, cell);
        kept.order.push(key);
        drawCell(cell, item, { store: options.store, theme, limit });
        const fault = bad.has(key);
        cell.node.classList.toggle("is-locked", item.locked);
        cell.node.classList.toggle("is-bad", fault);
        const answer = answers?.of.get(key);
        showAnswer(cell.node, answer, labels.get(answer?.cls ?? -1) ?? -1);
        const which = `${side} ${i + 1} of ${mine.length}, class ${c.name}`;
        const told = answer ? `. ${options.learner.words(key)}` : "";
        const more = `${item.locked ? ", locked" : ""}${fault ? ", at fault" : ""}${told}`;
        cell.node.setAttribute("aria-label", which + more);
        return cell.node;
      });
      line.fill(side, items, c.origin !== null);
    }
    return line.node;
  });
  arrange(rows, nodes);
}

function cellOf(key: string, state: State): Cell {
  const node = h("button", { type: "button", class: "eb-item", tabindex: -1, dataset: { key } });
  node.addEventListener("focus", () => {
    if (node.matches(":focus-visible")) state.look(key);
  });
  return { node, drawn: "" };
}

/** Mark a query with the sign of the class that the learner says, and with a cross where that is wrong. */
function showAnswer(node: HTMLElement, answer: Answer | undefined, label: number): void {
  node.classList.toggle("is-wrong", answer?.right === false);
  const shown = answer ? String(label) : "";
  if (node.dataset.said === shown) return;
  node.dataset.said = shown;
  node.querySelector(".eb-said")?.remove();
  if (!answer || label < 0) return;
  const chip = svg("path", { d: shapePathText(label, 4) });
  chip.style.fill = classVariable(label);
  const size = {
    class: "eb-said",
    width: 13,
    height: 13,
    viewBox: "-6.5 -6.5 13 13",
    "aria-hidden": "true",
  };
  node.append(svg("svg", size, chip));
}

interface DrawOptions {
  store: Store;
  theme: Theme;
  /** The longest bar of a vector. */
  limit: number;
}

function drawCell(cell: Cell, item: DocumentItem, { store, theme, limit }: DrawOptions): void {
  const what = `${item.row} ${theme.fg}`;
  if (cell.drawn === what) return;
  cell.drawn = what;
  const row = store.rows().get(item.row ?? -1);
  const canvas = row ? itemCanvas(row, theme, limit) : null;
  canvas?.setAttribute("aria-hidden", "true");
  cell.node.querySelector("canvas")?.remove();
  if (canvas) cell.node.prepend(canvas);
}

/** The picture of an item, for a ghost of it. */
export function pictureOf(store: Store, key: string, theme: Theme): HTMLCanvasElement | null {
  const row = store.rows().get(store.document().items[key]?.row ?? -1);
  return row ? itemCanvas(row, theme, vectorLimit(store.rows().values())) : null;
}

/** Give the tab stop to the item that is looked at, else to the first. */
function showStop({ cells, order }: Kept, state: State): void {
  const current = state.current();
  const stop = cells.has(current) ? current : order[0];
  for (const [key, { node }] of cells) {
    node.tabIndex = key === stop ? 0 : -1;
    node.classList.toggle("is-current", key === current);
  }
}

/** Where the items lie that one sees, and those of the strip that an item stands in: keys scroll it. */
function seenFrom(key: string, { cells }: Kept): Map<string, DOMRect> {
  const own = cells.get(key)?.node.parentElement;
  const seen = new Map<string, DOMRect>();
  for (const [each, { node }] of cells) {
    const [box, strip] = [node.getBoundingClientRect(), node.parentElement];
    const bounds = strip?.getBoundingClientRect();
    const [left, right] = [bounds?.left ?? 0, bounds?.right ?? 0];
    if (strip === own || (box.left < right - 8 && box.right > left + 8)) seen.set(each, box);
  }
  return seen;
}

function sheetKeys(kept: Kept, store: Store): ItemsView["keys"] {
  const itemOf = (key: string) => store.document().items[key];
  const go = (key: string | undefined) => kept.cells.get(key ?? "")?.node.focus();
  const toward = (way: Toward) => (key: string) => go(neighbourOf(seenFrom(key, kept), key, way));
  const mates = (key: string) =>
    kept.order.filter((each) => itemOf(each).class === itemOf(key).class);
  const shiftBy = (by: 1 | -1) => (key: string) =>
    store.edit("move an item", (document) => shift(document, key, by));
  /** Move an item to the class above or below. */
  const toClass = (by: 1 | -1) => (key: string) => {
    const { classes } = store.document();
    const cls = classes[classes.findIndex((c) => c.key === itemOf(key).class) + by]?.key;
    if (cls === undefined) return;
    store.edit("move an item to another class", (document) => move(document, key, { cls }));
  };
  return {
    ArrowLeft: toward("left"),
    ArrowRight: toward("right"),
    ArrowUp: toward("up"),
    ArrowDown: toward("down"),
    Home: (key) => go(mates(key).at(0)),
    End: (key) => go(mates(key).at(-1)),
    "Shift+ArrowLeft": shiftBy(-1),
    "Shift+ArrowRight": shiftBy(1),
    "Shift+ArrowUp": toClass(-1),
    "Shift+ArrowDown": toClass(1),
  };
}
