// Beside the matrix of slots: a strip with the class of the item that each slot holds, and what stands in the memory now.
import { shorten } from "../../plot/canvas.ts";
import { at } from "../../shared/arrays.ts";
import { classColour } from "../../shared/colour.ts";
import type { Layout } from "../matrix/layout.ts";
import { frame, frameRow } from "../matrix/painting.ts";
import { pixelsOf } from "../matrix/pixels.ts";
import { placeOn, rampOf } from "../matrix/ramp.ts";
import { largestSize } from "../record/extremes.ts";
import type { Recorded } from "../record/recorded.ts";
import type { Slots } from "../record/slots.ts";
import type { State } from "../state.ts";

/** The width of the strip. */
export const STRIP = 14;

type Pen = CanvasRenderingContext2D;

/** Where the rows lie, and the slot of each. */
export interface Rows {
  layout: Layout;
  slots: readonly number[];
}

export class Beside {
  /** Numbers that a slot holds, 0 where they are not recorded. */
  readonly features: number;
  /** The largest of them, by size. */
  readonly reach: number;
  readonly #recorded: Recorded;
  readonly #slots: Slots;
  readonly #pixels = pixelsOf();

  constructor(recorded: Recorded, slots: Slots) {
    const { memory } = recorded.arrays;
    this.#recorded = recorded;
    this.#slots = slots;
    this.features = memory?.shape[2] ?? 0;
    const scale = recorded.config.scales.memory ?? 1;
    this.reach = memory ? Math.max(1e-9, scale * largestSize(memory.data)) : 1;
  }

  /** Draw strip, contents and titles, and frame the slot looked at. `title` stands over the matrix. */
  draw(ctx: Pen, rows: Rows, state: State, title: string): void {
    const { layout, slots } = rows;
    const { x, right, width, head, bottom, row, top } = layout;
    const { theme, slot } = state;
    const from = right + 8;
    const contents = right + STRIP + 16;
    const across = this.#across(width - contents - 4);
    ctx.imageSmoothingEnabled = false;
    if (this.features)
      ctx.drawImage(this.#contents(slots, state), contents, head, across, bottom - head);
    this.#drawStrip(ctx, from, rows, state);
    ctx.textAlign = "left";
    ctx.fillStyle = theme.muted;
    ctx.fillText(shorten(ctx, title, right - x), x, 7);
    const held = `holds, and contents (${this.features} numbers)`;
    if (this.features) ctx.fillText(shorten(ctx, held, width - from), from, 7);
    const r = slots.indexOf(slot);
    if (r < 0) return;
    frameRow(ctx, layout, r, theme.accent, 1.5);
    if (this.features) frame(ctx, [contents, top(r), across, row], theme.accent, 1.5);
  }

  /** The pixels that all features take: a whole number for each, and one at least. */
  #across(room: number): number {
    if (!this.features) return 0;
    return this.features * Math.max(1, Math.floor(room / this.features));
  }

  #contents(slots: readonly number[], { step, theme }: State): HTMLCanvasElement {
    const { packed } = rampOf("sign", theme);
    const scale = this.#recorded.config.scales.memory ?? 1;
    const n = this.features;
    return this.#pixels(`${step} ${theme.bg} ${slots.length}`, n, slots.length, (pixels) => {
      const { data } = at(this.#recorded.arrays.memory!, step);
      for (const [r, s] of slots.entries()) {
        for (let f = 0; f < n; f++) {
          pixels[r * n + f] = packed[placeOn(scale * data[s * n + f], this.reach, "sign")];
        }
      }
    });
  }

  /** Draw the item that each slot holds most of: as wide as its part, and marked where it is the one in focus. */
  #drawStrip(ctx: Pen, from: number, rows: Rows, { step, theme, focus }: State): void {
    const { coloured, arrays } = this.#recorded;
    const { x, row, top } = rows.layout;
    const labels = arrays.support_y.data;
    const { item, part } = this.#slots.tops(step);
    for (const [r, s] of rows.slots.entries()) {
      if (item[s] < 0) continue;
      ctx.fillStyle = coloured ? classColour(labels[item[s]], theme) : theme.muted;
      ctx.fillRect(from, top(r), STRIP * part[s], row - (row > 4 ? 1 : 0));
      if (focus.side !== "support" || focus.i !== item[s] || part[s] < 0.25) continue;
      ctx.fillStyle = theme.accent;
      for (const u of [x - 5, from + STRIP + 1]) ctx.fillRect(u, top(r), 4, row);
    }
  }
}
