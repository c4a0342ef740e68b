// What Python's EpisodeView sends.
import type { BaseTraits } from "../shared/model.ts";
import type { EpisodeArrays, PackedEpisode } from "../shared/packed_episode.ts";

export interface Config {
  /** How it is drawn: a sheet of images or vectors, points in the plane, or a curve. */
  kind: "sheet" | "points" | "curve";
  title: string;
  subtitle: string;
  episode: PackedEpisode;
}

export type Arrays = EpisodeArrays;

export type Traits = BaseTraits<Config>;
