// Which slots the matrix has a row for: a large memory is mostly empty, and what nothing was written to is folded away.
import { h } from "../../shared/elements.ts";
import { fold } from "../../shared/first_view.ts";
import type { Slots } from "../record/slots.ts";

/** So many empty slots are not worth a fold. */
const FEW = 8;

export class SlotRows {
  /** What shows them all; null where all are shown anyway. */
  readonly node: HTMLDetailsElement | null;
  readonly #all: readonly number[];
  readonly #written: readonly number[];

  /** @param onchange called when other rows are shown */
  constructor(slots: Slots, onchange: () => void) {
    const { written, never } = slots.byWrites();
    this.#all = Array.from({ length: slots.count }, (_, s) => s);
    this.#written = written;
    const title = `${never.length} slots that nothing was written to`;
    const text = `They now stand in the matrix too: ${rangesText(never)}.`;
    this.node =
      never.length > FEW && written.length
        ? fold({
            name: "memory_view/empty_slots",
            title,
            content: h("p", { class: "mv-key" }, text),
            ontoggle: onchange,
          })
        : null;
  }

  /** The slots from the first row to the last. */
  get shown(): readonly number[] {
    return this.node && !this.node.open ? this.#written : this.#all;
  }
}

/** Return whole numbers in words: "4, 7 to 127". */
export function rangesText(numbers: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const n of numbers) {
    const last = runs.at(-1);
    if (last && last[1] === n - 1) last[1] = n;
    else runs.push([n, n]);
  }
  return runs.map(([a, b]) => (a === b ? `${a}` : `${a} to ${b}`)).join(", ");
}
