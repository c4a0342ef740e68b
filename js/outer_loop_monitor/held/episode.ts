// One held-out episode, adapted to again and again: the same inner steps from a better and better initialisation.

import { arraysOf, at, type Float32 } from "../../shared/arrays.ts";
import { type Control, range } from "../../shared/controls.ts";
import { h } from "../../shared/elements.ts";
import type { Model } from "../../shared/model.ts";
import { numberText, percentText } from "../../shared/numbers.ts";
import type { Theme } from "../../shared/theme.ts";
import type { Arrays, HeldConfig, Traits } from "../model.ts";
import { lastUpTo } from "../record.ts";
import { countText } from "../words.ts";
import { type FitPanel, fitPanelOf } from "./fit_panel.ts";
import { innerChartOf } from "./inner_chart.ts";
import { QueryTiles, type QueryTilesOptions } from "./query_tiles.ts";

/** What the panels of the held-out episode show. */
export interface HeldState {
  arrays: Arrays;
  /** The adaptation shown, by its place. */
  taken: number;
  /** The inner step shown, by its place. */
  t: number;
  theme: Theme;
  /** The selected item, "" for none. */
  current: string;
  pinned: boolean;
}

export interface HeldOptions extends Omit<QueryTilesOptions, "config"> {
  model: Model<Traits>;
  config: HeldConfig;
  /** An inner step was chosen, by its place. */
  onInner: (inner: number) => void;
}

/** Losses and accuracies that are drawn over the inner steps. */
export type HeldSeries = "held.query_loss" | "held.support_loss" | "held.query_accuracy";

export class HeldEpisode {
  readonly node: HTMLElement;
  /** Its inner steps: which of them is shown, and curves over all of them; null where there is but one state. */
  readonly inner: HTMLElement | null;
  readonly #model: Model<Traits>;
  readonly #config: HeldConfig;
  readonly #reading = h("p", { class: "ol-held-reading" });
  readonly #choice: Control<number, HTMLInputElement> | null;
  readonly #main: FitPanel | QueryTiles | null;
  readonly #charts: ReturnType<typeof innerChartOf>[];
  #arrays: Arrays = {};
  #steps: number[] = [];
  #width = 0;

  constructor(options: HeldOptions) {
    const { model, config } = options;
    this.#model = model;
    this.#config = config;
    this.#main = null;
    if (config.kind === "curve") this.#main = fitPanelOf(config);
    else if (config.kind === "queries") this.#main = new QueryTiles({ ...options, config });
    const many = config.inner.length > 1;
    this.#choice = many ? this.#innerRange(options.onInner) : null;
    this.refresh();
    this.#charts = many ? this.#series().map((name) => innerChartOf(config, name)) : [];
    this.node = this.#layOut();
    this.inner = this.#layOutInner();
  }

  /** The outer steps at which it was adapted to. */
  get steps(): number[] {
    return this.#steps;
  }

  /** Where it stands, in words. */
  get text(): string {
    return this.#reading.textContent ?? "";
  }

  /** Take what Python has sent. */
  refresh(): void {
    this.#arrays = arraysOf<Arrays>(this.#model);
    this.#steps = Array.from(this.#arrays["held.meta_step"]?.data ?? []);
    this.#main?.refresh(this.#arrays);
  }

  fit(width: number): void {
    this.#width = width;
    this.#main?.fit(width);
  }

  fitInner(width: number): void {
    for (const chart of this.#charts) chart.fit(width);
  }

  paint(shown: number, look: Pick<HeldState, "theme" | "current" | "pinned">): void {
    if (!this.#width || !this.#steps.length) return;
    const taken = Math.max(0, lastUpTo(this.#steps, shown));
    const last = this.#config.inner.length - 1;
    const wanted = this.#model.get("inner");
    const t = wanted < 0 || wanted > last ? last : wanted;
    this.#choice?.set(t);
    this.#reading.textContent = this.#describe(taken, t);
    const state: HeldState = { ...look, arrays: this.#arrays, taken, t };
    this.#main?.paint(state);
    for (const chart of this.#charts) chart.paint(state);
  }

  #innerRange(onInner: (inner: number) => void): Control<number, HTMLInputElement> {
    const { axis_label, inner, inner_names } = this.#config;
    const last = inner.length - 1;
    const made = range({
      label: axis_label,
      value: last,
      min: 0,
      max: last,
      stops: last,
      format: (i) => inner_names[Math.round(i)],
      oninput: (i) => onInner(Math.round(i)),
    });
    made.control.setAttribute("aria-label", axis_label);
    return made;
  }

  /** What can be drawn. A loss is infinite as long as a class lacks support: nothing to draw before the last. */
  #series(): HeldSeries[] {
    const names: HeldSeries[] =
      this.#config.kind === "queries"
        ? ["held.query_accuracy", "held.query_loss"]
        : ["held.query_loss", "held.support_loss"];
    const isDrawable = (name: HeldSeries) => {
      const values = this.#arrays[name];
      return values && at(values, 0).data.filter(Number.isFinite).length > 1;
    };
    return names.filter(isDrawable);
  }

  #layOut(): HTMLElement {
    const { title } = this.#config;
    return h(
      "div",
      { role: "group", class: "ol-held", "aria-label": "Held-out episode" },
      h("h4", { class: "ol-held-title" }, `Held-out episode: ${title}`),
      this.#reading,
      this.#main?.node,
    );
  }

  #layOutInner(): HTMLElement | null {
    if (!this.#choice) return null;
    const { axis_label } = this.#config;
    const key = `By ${axis_label}, one line an outer step: pale ones came earlier, the strong one is shown.`;
    const charts = this.#charts.map((chart) => chart.node);
    return h(
      "div",
      { class: "ol-inside" },
      h("div", { class: "ol-inner" }, this.#choice.node),
      h("div", { class: "ol-inner-charts" }, charts),
      h("p", { class: "ol-key" }, key),
    );
  }

  #describe(taken: number, t: number): string {
    const { kind, inner_names } = this.#config;
    const parts: [string, HeldSeries, (value: number) => string][] = [
      ["query loss", "held.query_loss", numberText],
    ];
    if (kind === "queries") parts.unshift(["query accuracy", "held.query_accuracy", percentText]);
    const value = (name: HeldSeries, place: number) =>
      at(this.#arrays[name] as Float32, place).data[t];
    const step = this.#steps[taken];
    const when = step === 0 ? "Before training" : `After outer step ${countText(step)}`;
    const now = parts.map(([word, name, show]) => `${word} ${show(value(name, taken))}`).join(", ");
    const before = parts.map(([, name, show]) => show(value(name, 0))).join(", ");
    const since = taken > 0 ? ` (before training ${before})` : "";
    return `${when}, ${inner_names[t]}: ${now}${since}.`;
  }
}
