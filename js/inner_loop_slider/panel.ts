// What the main panels have in common: one a learner, whatever it draws.
import type { PointEdits } from "../plot/point_edits.ts";
import type { ItemKeysOptions, PanelState } from "../plot/point_panel.ts";
import type { KeyMap } from "../shared/elements.ts";
import type { Theme } from "../shared/theme.ts";
import type { Adaptations, Trace } from "./adaptations.ts";

/** What is painted: the item shown, why it is shown, and the step. */
export interface State extends PanelState {
  mode: "pinned" | "pointed" | "hardest";
  step: number;
}

export interface PanelOptions extends ItemKeysOptions {
  now: Adaptations;
  /** The learner's number among the choices. */
  look: number;
  label: string;
  stepKeys: KeyMap;
  /** What edits the points, where there are some. */
  edits?: PointEdits;
  signal: AbortSignal;
}

export interface Panel {
  node: HTMLElement;
  /** What its signs mean; of several panels the first one's stands for all. */
  legend: { node: HTMLElement; paint(theme: Theme): void };
  /** The support set; of several panels the first one's stands for all. */
  strip?: HTMLElement;
  /** Take what Python sent of the learner. */
  update(trace: Trace): void;
  paint(state: State): void;
  fit(width: number): void;
}
