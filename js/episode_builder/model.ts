// What Python's EpisodeBuilder sends and keeps.
import type { History } from "../episode_document/history.ts";
import type { DatasetChoice } from "../episode_document/python_code.ts";
import type { Draw, EpisodeDocument, Kind, Row } from "../episode_document/types.ts";
import type { Float32, NdArray } from "../shared/arrays.ts";
import type { BaseTraits } from "../shared/model.ts";

export interface Config {
  /** Rows of one kind and shape share an array; their order is that of `rows`. */
  groups?: [kind: Kind, shape: number[], count: number][];
  rows?: Pick<Row, "number" | "item" | "source" | "home">[];
  draws?: [number: number, draw: Draw][];
  /** The next free number of a row or a draw. */
  next?: number;
  /** None where there is nothing to draw from. */
  datasets?: DatasetChoice[];
  /** Who answers the queries by the nearest prototype, from the arrays z. */
  learner?: { name: string; metric: string };
  help: { sheet: string; plot: string };
}

export interface Arrays {
  /** The data of a group's rows: (row, channel, height, width), (row, dim), or x and y of a sample. */
  [group: `x${number}`]: NdArray;
  /** The embeddings of these rows, (row, feature); NaN for a row that has none. Missing where the learner takes none of them. */
  [group: `z${number}`]: Float32 | undefined;
}

export interface Traits extends BaseTraits<Config> {
  document: EpisodeDocument;
  history: History;
}
