// The episode's points as the reader edits them: pure values, which Python's `edited` reads in the same form.
import type { NdArray } from "../../shared/arrays.ts";
import type { EpisodeArrays, PackedEpisode, Side } from "../../shared/packed_episode.ts";
import type { Arrays, Config } from "../model.ts";

/** Its id, its numbers, and its label or target. */
export type Point = [id: string, x: number[], y: number];

export type Points = Record<Side, Point[]>;

/** Beyond so many of a side Python refuses. */
export const MOST_POINTS = 200;

interface GivenEpisode {
  episode: PackedEpisode;
  arrays: EpisodeArrays;
}

/** The episode that was given, whatever the traces were made with. */
export function givenEpisode({ config, arrays }: { config: Config; arrays: Arrays }): GivenEpisode {
  if (!config.own_episode) return { episode: config.episode, arrays };
  return {
    episode: config.own_episode,
    arrays: {
      support_x: arrays["own.support_x"]!,
      support_y: arrays["own.support_y"]!,
      query_x: arrays["own.query_x"]!,
      query_y: arrays["own.query_y"]!,
    },
  };
}

/** The points of an episode; what single precision holds, so that nothing changes on the way to Python and back. */
export function pointsOf({ episode, arrays }: GivenEpisode): Points {
  const side = (name: Side): Point[] => {
    const [x, y] = [arrays[`${name}_x`], arrays[`${name}_y`]];
    const dim = x.shape[1];
    return episode[`${name}_ids`].map((id, i) => [
      id,
      Array.from(x.data.subarray(i * dim, (i + 1) * dim)),
      y.data[i],
    ]);
  };
  return { support: side("support"), query: side("query") };
}

/** The episode and its arrays with other points. */
export function withPoints(given: GivenEpisode, points: Points): GivenEpisode {
  const { episode } = given;
  const labels = episode.class_names.length > 0;
  const arrays: Partial<EpisodeArrays> = {};
  for (const side of ["support", "query"] as const) {
    const of = points[side];
    const x = Float32Array.from(of.flatMap(([, values]) => values));
    arrays[`${side}_x`] = { data: x, shape: [of.length, given.arrays.query_x.shape[1]] };
    const y = of.map(([, , value]) => value);
    arrays[`${side}_y`] = labels
      ? { data: Int32Array.from(y), shape: [of.length] }
      : { data: Float32Array.from(y), shape: [of.length, 1] };
  }
  const ids = (side: Side) => points[side].map(([id]) => id);
  return {
    episode: {
      ...episode,
      support_ids: ids("support"),
      query_ids: ids("query"),
      support_items: ids("support").map(itemOf),
      query_items: ids("query").map(itemOf),
    },
    arrays: arrays as { [name in keyof EpisodeArrays]: NdArray },
  };
}

function itemOf(id: string): PackedEpisode["support_items"][number] {
  const [dataset, classId, ...item] = id.split("/");
  return [dataset, classId ?? "", item.join("/")];
}

/** A point more, with an id that no other has. `label` is -1 where points have targets. */
export function added(
  points: Points,
  side: Side,
  { x, y, label }: { x: number[]; y: number; label: number },
): { points: Points; id: string } {
  const taken = new Set([...points.support, ...points.query].map(([id]) => id));
  const stem = `clicked/${label < 0 ? "curve" : label}`;
  let number = 1;
  while (taken.has(`${stem}/${number}`)) number += 1;
  const id = `${stem}/${number}`;
  const point: Point = [id, x.map(Math.fround), label < 0 ? Math.fround(y) : label];
  return { points: { ...points, [side]: [...points[side], point] }, id };
}

/** The points with one of them elsewhere; a label stays, a target moves with the point. */
export function moved(points: Points, id: string, x: number[], target: number | null): Points {
  const move = (point: Point): Point =>
    point[0] === id
      ? [id, x.map(Math.fround), target === null ? point[2] : Math.fround(target)]
      : point;
  return { support: points.support.map(move), query: points.query.map(move) };
}

/** The points without one of them; null if it is the last of its side. */
export function removed(points: Points, id: string): Points | null {
  const without = (of: Point[]) => of.filter((point) => point[0] !== id);
  const next = { support: without(points.support), query: without(points.query) };
  return next.support.length && next.query.length ? next : null;
}

/** Whether two sets of points are the same. */
export function samePoints(a: Points | null, b: Points | null): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
