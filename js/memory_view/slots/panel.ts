// The memory, slot by slot: what each step wrote there (or how used it is, or what a query reads), what stands in it now,
// and, as a strip between the two, the class of the item that it holds. One row is one slot throughout.
import { segments } from "../../shared/controls.ts";
import { h, type KeyMap } from "../../shared/elements.ts";
import { afterDrawing } from "../../shared/repaint.ts";
import { Matrix, type MatrixContent } from "../matrix/matrix.ts";
import { markStep } from "../matrix/painting.ts";
import { placeOn } from "../matrix/ramp.ts";
import { rampLegendOf } from "../matrix/ramp_legend.ts";
import type { Slots } from "../record/slots.ts";
import { type Given, type Panel, type State, save } from "../state.ts";
import { Beside, STRIP } from "./beside.ts";
import { SlotRows } from "./rows.ts";
import { slotDetailOf } from "./slot_detail.ts";
import { type Shown, SlotValues } from "./values.ts";

const LEGENDS: Record<Shown, string> = {
  writes: "write weight",
  reads: "read weight",
  usage: "usage",
};
const TITLES: Record<Shown, string> = {
  writes: "what each step wrote",
  reads: "what the query reads after each step",
  usage: "how used it is after each step",
};

export class SlotsPanel implements Panel {
  readonly node: HTMLElement;
  readonly #given: Given;
  readonly #slots: Slots;
  readonly #values: SlotValues;
  readonly #beside: Beside;
  readonly #matrix: Matrix;
  readonly #rows: SlotRows;
  readonly #legend = rampLegendOf();
  readonly #contents = rampLegendOf();
  readonly #detail: ReturnType<typeof slotDetailOf>;
  readonly #segments;
  #state: State | null = null;

  constructor(given: Given, slots: Slots) {
    this.#given = given;
    this.#slots = slots;
    this.#values = new SlotValues(given.recorded);
    this.#beside = new Beside(given.recorded, slots);
    this.#rows = new SlotRows(slots, given.redraw);
    this.#matrix = new Matrix(this.#content(), given);
    this.#detail = slotDetailOf(given, slots);
    const { options } = this.#values;
    this.#segments = segments({
      label: "The matrix shows",
      options,
      value: this.#shown,
      onchange: (next) => save(given.model, "shown", next),
    });
    const head = h(
      "div",
      { class: "mv-head" },
      options.length > 1 && this.#segments.node,
      this.#legend.node,
      this.#beside.features > 0 && this.#contents.node,
    );
    const look = { role: "group", class: "mv-panel", "aria-label": "Memory" };
    const { node, told } = this.#matrix;
    this.node = h("div", look, head, node, told, this.#rows.node, this.#detail.node);
  }

  fit(width: number): void {
    this.#matrix.fit(width);
  }

  paint(state: State): void {
    this.#state = state;
    const { theme } = state;
    const shown = this.#shown;
    this.#matrix.paint(state);
    this.#segments.set(shown);
    const reach = this.#values.reach[shown];
    const percent = shown !== "usage";
    this.#legend.set({ text: LEGENDS[shown], kind: "size", reach, percent }, theme);
    if (this.#beside.features) {
      this.#contents.set({ text: "content", kind: "sign", reach: this.#beside.reach }, theme);
    }
    afterDrawing(() => this.#detail.show(state));
  }

  get #shown(): Shown {
    return this.#values.shown(this.#given.model.get("shown"));
  }

  #content(): MatrixContent {
    const { recorded, player, enterSlot } = this.#given;
    const { config } = recorded;
    const values = this.#values;
    return {
      name:
        `${this.#slots.count} slots over ${config.steps - 1} ${config.axis_label}s. ` +
        "Up and down choose a slot, left and right move the step, " +
        "Enter selects the item that the slot holds, Escape lets go.",
      keys: this.#keys(),
      start: null,
      shape: () => ({
        rows: this.#rows.shown.length,
        columns: config.steps,
        gutter: 34,
        tall: 400,
        most: 16,
        part: this.#beside.features ? 0.64 : 1,
        beside: STRIP + 16,
        titles: 16,
      }),
      item: (t) => config.taken[t],
      pale: (t, { step }) => t > step,
      tick: (t) => `${t}`,
      label: (r) => `${this.#rows.shown[r]}`,
      cells: ({ asked }) => {
        const shown = this.#shown;
        const slots = this.#rows.shown;
        const key = `${shown} ${shown === "reads" ? asked?.i : ""} ${slots.length}`;
        const place = (r: number, t: number) =>
          placeOn(values.at(shown, t, slots[r], asked), values.reach[shown], "size");
        return { kind: "size", key, place };
      },
      over: (ctx, layout, state) => {
        markStep(ctx, layout, state);
        this.#beside.draw(ctx, { layout, slots: this.#rows.shown }, state, TITLES[this.#shown]);
      },
      words: (cell, state) => {
        const slot = cell && ([this.#rows.shown[cell[0]], cell[1]] as const);
        return values.text(this.#shown, slot, state);
      },
      choose: ([r, t]) => enterSlot(this.#rows.shown[r], t < 0 ? undefined : t),
      scrub: player.set,
    };
  }

  #keys(): KeyMap {
    const { player, chooseSlot, enterSlot, recorded } = this.#given;
    const slot = () => this.#state?.slot ?? -1;
    const by = (rows: number) => () => {
      const slots = this.#rows.shown;
      const from = slots.findIndex((s) => s >= slot());
      const next = slots[Math.min(slots.length - 1, Math.max(0, from + rows))];
      chooseSlot(next);
      this.#say(next);
    };
    return {
      ArrowUp: by(-1),
      ArrowDown: by(1),
      PageUp: by(-10),
      PageDown: by(10),
      ArrowLeft: () => player.set(player.get() - 1),
      ArrowRight: () => player.set(player.get() + 1),
      Home: () => player.set(0),
      End: () => player.set(recorded.config.steps - 1),
      " ": () => player.toggle(),
      Enter: () => {
        enterSlot(slot());
        this.#say(slot());
      },
      Escape: () => enterSlot(-1),
    };
  }

  #say(slot: number): void {
    if (!this.#state) return;
    const text = this.#values.text(this.#shown, slot < 0 ? null : [slot, -1], this.#state);
    this.#given.announce(text);
  }
}
