// The headline and the table of figures.
import { rivalSign } from "../contest/rivals.ts";
import { durationText, type Interval, medianOf, type ScoreWords } from "../contest/scores.ts";
import { fillTable } from "../contest/table.ts";
import { type Child, h } from "../shared/elements.ts";
import { intervalNote } from "../shared/numbers.ts";
import type { Theme } from "../shared/theme.ts";
import { type Player, pairedInterval } from "./players.ts";

/** Who leads, and whether that is clear. */
export function headlineText([first, second]: Player[], words: ScoreWords): string {
  const lead = second && pairedInterval(first, second);
  const start = `${first.name} leads with ${words.mean(first.interval)}`;
  if (!lead) return `${start}.`;
  const ahead = words.points(Math.abs(lead.mean)).replace("+", "");
  let what = "includes 0: not clear";
  if (!Number.isFinite(lead.half)) what = "needs two episodes";
  else if (lead.few) what = "is over too few episodes to tell";
  else if (lead.clear) what = "excludes 0: a clear difference";
  return `${start}, ${ahead} ahead of ${second.name}; the paired interval ${what}.`;
}

/** What to try first: the dot of the worst score whose episode can be opened. */
export function tryText(
  players: Player[],
  words: ScoreWords,
  sent: (episode: number) => boolean,
): string {
  let worst: { name: string; score: number } | null = null;
  let best = words.percent ? 0 : Infinity;
  for (const { name, scores } of players) {
    for (const [episode, score] of Array.from(scores).entries()) {
      if (!Number.isFinite(score)) continue;
      if (words.better(score, best)) best = score;
      if (sent(episode) && (!worst || words.better(worst.score, score))) worst = { name, score };
    }
  }
  const { name, score } = worst ?? { name: "", score: best };
  if (!worst || score === best) return "Point at a dot to read who scored what on its episode.";
  const short = name.length > 26 ? `${name.slice(0, 25)}\u2026` : name;
  return `Click ${short}\u2019s dot at ${words.one(score)}: its episode opens, with what each learner answered.`;
}

/** What a paired difference says. */
export function verdictText(difference: Interval, words: ScoreWords): string {
  if (!Number.isFinite(difference.half)) return "one episode";
  if (difference.few) return "too few episodes";
  if (!difference.clear) return "not clear";
  return words.better(difference.mean, 0) ? "clearly better" : "clearly worse";
}

export interface FiguresOptions {
  players: Player[];
  base: Player;
  words: ScoreWords;
  /** Threads of the learners, if known. */
  threads?: number | null;
}

/** Fill the table, and return what paints the signs in it. */
export function fillFigures(
  table: HTMLTableElement,
  options: FiguresOptions,
): (theme: Theme) => void {
  const { players, base, words, threads } = options;
  const signs = players.map(({ rival }) => rivalSign(rival));
  const on = threads ? `, ${threads} thread${threads === 1 ? "" : "s"}` : "";
  const unit = words.percent ? "in points" : "of errors";
  const note = intervalNote(Math.max(...players.map(({ interval }) => interval.n)));
  const few = note ? ` (${note})` : "";
  fillTable(table, {
    caption: `Median wall-clock time an episode${on}; differences ${unit}, paired by episode, with 95\u00a0% interval${few}`,
    head: [
      "Learner",
      words.name,
      "Episodes",
      `Difference to ${base.name}`,
      "Adapting",
      "Answering",
    ],
    rows: players.map((player, i) => [
      [signs[i].node, h("span", {}, player.name)],
      words.mean(player.interval),
      `${player.interval.n}`,
      differenceCell(player, base, words),
      player.rival < 0 ? "\u2013" : durationText(medianOf(player.seconds.map(([a]) => a))),
      `${durationText(medianOf(player.seconds.map(([, b]) => b)))}${player.rival < 0 ? " a query" : ""}`,
    ]),
  });
  return (theme) => {
    for (const sign of signs) sign.paint(theme);
  };
}

function differenceCell(player: Player, base: Player, words: ScoreWords): Child {
  const { difference } = player;
  if (!difference) return player === base ? "the reference" : "no episode in common";
  const verdict = `${difference.clear ? "\u25cf" : "\u25cb"} ${verdictText(difference, words)}`;
  return [words.difference(difference), " ", h("span", { class: "ar-verdict" }, verdict)];
}
