// The panel of who looks at what.
import { choice, segments } from "../../shared/controls.ts";
import { h } from "../../shared/elements.ts";
import type { Shape } from "../matrix/layout.ts";
import { Matrix, type MatrixContent } from "../matrix/matrix.ts";
import { placeOn } from "../matrix/ramp.ts";
import { rampLegendOf } from "../matrix/ramp_legend.ts";
import { headChoice, headOptions, isLayered } from "../record/heads.ts";
import type { Recorded } from "../record/recorded.ts";
import { type Given, type Panel, type State, save } from "../state.ts";
import { drawMarks, headLabel, itemLabel } from "./row_labels.ts";
import { LooksRows, type RowKind } from "./rows.ts";

export function looksPanelOf(given: Given): Panel {
  const { recorded } = given;
  const attends = recorded.shares.kind === "attention";
  const rows = new LooksRows(recorded);
  const kind = () => rows.kind(given.model.get("rows"));
  const matrix = new Matrix(contentOf(given, rows, kind), given);
  const controls = controlsOf(given, rows, kind);
  const legend = rampLegendOf();
  const title = attends ? "Who attends to what" : "Who reads what";
  const head = h("div", { class: "mv-head" }, controls.nodes, legend.node);
  const look = { role: "group", class: "mv-panel", "aria-label": title };
  const meaning = { kind: "size", reach: rows.reach, percent: true } as const;
  const paint = (state: State) => {
    matrix.paint(state);
    controls.paint(state);
    legend.set({ text: attends ? "attention" : "reading", ...meaning }, state.theme);
  };
  return {
    node: h("div", look, head, matrix.node, matrix.told),
    fit: (width) => matrix.fit(width),
    paint,
  };
}

/** What rows stand for, and whose attention is shown; only what there is to choose from. */
function controlsOf({ recorded, model }: Given, rows: LooksRows, kind: () => RowKind) {
  const { config } = recorded;
  const choose = segments({
    label: "Rows",
    options: rows.options,
    value: kind(),
    onchange: (next) => save(model, "rows", next),
  });
  const heads =
    config.head_names.length > 1
      ? choice({
          label: "Attention of",
          options: headOptions(config),
          value: model.get("head"),
          onchange: (next) => save(model, "head", next),
        })
      : null;
  const paint = ({ head }: State) => {
    choose.set(kind());
    heads?.set(headChoice(config, head));
  };
  return { nodes: [rows.options.length > 1 && choose.node, heads?.node], paint };
}

function contentOf(given: Given, rows: LooksRows, kind: () => RowKind): MatrixContent {
  const { recorded, model, selection, stepKeys } = given;
  const { shares } = recorded;
  const look = { ...given, rows };
  const { columns } = rows;
  const n = columns.length;
  const isHeads = () => kind() === "heads";
  const chooseHead = (r: number) => {
    const chosen = model.get("head") === `head:${r}`;
    save(model, "head", chosen ? "all" : `head:${r}`);
  };
  return {
    name:
      `${shares.kind === "attention" ? "Attention" : "Reading"} as a matrix, support items across. ` +
      "Arrow keys move over it, Enter chooses the head or selects the item of the row.",
    keys: stepKeys,
    start: () => 0,
    everyRow: true,
    shape: () => shapeOf(recorded, rows, kind()),
    item: (c) => columns[c],
    pale: (c, { step }) => !shares.isRead(columns[c], step),
    tick: (c) => `${columns[c]}`,
    cells: (state) => {
      const { key, data } = rows.values(kind(), state);
      const place = (values: Float32Array, r: number, c: number) =>
        placeOn(values[r * n + columns[c]], rows.reach, "size");
      return data && { kind: "size", key, place: (r, c) => place(data, r, c) };
    },
    label: (r, place, ctx, state) =>
      isHeads()
        ? headLabel(ctx, look, r, place, state)
        : itemLabel(ctx, look, rows.item(kind(), r), r, place, state),
    over: (ctx, layout, state) => drawMarks(ctx, look, kind(), layout, state),
    words: (cell, state) => rows.text(kind(), cell, state),
    choose: ([r]) => (isHeads() ? chooseHead(r) : selection.set(rows.item(kind(), r).id)),
    hover: (cell) => {
      if (!isHeads()) selection.hover(cell ? rows.item(kind(), cell[0]).id : "");
    },
  };
}

/** Heads need room for their names; layers stand apart. */
function shapeOf({ config }: Recorded, rows: LooksRows, kind: RowKind): Shape {
  const size = { rows: rows.count(kind), columns: rows.columns.length };
  if (kind !== "heads") return { ...size, gutter: 38, tall: 380, most: 18 };
  const layer: number[] = [];
  for (const [g, [, heads]] of config.head_groups.entries()) for (const h of heads) layer[h] = g;
  const gap = isLayered(config) ? (r: number) => 4 * (layer[r] ?? 0) : undefined;
  return { ...size, gutter: 96, tall: 300, most: 20, gap };
}
