// Numbers beside the landscape: every task's losses before and after the inner loop, and the meta-gradients side by side.
import { canvasOf } from "../plot/canvas.ts";
import { shapePathText } from "../plot/shapes.ts";
import { markSign } from "../plot/svg_marks.ts";
import { at } from "../shared/arrays.ts";
import { classColour } from "../shared/colour.ts";
import { type Child, h, svg } from "../shared/elements.ts";
import { numberText, percentText } from "../shared/numbers.ts";
import type { Theme } from "../shared/theme.ts";
import { drawArrow, methodDash } from "./marks/arrows.ts";
import type { Side } from "./model.ts";
import type { State } from "./state.ts";
import { methodName, offText } from "./words.ts";

const SIDES: Side[] = ["query", "support"];

function cell(text: string, tone = "") {
  return h("td", tone ? { class: tone } : {}, text);
}

function head(text: string, props = {}) {
  return h("th", { scope: "col", ...props }, text);
}

function tableOf(title: string, rows: { head: Child; body: Child; class?: string }) {
  const look = { class: `ll-table ${rows.class ?? ""}`.trim(), "aria-label": title };
  return h("table", look, h("thead", {}, rows.head), h("tbody", {}, rows.body));
}

/** What the table of losses holds. */
export function lossTitle({ config }: State): string {
  const last = config.steps - 1;
  return `Loss before and after ${last} inner step${last === 1 ? "" : "s"}`;
}

/** What the table of meta-gradients holds. */
export function gradientTitle({ config, task }: State): string {
  const of = config.titles.length > 1 ? `, ${config.titles[task]}` : "";
  return `Meta-gradients at the initialisation${of}`;
}

/** Losses of all tasks, the states' own and not those of their projections; a moved initialisation gets a line of its own. */
export function lossTable(state: State): HTMLElement {
  const rows = state.config.titles.flatMap((_, k) =>
    state.moved ? [homeRow(state, k), movedRow(state, k)] : [homeRow(state, k)],
  );
  const wide = { colspan: 2, scope: "colgroup" };
  const names = [head("query", wide), head("support", wide), head("ends off")];
  const times = ["before", "after", "before", "after", "the plane"].map((text) => head(text));
  return tableOf(lossTitle(state), {
    head: [h("tr", {}, h("td", {}), names), h("tr", {}, h("td", {}), times)],
    body: rows,
  });
}

/** A value of a task's path at a step; `prefix` is "home." for that of the learner's own initialisation. */
type Prefix = "" | "home.";
function pathValue({ arrays }: State, prefix: Prefix, side: Side, k: number, t: number): number {
  return at(arrays[`${prefix}${side}_loss`], k).data[t];
}

function offCell({ arrays, config }: State, prefix: Prefix, k: number) {
  return cell(offText(at(arrays[`${prefix}off_plane`], k).data[config.steps - 1]));
}

function homeRow(state: State, k: number) {
  const { config, task, theme } = state;
  const last = config.steps - 1;
  const losses = SIDES.flatMap((side) =>
    [0, last].map((t) => cell(numberText(pathValue(state, "home.", side, k, t)))),
  );
  const title = h("th", { scope: "row" }, taskSign(k, theme), config.titles[k]);
  const look = { class: k === task ? "ll-chosen" : null };
  return h("tr", look, title, losses, offCell(state, "home.", k));
}

/** Draw the line of the moved initialisation, with arrows that say whether it ends better than the learner's own. */
function movedRow(state: State, k: number) {
  const { config, task, held } = state;
  const last = config.steps - 1;
  const losses = SIDES.flatMap((side) => {
    const value = (t: number) => pathValue(state, "", side, k, t);
    const change = value(last) - pathValue(state, "home.", side, k, last);
    const [tone, sign] = toneOf(change);
    return [cell(numberText(value(0))), cell(`${numberText(value(last))}${sign}`, tone)];
  });
  const title = h("th", { scope: "row" }, h("span", { class: "ll-second" }, "moved"));
  const classes = [k === task && "ll-chosen", held && "ll-stale"].filter(Boolean).join(" ");
  return h("tr", { class: classes || null }, title, losses, offCell(state, "", k));
}

/** Each task's query loss before and after the inner loop, and how it would end from the learner's own initialisation. */
export function tasksList(state: State): HTMLElement {
  const { config, task, theme, moved, held } = state;
  const last = config.steps - 1;
  const rows = config.titles.map((title, k) => {
    const loss = (t: number, prefix: Prefix = "") => pathValue(state, prefix, "query", k, t);
    const change = loss(last) - loss(last, "home.");
    const [tone, sign] = toneOf(moved ? change : 0);
    return h(
      "li",
      { class: k === task ? "ll-chosen" : null },
      taskSign(k, theme),
      `${title}: ${numberText(loss(0))} \u2192 `,
      h("b", { class: tone || null }, `${numberText(loss(last))}${sign}`),
      moved && ` (from its own initialisation ${numberText(loss(last, "home."))})`,
    );
  });
  const steps = `${last} inner step${last === 1 ? "" : "s"}`;
  return h(
    "div",
    { class: held ? "ll-stale" : null },
    h("p", { class: "ll-heading" }, `Query loss before and after ${steps}`),
    h("ul", { class: "ll-tasks" }, rows),
  );
}

/** Whether a change of a loss is a good one. */
function toneOf(change: number): [tone: string, sign: string] {
  if (!change) return ["", ""];
  return change < 0 ? ["ll-good", " \u2193"] : ["ll-bad", " \u2191"];
}

/** The sign of a task: its colour and shape. No canvas: the table is made again while the initialisation is dragged. */
function taskSign(k: number, theme: Theme) {
  const look = { d: shapePathText(k, 5), fill: classColour(k, theme) };
  return markSign(svg("path", look), { class: "ll-sign" });
}

/** Each method with its dash, its cosine with the second-order gradient in the whole space, and how much of it the plane shows. */
export function gradientTable(state: State): HTMLElement[] {
  const { config, theme, staleArrows } = state;
  const { names, settings } = config.gradients;
  const several = config.titles.length > 1;
  const headings = [
    "cosine with second order",
    several && "the same, mean of tasks",
    "share in the plane",
    "norm",
  ].filter((text) => text !== false);
  const rounded = (value: number) => Number(value.toPrecision(3));
  const how =
    `${settings.inner_steps} inner step${settings.inner_steps === 1 ? "" : "s"} ` +
    `of rate ${rounded(settings.inner_lr)}, ` +
    `\u03bb = ${rounded(settings.proximal_strength)} for the implicit one. ` +
    "Arrows point downhill, as an outer step goes; the longest has the largest share in the plane.";
  const table = tableOf(gradientTitle(state), {
    class: staleArrows ? "ll-stale" : "",
    head: h(
      "tr",
      {},
      h("td", {}),
      headings.map((text) => head(text)),
    ),
    body: names.map((name, i) =>
      h(
        "tr",
        {},
        h("th", { scope: "row" }, methodSign(name, theme), methodName(name)),
        gradientCells(state, i),
      ),
    ),
  });
  return [table, h("p", { class: "ll-fine" }, how)];
}

/** The numbers of method i; behind those of all tasks stand those of their mean. */
function gradientCells({ arrays, config, task }: State, i: number) {
  const mean = config.titles.length;
  const value = (name: "gradient_cosines" | "gradient_share" | "gradient_norm", k: number) =>
    at(arrays[name], k).data[i];
  return [
    cell(fixedText(value("gradient_cosines", task))),
    mean > 1 && cell(fixedText(value("gradient_cosines", mean))),
    cell(percentText(value("gradient_share", task))),
    cell(numberText(value("gradient_norm", task))),
  ];
}

function fixedText(value: number): string {
  return Number.isFinite(value) ? value.toFixed(2).replace("-", "\u2212") : numberText(value);
}

/** The arrow of a method, with its dash. */
function methodSign(name: string, theme: Theme) {
  const { canvas, ctx, resize } = canvasOf({ class: "ll-dash", "aria-hidden": "true" });
  resize(30, 12);
  ctx.strokeStyle = theme.fg;
  ctx.fillStyle = theme.fg;
  ctx.lineWidth = 1.75;
  ctx.setLineDash(methodDash(name));
  drawArrow(ctx, { from: [1, 6], u: 1, v: 0, length: 28 });
  return canvas;
}
