// Where everything stands: heading, what to try, controls, the panels, and the facts beside them.
import { button } from "../shared/controls.ts";
import { h } from "../shared/elements.ts";
import { fold, tryFirst } from "../shared/first_view.ts";
import { afterDrawing } from "../shared/repaint.ts";
import type { Controls } from "./controls.ts";
import type { Place, Surface } from "./model.ts";
import { type PanelOptions, panelOf } from "./panel.ts";
import type { State } from "./state.ts";
import { contourCache } from "./surface/bands.ts";
import { legendFor } from "./surface/legend.ts";
import { gradientTable, gradientTitle, lossTable, lossTitle, tasksList } from "./tables.ts";
import { aboutText, pointText, stepText } from "./words.ts";

export interface PageOptions {
  on: PanelOptions["on"];
  controls: Controls;
  player: HTMLElement;
  /** What to try first, and what the ring is called. */
  hints: () => { first: string; grip: string };
}

export function pageOf({ on, controls, player, hints }: PageOptions) {
  const cache = contourCache();
  const maps = mapsOf(on, cache);
  const back = button({
    text: "Own initialisation",
    onclick: on.home,
    title: "Back to the learner's own initialisation",
  });
  const numbers = numbersOf(controls, back);
  const title = h("h3", {});
  const about = h("p", { class: "ll-about" });
  const first = h("div", {});
  const under = h("p", { class: "ll-under" });
  const needed = h("p", { class: "mw-needs ll-fine", hidden: true });
  const main = h("div", { class: "ll-main" }, maps.node, under, needed);
  const columns = h("div", { class: "ll-columns" }, main, numbers.node);
  const head = h("header", { class: "ll-title" }, title, about);
  const bar = h("div", { class: "ll-bar" }, controls.bar, player);
  let pointed: Place | null = null;
  /** Say the losses under the pointer, or where the initialisation is. */
  const read = (state: State) => {
    const place = pointed ?? state.held ?? state.start;
    under.textContent = pointText(state, pointed, state.lossesAt(place));
  };
  const point = (place: Place | null) => {
    pointed = place;
  };
  const write = (state: State, surface: Surface) => {
    columns.classList.toggle("ll-two", surface === "both");
    read(state);
    numbers.paint(state);
    title.textContent = state.config.label;
    about.textContent = aboutText(state.config, state.task);
    const text = hints().first;
    if (!first.textContent?.endsWith(text)) first.replaceChildren(tryFirst(text));
  };
  const paint = (state: State, surface: Surface) => {
    maps.paint(state, surface, hints().grip);
    afterDrawing(() => write(state, surface));
  };
  const needs = (text: string) => {
    needed.textContent = text;
    needed.hidden = !text;
  };
  const { fit, node } = maps;
  return {
    nodes: [head, first, bar, columns],
    back,
    maps: node,
    paint,
    fit,
    read,
    point,
    needs,
    forget: cache.clear,
  };
}

/** The panels, of which one or both are seen. */
function mapsOf(on: PanelOptions["on"], cache: PanelOptions["cache"]) {
  const query = panelOf({ side: "query", cache, on });
  const support = panelOf({ side: "support", cache, on });
  const node = h("div", { class: "ll-maps" }, query.node, support.node);
  const paint = (state: State, surface: Surface, gripTitle: string) => {
    query.node.hidden = surface === "support";
    support.node.hidden = surface === "query" || surface === "overlay";
    for (const panel of [query, support]) {
      if (!panel.node.hidden) panel.paint(state, gripTitle);
    }
  };
  const fit = (surface: Surface) => {
    const two = surface === "both";
    const all = node.clientWidth;
    const side = two && all >= 640 ? Math.floor((all - 20) / 2) : all;
    const width = Math.max(220, Math.min(two ? 520 : 580, side));
    for (const panel of [query, support]) panel.fit(width);
  };
  return { node, paint, fit };
}

/** Where the inner loop is, tables and legend; these are made again only where they would differ. */
function numbersOf({ arrows, plane }: Controls, back: HTMLElement) {
  const reading = h("p", { class: "ll-reading" });
  const legend = h("div", { class: "ll-signs" });
  const tasks = h("div", {});
  const row = h("div", { class: "mw-toolbar ll-row" }, arrows, back);
  const losses = tableFold("losses");
  const gradients = tableFold("gradients");
  const more = [losses.node, gradients.node, plane];
  const node = h("div", { class: "ll-beside" }, reading, tasks, legend, row, more);
  const made = new Map<object, string>();
  /** Run `make` if what it depends on has changed. */
  const renew = (target: object, key: unknown[], make: () => void) => {
    const now = JSON.stringify(key);
    if (made.get(target) === now) return;
    made.set(target, now);
    make();
  };
  const paint = (state: State) => {
    reading.textContent = stepText(state);
    const { task, theme, held, moved, staleArrows, version } = state;
    const [paths, arrowsVersion] = version.split(" ");
    const look = [theme.fg, theme.bg, task];
    renew(legend, [look, moved], () => legend.replaceChildren(legendFor(state)));
    renew(tasks, [look, paths, Boolean(held), moved], () =>
      tasks.replaceChildren(tasksList(state)),
    );
    renew(losses, [look, paths, Boolean(held), moved], () =>
      losses.fill(lossTitle(state), lossTable(state)),
    );
    renew(gradients, [look, arrowsVersion, staleArrows], () =>
      gradients.fill(gradientTitle(state), ...gradientTable(state)),
    );
  };
  return { node, paint };
}

/** A fold with a table that is wider than its place now and then. */
function tableFold(name: string) {
  const title = h("span");
  const rows = h("div", { class: "ll-scroll", tabindex: 0, role: "group" });
  const node = fold({ name: `loss_landscape/${name}`, title, content: rows });
  const fill = (text: string, ...content: HTMLElement[]) => {
    if (title.textContent !== text) title.textContent = text;
    rows.setAttribute("aria-label", text);
    rows.replaceChildren(...content);
  };
  return { node, fill };
}
