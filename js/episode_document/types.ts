// The document of a hand-built episode: plain JSON, checked by Python in episode_builder/document.py.
import type { NdArray } from "../shared/arrays.ts";
import type { ItemId, Side } from "../shared/packed_episode.ts";

/** Images and vectors, points in the plane, or samples of a curve. */
export type Kind = "sheet" | "points" | "curve";

/** Where an item stands: in a set of the episode, or ready beside them. */
export type Place = Side | "pool";

export const PLACES: readonly Place[] = ["support", "query", "pool"];

/** As in Python. */
export const MOST_ITEMS = 2000;
export const MOST_CLASSES = 100;
export const LONGEST_NAME = 120;

export type Point = [x: number, y: number];

export interface EpisodeDocument {
  kind: Kind;
  /** Of an item. */
  shape: number[];
  /** The number of the draw that it began as. */
  draw: number | null;
  settings: Settings;
  /** The next free key, of items and classes alike. */
  next: number;
  /** In the order of their labels; none in a curve. */
  classes: DocumentClass[];
  items: Record<string, DocumentItem>;
}

/** What is drawn. */
export interface Settings {
  dataset: string;
  split: string;
  n_way: number | null;
  k_shot: number;
  n_query: number;
  seed: number;
  index: number;
}

export interface DocumentClass {
  key: number;
  name: string;
  locked: boolean;
  /** Where there are more of its items. */
  origin: { dataset: string; split: string; class: string; draw: number; label: number } | null;
}

export interface DocumentItem {
  /** The number of its data; null where it was placed by hand. */
  row: number | null;
  /** The key of its class; null in a curve. */
  class: number | null;
  side: Place;
  /** Its order on its side. */
  rank: number;
  locked: boolean;
  /** Its place in a plot; images and vectors have none. */
  at?: Point;
}

/** An item with its key. */
export type Entry = [key: string, item: DocumentItem];

/** The data of an item. */
export interface Row {
  number: number;
  item: ItemId;
  /** The image that it was made from. */
  source: string;
  /** Its dataset, as the builder calls it, and its split; empty or missing where no dataset has it. */
  home?: string[];
  x: NdArray;
  /** Its place in a plot as it was drawn; null for images and vectors. */
  at: Point | null;
}

/** By their numbers. */
export type Rows = ReadonlyMap<number, Row>;

/** What was drawn, to tell an episode that was changed from one that was not. */
export interface Draw {
  seed: number[];
  task: Record<string, unknown>;
  /** Of the classes. */
  names: string[];
  /** Number of a row -> its place. */
  at: Record<string, Point>;
  /** One per number of an item; missing where they have none. */
  feature_names?: string[];
  settings: Settings;
  /** Whether an `EpisodeSampler` with these settings draws it. */
  sampled?: boolean;
  support: [row: number, label: number][];
  query: [row: number, label: number][];
}
