// Tables of figures that become blocks on a narrow screen; their roles keep them tables for all readers.
import { type Child, h } from "../shared/elements.ts";

/** Fill a table; the first cell of each row is its heading. */
export function fillTable(
  table: HTMLTableElement,
  { caption, head, rows }: { caption: Child; head: string[]; rows: Child[][] },
): void {
  table.className = "ct-table";
  table.setAttribute("role", "table");
  const column = (text: string) => h("th", { scope: "col", role: "columnheader" }, text);
  const cell = (content: Child, i: number) =>
    i
      ? h("td", { role: "cell", dataset: { label: head[i] } }, h("span", {}, content))
      : h("th", { scope: "row", role: "rowheader" }, content);
  table.replaceChildren(
    h("caption", {}, caption),
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, head.map(column))),
    h(
      "tbody",
      { role: "rowgroup" },
      rows.map((cells) => h("tr", { role: "row" }, cells.map(cell))),
    ),
  );
}
