// Images and vectors as a contact sheet: a row for each class, support beside query. The grid has one tab stop; arrows move.
import { shapePathText } from "../plot/shapes.ts";
import { classVariable, markSign } from "../plot/svg_marks.ts";
import { itemCanvas } from "../plot/thumbnails.ts";
import { h, keys, svg } from "../shared/elements.ts";
import { neighbourOf, type Toward } from "../shared/neighbours.ts";
import type { Side } from "../shared/packed_episode.ts";
import type { Theme } from "../shared/theme.ts";
import { chooserKeys, type Drawing, type DrawingOptions, itemNodes, lookAway } from "./drawing.ts";
import { type Item, itemName } from "./items.ts";
import { sheetSizes } from "./sheet_sizes.ts";

interface Cell {
  item: Item;
  node: HTMLElement;
  picture: HTMLCanvasElement;
}

/** A contact sheet; `limit` is the longest bar of a vector. */
export function sheetOf({
  items,
  names,
  chooser,
  limit,
}: DrawingOptions & { limit: number }): Drawing {
  const nodes = itemNodes(chooser);
  const cells: Cell[] = [];
  const rows = rowsOf(items, names);
  const cell = (item: Item) => {
    const picture = h("canvas", { "aria-hidden": "true" });
    const name = itemName(item, items, names);
    const node = h("div", { class: "mw-item", role: "gridcell", "aria-label": name }, picture);
    nodes.add(item.id, node);
    cells.push({ item, node, picture });
    return node;
  };
  const node = gridOf(names, rows, cell);
  lookAway(node, node, chooser);
  const order = cells.map(({ item }) => item.id);
  nodes.setStop(order[0]);
  // Arrows follow what is seen: support stands beside query, and a row may wrap.
  const toward = (way: Toward) => () => {
    const boxes = [...nodes.nodes].map(([id, each]) => [id, each.getBoundingClientRect()] as const);
    nodes.go(neighbourOf(new Map(boxes), nodes.stop(), way));
  };
  const mates = () => {
    const row = rows.find(({ support, query }) => [...support, ...query].some(isStop))!;
    return [...row.support, ...row.query].map(({ id }) => id);
  };
  const isStop = ({ id }: Item) => id === nodes.stop();
  keys(node, {
    ArrowLeft: toward("left"),
    ArrowRight: toward("right"),
    ArrowUp: toward("up"),
    ArrowDown: toward("down"),
    Home: () => nodes.go(mates().at(0)),
    End: () => nodes.go(mates().at(-1)),
    ...chooserKeys(nodes, chooser),
  });
  const widest = { support: mostOf(rows, "support"), query: mostOf(rows, "query") };
  const fit = (width: number) => {
    const { thumb, support } = sheetSizes(width, names.length > 0, widest);
    node.style.setProperty("--mw-thumb", `${thumb}px`);
    node.style.setProperty("--mw-support", `${support}px`);
  };
  const paint = (theme: Theme) => {
    for (const each of cells) paintCell(each, theme, limit);
  };
  return { node, paint, mark: nodes.mark, fit };
}

/** The items of a class, or of a whole regression. */
type Row = Record<Side, Item[]>;

function rowsOf(items: Item[], names: string[]): Row[] {
  const labels = names.length ? [...names.keys()] : [-1];
  const ofSide = (label: number, side: Side) =>
    items.filter((item) => item.side === side && item.label === label);
  return labels.map((label) => ({
    support: ofSide(label, "support"),
    query: ofSide(label, "query"),
  }));
}

/** The most items that a row has on a side, at least one. */
function mostOf(rows: Row[], side: Side): number {
  return Math.max(1, ...rows.map((row) => row[side].length));
}

function gridOf(names: string[], rows: Row[], cell: (item: Item) => HTMLElement): HTMLElement {
  const named = names.length > 0;
  const title = (text: string, side: string) =>
    h("div", { class: `mw-side ${side}`.trim(), role: "columnheader" }, text);
  const group = (row: Row, side: Side) =>
    h(
      "div",
      { class: `mw-group mw-${side}`, role: "presentation" },
      row[side].map(cell),
      !row[side].length && h("span", { class: "mw-none", role: "gridcell" }, `no ${side}`),
    );
  return h(
    "div",
    {
      class: named ? "mw-sheet" : "mw-sheet mw-unnamed",
      role: "grid",
      "aria-label": "Support and query items",
    },
    h(
      "div",
      { class: "mw-line mw-heads", role: "row" },
      named && title("Class", ""),
      title("Support", "mw-support"),
      title("Query", "mw-query"),
    ),
    rows.map((row, label) =>
      h(
        "div",
        { class: "mw-line", role: "row" },
        named && headOf(label, names[label], row),
        group(row, "support"),
        group(row, "query"),
      ),
    ),
  );
}

/** The sign, name and counts of a class. */
function headOf(label: number, name: string, { support, query }: Row): HTMLElement {
  const count = `${support.length} + ${query.length}`;
  const sign = svg("path", { d: shapePathText(label, 5.5), style: { fill: classVariable(label) } });
  return h(
    "div",
    { class: "mw-class", role: "rowheader", title: name },
    markSign(sign, { class: "mw-chip" }),
    h("span", { class: "mw-class-name" }, name),
    h("span", { class: "mw-count", "aria-label": `${count} items, support plus query` }, count),
  );
}

function paintCell({ item, picture }: Cell, theme: Theme, limit: number): void {
  const canvas = itemCanvas(item, theme, limit);
  if (!canvas) return;
  Object.assign(picture, { width: canvas.width, height: canvas.height });
  picture.getContext("2d")!.drawImage(canvas, 0, 0);
}
