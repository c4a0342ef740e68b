// What Python's MemoryView sends and keeps.
import type { Float32, Int16, NdArray, Uint8, Uint16 } from "../shared/arrays.ts";
import type { BaseTraits } from "../shared/model.ts";
import type { EpisodeArrays, PackedEpisode } from "../shared/packed_episode.ts";

/** A saved state may hold any text in `head`, `shown`, `rows` and `order`: what means nothing counts as the default. */
export interface Traits extends BaseTraits<Config> {
  /** The query that was asked about last, -1 for the one answered worst. */
  query: number;
  /** The slot looked at, -1 for the one written last. */
  slot: number;
  /** The attention shown: "all", "layer:<i>" or "head:<i>". */
  head: string;
  /** What the matrix of slots shows: "writes", "reads" or "usage". */
  shown: string;
  /** Rows of the matrix of attention: "heads", "queries" or "items". */
  rows: string;
  /** Units are sorted by "change", "value" or "number". */
  order: string;
}

export interface Config {
  label: string;
  /** What a reader must know of this trace, "" for nothing. */
  note: string;
  learner: string;
  axis: "inner_step" | "write" | "context_example";
  axis_label: string;
  /** One phrase for each recorded state. */
  step_names: string[];
  /** Recorded states. */
  steps: number;
  episode: PackedEpisode;
  meta: Record<string, unknown>;
  /** Names along the axes of channels. */
  coords: { [axis: string]: string[] | undefined };
  loss_unit: string;
  /** Array name -> the factor that makes its numbers: whole ones of 16 bits, or 1 where some are not finite. */
  scales: { [name in Scaled]?: number };
  /** The support item that each step read, -1 for none or several. */
  taken: number[];
  /** Slots that a step empties before it writes. */
  n_erased: number;
  head_names: string[];
  head_groups: HeadGroup[];
  /** The query answered worst in the end, -1 where there are no queries. */
  hardest: number;
}

/** The name of a layer, or of a head that stands alone, and the numbers of its heads. */
export type HeadGroup = [name: string, heads: number[]];

type Scaled = "attention" | "context_attention" | "read_weights" | "memory";

/** Fractions, of 16 bits or as they are; see `scales`. */
export type Fractions = NdArray<(Uint16 | Float32)["data"]>;

/** The trace has one of attention, write weights and a hidden state at least. */
export interface Arrays extends EpisodeArrays {
  /** (step, head, query, item). */
  attention?: Fractions;
  /** (step, head, item): of the item that the step read. */
  context_attention?: Fractions;
  /** (step, query, slot). */
  read_weights?: Fractions;
  /** (step, slot, feature). */
  memory?: NdArray<(Int16 | Float32)["data"]>;
  /** (step, slot). */
  usage?: Float32;
  /** (step, slot). */
  write_weights?: Float32;
  /** (step, slot): 1 where the step emptied the slot before it wrote. */
  erased?: Float32;
  /** (step, unit). */
  hidden?: Float32;
  /** (step, query, way or dim). */
  outputs?: Float32;
  /** (step, query, way). */
  probabilities?: Float32;
  /** (step, item): 1 from where the learner has read the item. */
  absorbed?: Uint8;
}
