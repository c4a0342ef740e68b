// What the panels have in common: what they show, what they are made of, and what they may do.
import type { Thumbnails } from "../plot/thumbnails.ts";
import type { KeyMap } from "../shared/elements.ts";
import type { Model } from "../shared/model.ts";
import type { Side } from "../shared/packed_episode.ts";
import type { Player } from "../shared/player.ts";
import type { Selection } from "../shared/selection.ts";
import type { Theme } from "../shared/theme.ts";
import type { Traits } from "./model.ts";
import type { Item } from "./record/items.ts";
import type { Recorded } from "./record/recorded.ts";

/** What is painted. */
export interface State {
  step: number;
  /** The item whose looks are shown: the selected one, or else a query. */
  focus: Item;
  /** Why it is shown. */
  mode: "pinned" | "pointed" | "asked" | "hardest";
  /** The query whose prediction and reading are shown, null where there are none. */
  asked: Item | null;
  /** The choice of heads, and their numbers. */
  head: string;
  heads: number[];
  /** The slot looked at, -1 for none. */
  slot: number;
  theme: Theme;
}

export interface Panel {
  node: HTMLElement;
  fit(width: number): void;
  paint(state: State): void;
}

/** What every panel gets. */
export interface Given {
  recorded: Recorded;
  /** Null where items are no images. */
  pictures: Record<Side, Thumbnails> | null;
  model: Model<Traits>;
  selection: Selection;
  player: Player;
  /** Comma and full stop move the step where the arrows do something else. */
  stepKeys: KeyMap;
  /** Ask for a repaint. */
  redraw(): void;
  /** Paint at once, and say a text or else what is in focus. */
  announce(text?: string): void;
  /** Choose a slot, -1 for the one written last. */
  chooseSlot(slot: number): void;
  /** Choose a slot, at another step where one is given, and select the item that it holds most of then. */
  enterSlot(slot: number, step?: number): void;
  signal: AbortSignal;
}

/** Set a trait for good: Python is told. */
export function save<Name extends keyof Traits & string>(
  model: Model<Traits>,
  name: Name,
  value: Traits[Name],
): void {
  model.set(name, value);
  model.save_changes();
}
