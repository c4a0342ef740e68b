// Who took part: the learners and the person, best first, with their differences from the reference.
import { type Interval, intervalOf, type ScoreWords } from "../contest/scores.ts";
import { at } from "../shared/arrays.ts";
import type { Arrays, Config, Traits } from "./model.ts";

export interface Player {
  name: string;
  /** The learner's place, -1 for the person. */
  rival: number;
  /** One an episode, NaN where there is none. */
  scores: ArrayLike<number>;
  /** [adapting, answering] in seconds, one an episode. */
  seconds: [number, number][];
  interval: Interval;
  /** Paired, from the reference; null for the reference itself, and where no episode is shared. */
  difference: Interval | null;
}

/** All players in the order of their means, and the one that differences are taken from. */
export function playersOf(
  { config, arrays, words }: { config: Config; arrays: Arrays; words: ScoreWords },
  you: Traits["you"],
  reference: string,
): { players: Player[]; base: Player } {
  const found = [...learnersOf(config, arrays), ...personOf(config, you)];
  const players = found.map((each) => ({
    ...each,
    interval: intervalOf(each.scores, words.bounds)!,
    difference: null as Interval | null,
  }));
  players.sort((a, b) => order(words, a.interval.mean, b.interval.mean));
  const base = players.find(({ name }) => name === reference) ?? players[0];
  for (const player of players) {
    if (player !== base) player.difference = pairedInterval(player, base, words.between);
  }
  return { players, base };
}

/** The interval of one player's scores minus another's, episode by episode; null where they share none. */
export function pairedInterval(
  a: Pick<Player, "scores">,
  b: Pick<Player, "scores">,
  bounds?: [number, number],
): Interval | null {
  const differences = Array.from(a.scores, (score, episode) => score - b.scores[episode]);
  return intervalOf(differences, bounds);
}

function order(words: ScoreWords, a: number, b: number): number {
  return Number(words.better(b, a)) - Number(words.better(a, b));
}

type Bare = Omit<Player, "interval" | "difference">;

function learnersOf(config: Config, arrays: Arrays): Bare[] {
  return config.names.map((name, i) => ({
    name,
    rival: i,
    scores: at(arrays.scores, i).data,
    seconds: config.seeds.map((_, episode) => {
      const [adapting, answering] = at(at(arrays.seconds, i), episode).data;
      return [adapting, answering];
    }),
  }));
}

function personOf({ keys }: Config, you: Traits["you"]): Bare[] {
  const places = keys.map((key) => (key ? you[key] : undefined));
  if (!places.some((place) => Number.isFinite(place?.score))) return [];
  const scores = places.map((place) => (Number.isFinite(place?.score) ? place!.score! : NaN));
  const seconds = places.map((place): [number, number] => [NaN, Number(place?.seconds ?? NaN)]);
  return [{ name: "You", rival: -1, scores, seconds }];
}
