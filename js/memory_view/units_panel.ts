// A hidden state: every unit over all steps, sorted by what is of interest, the current step framed.
import type { Float32 } from "../shared/arrays.ts";
import { choice } from "../shared/controls.ts";
import { h, type KeyMap } from "../shared/elements.ts";
import { numberText } from "../shared/numbers.ts";
import type { Cell } from "./matrix/layout.ts";
import { Matrix, type MatrixContent } from "./matrix/matrix.ts";
import { markStep } from "./matrix/painting.ts";
import { placeOn } from "./matrix/ramp.ts";
import { rampLegendOf } from "./matrix/ramp_legend.ts";
import { largestSize } from "./record/extremes.ts";
import { supportText } from "./record/items.ts";
import { type Given, type Panel, type State, save } from "./state.ts";
import { changeOf, movedBy, ORDERS, orderFrom, sortedUnits } from "./unit_order.ts";

export class UnitsPanel implements Panel {
  readonly node: HTMLElement;
  readonly #given: Given;
  readonly #hidden: Float32;
  readonly #reach: number;
  readonly #matrix: Matrix;
  readonly #legend = rampLegendOf();
  readonly #choice;
  #sorted: { key: string; units: number[] } = { key: "", units: [] };

  constructor(given: Given, hidden: Float32) {
    this.#given = given;
    this.#hidden = hidden;
    this.#reach = Math.max(1e-9, largestSize(hidden.data));
    this.#matrix = new Matrix(this.#content(), given);
    this.#choice = choice({
      label: "Units sorted by",
      options: ORDERS,
      value: this.#order,
      onchange: (next) => save(given.model, "order", next),
    });
    const head = h("div", { class: "mv-head" }, this.#choice.node, this.#legend.node);
    const look = { role: "group", class: "mv-panel", "aria-label": "Hidden state" };
    this.node = h("div", look, head, this.#matrix.node, this.#matrix.told);
  }

  fit(width: number): void {
    this.#matrix.fit(width);
  }

  paint(state: State): void {
    this.#matrix.paint(state);
    this.#choice.set(this.#order);
    this.#legend.set({ text: "activation", kind: "sign", reach: this.#reach }, state.theme);
  }

  get #order() {
    return orderFrom(this.#given.model.get("order"));
  }

  /** Return the units from the first row to the last; sorted once for each step. */
  #units(step: number): { key: string; units: number[] } {
    const order = this.#order;
    const key = order === "number" ? order : `${order} ${step}`;
    if (this.#sorted.key !== key) {
      this.#sorted = { key, units: sortedUnits(this.#hidden, order, step) };
    }
    return this.#sorted;
  }

  #content(): MatrixContent {
    const { recorded, player } = this.#given;
    const [steps, n] = this.#hidden.shape;
    const { taken } = recorded.config;
    return {
      name:
        `${n} hidden units over ${steps - 1} reads. ` +
        "Up and down move over the units, left and right move the step.",
      keys: this.#keys(),
      start: player.get,
      shape: () => ({ rows: n, columns: steps, gutter: 34, tall: 350, most: 14 }),
      item: (t) => taken[t],
      pale: (t, { step }) => t > step,
      tick: (t) => `${t}`,
      label: (r, _place, _ctx, { step }) => `${this.#units(step).units[r]}`,
      cells: ({ step }) => {
        const { key, units } = this.#units(step);
        const value = (r: number, t: number) => this.#hidden.data[t * n + units[r]];
        return { kind: "sign", key, place: (r, t) => placeOn(value(r, t), this.#reach, "sign") };
      },
      over: markStep,
      words: (cell, state) => this.#text(cell, state),
      choose: ([, t]) => {
        if (t >= 0) player.set(t);
      },
      scrub: player.set,
    };
  }

  #keys(): KeyMap {
    const { player, recorded } = this.#given;
    return {
      ArrowLeft: () => player.set(player.get() - 1),
      ArrowRight: () => player.set(player.get() + 1),
      Home: () => player.set(0),
      End: () => player.set(recorded.config.steps - 1),
      " ": () => player.toggle(),
    };
  }

  #text(cell: Cell | null, { step }: State): string {
    const hidden = this.#hidden;
    if (!cell || cell[1] < 0) {
      if (!step) return "The state that it starts from.";
      return `This step moved the state by ${numberText(movedBy(hidden, step))} (Euclidean norm).`;
    }
    const [r, t] = cell;
    const { recorded } = this.#given;
    const unit = this.#units(step).units[r];
    const taken = recorded.config.taken[t];
    const who = taken >= 0 ? ` (${supportText(recorded, taken)})` : "";
    const change = changeOf(hidden, t, unit);
    const size = `${numberText(Math.abs(change))} ${change < 0 ? "less" : "more"}`;
    const value = numberText(hidden.data[t * hidden.shape[1] + unit]);
    return `Unit ${unit}: ${value} after step ${t}${who}${t ? `, ${size} than before` : ""}.`;
  }
}
