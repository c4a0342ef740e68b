// The person beside the learners: this episode, the round so far, and the paired differences.
import { rivalLook, rivalMark, rivalSign } from "../contest/rivals.ts";
import {
  durationText,
  type Interval,
  intervalOf,
  type ScoreWords,
  scoreWords,
} from "../contest/scores.ts";
import { fillTable } from "../contest/table.ts";
import { drawAxes, drawLine, type Scale, scaleOf, ticksOf } from "../plot/axes.ts";
import { canvasOf, shorten } from "../plot/canvas.ts";
import { dotMark } from "../plot/shapes.ts";
import { h } from "../shared/elements.ts";
import { intervalNote } from "../shared/numbers.ts";
import type { Theme } from "../shared/theme.ts";
import type { Round } from "./round.ts";

interface Row {
  name: string;
  /** The learner's place, -1 for the person. */
  rival: number;
  /** One for each episode that is done. */
  scores: number[];
}

export function resultOf({ round }: { round: Round }) {
  const words = scoreWords(round.config.metric);
  const headline = h("p", { class: "yl-headline" });
  const { canvas, ctx, resize } = canvasOf({ class: "yl-canvas", role: "img" });
  const table = h("table");
  const node = h(
    "div",
    { role: "group", class: "yl-result", "aria-label": "You and the learners" },
    headline,
    h("div", { class: "yl-result-body" }, canvas, table),
  );
  let width = 0;
  const show = (theme: Theme) => {
    const done = round.finished();
    node.hidden = !done.length;
    if (!done.length) return;
    const rows = rowsOf(round);
    const latest = done.indexOf(round.place);
    headline.textContent = headlineText(round, rows, latest, words);
    fillResult(table, round, rows, { latest, words, theme });
    if (!width) return;
    resize(width, rows.length * ROW + 36);
    drawRows(ctx, rows, { width, latest, words, theme });
    const said = rows.map(({ name, scores }) => `${name} ${scores.map(words.one).join(", ")}`);
    canvas.setAttribute("aria-label", `Scores on each episode that is done: ${said.join("; ")}.`);
  };
  const fit = (w: number) => {
    width = w;
  };
  const text = () => headline.textContent ?? "";
  return { node, fit, show, text };
}

/** The person first, then the learners in their order. */
function rowsOf(round: Round): Row[] {
  const done = round.finished();
  const theirs = done.map((e) => round.theirs(e));
  const learners = round.config.names.map((name, i) => ({
    name,
    rival: i,
    scores: theirs.map((row) => row[i]),
  }));
  return [{ name: "You", rival: -1, scores: done.map((e) => round.yours(e)) }, ...learners];
}

function headlineText(round: Round, rows: Row[], latest: number, words: ScoreWords): string {
  const mine = rows[0].scores;
  const n = round.episode.n;
  const parts: string[] = [];
  if (latest >= 0) {
    const count = words.percent ? ` (${Math.round(mine[latest] * n)} of ${n})` : "";
    const others = rows.slice(1).map(({ name, scores }) => `${name} ${words.one(scores[latest])}`);
    parts.push(`This episode: you ${words.one(mine[latest])}${count}, ${others.join(", ")}. `);
  }
  if (round.done.every(Boolean)) parts.push(`Round complete: you ${words.mean(intervalOf(mine))}.`);
  return parts.join("");
}

function verdictText(difference: Interval, words: ScoreWords): string {
  if (!Number.isFinite(difference.half)) return "needs two episodes";
  if (difference.few) return "\u25cb too few episodes to tell";
  if (!difference.clear) return "\u25cb not clear";
  const ahead = words.better(difference.mean, 0);
  return `\u25cf you are clearly ${ahead ? "ahead" : "behind"}`;
}

interface Context {
  /** Place of the shown episode among those that are done, -1 if it is not. */
  latest: number;
  words: ScoreWords;
  theme: Theme;
}

function fillResult(
  table: HTMLTableElement,
  round: Round,
  rows: Row[],
  { latest, words, theme }: Context,
): void {
  const done = round.finished();
  const pace = done.reduce((sum, e) => sum + round.pace(e), 0) / done.length;
  const note = intervalNote(done.length);
  const few = note ? ` (${note})` : "";
  const signs = rows.map(({ rival }) => rivalSign(rival));
  const difference = ({ rival, scores }: Row) => {
    const found =
      rival < 0
        ? null
        : intervalOf(
            rows[0].scores.map((v, i) => v - scores[i]),
            words.between,
          );
    if (!found) return "\u2013";
    const verdict = h("span", { class: "yl-verdict" }, verdictText(found, words));
    return [words.difference(found), " ", verdict];
  };
  fillTable(table, {
    caption: `Differences are paired by episode, with 95\u00a0% interval${few}. You took ${durationText(pace)} a query.`,
    head: [
      "Who",
      "This episode",
      `Mean of ${done.length}`,
      `You minus it${words.percent ? ", points" : ""}`,
    ],
    rows: rows.map((row, i) => [
      [signs[i].node, h("span", {}, row.name)],
      latest >= 0 ? words.one(row.scores[latest]) : "\u2013",
      words.mean(intervalOf(row.scores, words.bounds)),
      difference(row),
    ]),
  });
  for (const sign of signs) sign.paint(theme);
}

const ROW = 34;

function drawRows(
  ctx: CanvasRenderingContext2D,
  rows: Row[],
  { width, latest, words, theme }: Context & { width: number },
): void {
  const side = Math.min(130, 0.34 * width);
  const box = { left: side, right: width - 12, top: 6, bottom: rows.length * ROW + 6 };
  const values = rows.flatMap(({ scores }) => scores);
  const high = words.percent ? 1 : 1.05 * Math.max(...values, 1e-9);
  const low = words.percent ? Math.min(0.5, Math.floor(10 * Math.min(...values)) / 10) : 0;
  const x = scaleOf([low, high], [box.left + 6, box.right - 6]);
  const y: Scale = Object.assign(() => 0, { invert: () => 0 });
  const percent = (v: number) => `${Math.round(100 * v)}\u00a0%`;
  const ticks = ticksOf(low, high, 4);
  const xTicks = ticks.map(([v, text]): [number, string] => [v, words.percent ? percent(v) : text]);
  drawAxes(ctx, { box, x, y, xTicks, yTicks: [], theme });
  for (const [r, row] of rows.entries()) {
    const v = box.top + (r + 0.5) * ROW;
    ctx.strokeStyle = theme.grid;
    ctx.lineWidth = 1;
    const rule = Math.round(v + ROW / 2) + 0.5;
    drawLine(
      ctx,
      2,
      (i) => [box.left, box.right][i],
      () => rule,
    );
    drawName(ctx, row, v, side, theme);
    drawScores(ctx, row, { x, v, within: [low, high], latest, theme });
  }
}

function drawName(
  ctx: CanvasRenderingContext2D,
  { name, rival }: Row,
  v: number,
  side: number,
  theme: Theme,
): void {
  rivalMark(ctx, rivalLook(rival, theme), [8, v, 5]);
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ctx.fillStyle = theme.fg;
  ctx.font = `600 12px ${theme.font}`;
  ctx.fillText(shorten(ctx, name, side - 26), 20, v);
}

interface ScorePlace {
  x: Scale;
  v: number;
  /** What the axis spans. */
  within: [number, number];
  latest: number;
  theme: Theme;
}

/** Draw a dot for each score, equal ones above one another, and the mean with its interval. */
function drawScores(
  ctx: CanvasRenderingContext2D,
  { rival, scores }: Row,
  place: ScorePlace,
): void {
  const { x, v, within, latest, theme } = place;
  const look = rivalLook(rival, theme);
  const seen = new Map<number, number>();
  for (const [i, score] of scores.entries()) {
    const level = seen.get(score) ?? 0;
    seen.set(score, level + 1);
    const up = v + 5 - 5 * level;
    ctx.fillStyle = look.colour;
    ctx.globalAlpha = 0.65;
    dotMark(ctx, x(score), up, 2.6);
    ctx.globalAlpha = 1;
    if (i !== latest) continue;
    ctx.strokeStyle = theme.fg;
    ctx.lineWidth = 1.5;
    dotMark(ctx, x(score), up, 5, false);
  }
  const mean = intervalOf(scores);
  if (!mean || !Number.isFinite(mean.half)) return;
  const ends = [Math.max(within[0], mean.low), Math.min(within[1], mean.high)];
  ctx.strokeStyle = look.colour;
  ctx.lineWidth = 3;
  drawLine(
    ctx,
    2,
    (i) => x(ends[i]),
    () => v + 11,
  );
  rivalMark(ctx, look, [x(mean.mean), v + 11, 4]);
}
