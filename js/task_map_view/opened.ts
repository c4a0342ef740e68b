// Which two tasks are open, and what opens others.
import type { Model } from "../shared/model.ts";
import type { Likeness, Pair } from "./likeness.ts";
import type { Traits } from "./model.ts";
import type { Mode } from "./pair.ts";

export interface OpenedOptions {
  model: Model<Traits>;
  /** Number of tasks. */
  n: number;
  likeness: () => Likeness;
  save: (values: Partial<Traits>) => void;
  repaint: () => void;
}

export type Opened = ReturnType<typeof openedOf>;

/** The two tasks that are open: pinned, pointed at, or the nearest of all. */
export function openedOf({ model, n, likeness, save, repaint }: OpenedOptions) {
  let pointed: Pair | null = null;
  const pinned = (): Pair | null => {
    const pair = model.get("pair") ?? [];
    const isTask = (i: number) => Number.isInteger(i) && i >= 0 && i < n;
    return pair.length === 2 && pair[0] !== pair[1] && pair.every(isTask) ? (pair as Pair) : null;
  };
  const shown = (): { pair: Pair; mode: Mode } => {
    const fixed = pinned();
    if (fixed) return { pair: fixed, mode: "pinned" };
    if (pointed) return { pair: pointed, mode: "pointed" };
    return { pair: likeness().nearest, mode: "nearest" };
  };
  const pin = (pair: Pair | null) => {
    save({ pair: pair ?? [] });
    repaint();
  };
  return {
    shown,
    pinned,
    pin,
    /** A task with the one nearest to it. */
    beside: (a: number): Pair => [a, likeness().ranked(a)[0]],
    /** Open a pair while nothing is pinned; null for none. */
    point(pair: Pair | null): void {
      if (String(pair) === String(pointed)) return;
      pointed = pair;
      repaint();
    },
    /** Pin a pair, or let it go if it is the one that is pinned. */
    toggle(pair: Pair | null): void {
      pin(String(pair ?? "") === String(pinned() ?? "") ? null : pair);
    },
    /** Go on to a pair: it is pinned if the one before it was. */
    moveTo(pair: Pair): void {
      if (pinned()) save({ pair });
      else pointed = pair;
    },
    letGo(): void {
      pointed = null;
      save({ pair: [] });
    },
    fix: () => save({ pair: shown().pair }),
  };
}

/** The pair of cells that an arrow key goes to in the matrix: over the diagonal, never on it; null at an edge. */
export function nextCell(rows: number[], [a, b]: Pair, down: number, across: number): Pair | null {
  const clamp = (i: number) => Math.min(rows.length - 1, Math.max(0, i));
  let [i, j] = [clamp(rows.indexOf(a) + down), clamp(rows.indexOf(b) + across)];
  if (i === j) [i, j] = [clamp(i + down), clamp(j + across)];
  return i === j ? null : [rows[i], rows[j]];
}
