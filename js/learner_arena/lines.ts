// What more shots, and more inner steps, are worth: a line for each learner with its intervals.
import { rivalLook, rivalMark } from "../contest/rivals.ts";
import { type Interval, intervalOf, type ScoreWords } from "../contest/scores.ts";
import { type Box, drawAxes, drawLine, type Scale, scaleOf, ticksOf } from "../plot/axes.ts";
import { canvasOf, shorten } from "../plot/canvas.ts";
import { at, type Float32 } from "../shared/arrays.ts";
import { h } from "../shared/elements.ts";
import type { Theme } from "../shared/theme.ts";
import { spread } from "./stacking.ts";

export interface Line {
  name: string;
  rival: number;
  /** Place on the axis, and the mean there with its interval. */
  points: [number, Interval][];
}

export interface LinesState {
  lines: Line[];
  theme: Theme;
  /** The score of a guess; 0 for none. */
  chance: number;
}

/** A line for each learner out of (learner, episode, place), at the places of an axis; learners without values have none. */
export function linesOf(names: string[], values: Float32, places: number[]): Line[] {
  const episodes = Array.from({ length: values.shape[1] }, (_, episode) => episode);
  const pointsOf = (i: number): Line["points"] =>
    places.flatMap((place, j): Line["points"] => {
      const found = intervalOf(episodes.map((episode) => at(at(values, i), episode).data[j]));
      return found ? [[place, found]] : [];
    });
  return names
    .map((name, i) => ({ name, rival: i, points: pointsOf(i) }))
    .filter((line) => line.points.length);
}

const HEIGHT = 210;

export function lineChartOf(given: { title: string; xLabel: string; words: ScoreWords }) {
  const { title, words } = given;
  const { canvas, ctx, resize } = canvasOf({ class: "ar-canvas", role: "img" });
  const caption = h("figcaption", { class: "ar-chart-title" }, title);
  const node = h("figure", { class: "ar-lines" }, caption, canvas);
  let width = 0;
  let state: LinesState | null = null;
  const paint = () => {
    if (!state || !width) return;
    resize(width, HEIGHT);
    drawLines(ctx, { ...state, ...given, width });
    canvas.setAttribute(
      "aria-label",
      `${title}. ${state.lines.map((l) => lineText(l, words)).join("; ")}.`,
    );
  };
  const fit = (w: number) => {
    width = w;
    paint();
  };
  const show = (next: LinesState) => {
    state = next;
    paint();
  };
  return { node, fit, show };
}

function lineText({ name, points }: Line, words: ScoreWords): string {
  const some = points.filter((_, i) => points.length <= 8 || i % 2 === 0);
  return `${name}: ${some.map(([place, { mean }]) => `${words.one(mean)} at ${place}`).join(", ")}`;
}

interface Drawing extends LinesState {
  xLabel: string;
  words: ScoreWords;
  width: number;
}

function drawLines(ctx: CanvasRenderingContext2D, drawing: Drawing): void {
  const { lines, theme, chance, words, width, xLabel } = drawing;
  ctx.font = `12px ${theme.font}`;
  const longest = Math.max(...lines.map((line) => ctx.measureText(line.name).width));
  const names = Math.min(0.34 * width, 16 + longest);
  const box = { left: 50, right: width - names - 6, top: 10, bottom: HEIGHT - 40 };
  const places = [...new Set(lines.flatMap((line) => line.points.map(([p]) => p)))].sort(
    (a, b) => a - b,
  );
  const [low, high] = scoreRange(lines, words);
  // Intervals stand beside each other, not on one another, and all within the box.
  const apart = places.length <= 8 ? 5 : 0;
  const reach = (apart * (lines.length - 1)) / 2 + 10;
  const x = scaleOf([places[0], places.at(-1)!], [box.left + reach, box.right - reach]);
  const y = scaleOf([low, high], [box.bottom, box.top]);
  const percent = (v: number) => `${Number((100 * v).toFixed(1))}\u00a0%`;
  const every = Math.ceil((places.length * 26) / Math.max(1, box.right - box.left));
  drawAxes(ctx, {
    box,
    x,
    y,
    xTicks: places.filter((_, i) => i % every === 0).map((v) => [v, String(v)]),
    yTicks: ticksOf(low, high, 4).map(([v, text]) => [v, words.percent ? percent(v) : text]),
    xLabel,
    theme,
  });
  if (chance > low) drawChance(ctx, box, y(chance), theme);
  const ends = lines.map((line, j) => {
    const shift = apart * (j - (lines.length - 1) / 2);
    const u = (i: number) => x(line.points[i][0]) + shift;
    drawOne(ctx, line, { u, y, within: [low, high], marked: places.length <= 24, theme });
    return { line, v: y(line.points.at(-1)![1].mean) };
  });
  drawNames(ctx, ends, { box, room: names - 16, theme });
}

function scoreRange(lines: Line[], words: ScoreWords): [number, number] {
  const values = lines
    .flatMap((line) => line.points.flatMap(([, { mean, low, high }]) => [mean, low, high]))
    .filter(Number.isFinite);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (!words.percent) return [0, 1.05 * high || 1];
  const floor = Math.max(0, Math.floor(20 * (low - 0.005)) / 20);
  return [floor, Math.min(1, Math.ceil(20 * high + 0.01) / 20)];
}

function drawChance(ctx: CanvasRenderingContext2D, box: Box, v: number, theme: Theme): void {
  ctx.setLineDash([1, 3]);
  ctx.strokeStyle = theme.muted;
  drawLine(
    ctx,
    2,
    (i) => [box.left, box.right][i],
    () => v,
  );
  ctx.setLineDash([]);
  ctx.textAlign = "right";
  ctx.textBaseline = "bottom";
  ctx.fillStyle = theme.muted;
  ctx.font = `11px ${theme.font}`;
  ctx.fillText("chance", box.right, v - 1);
}

interface LinePlace {
  u: (i: number) => number;
  y: Scale;
  within: [number, number];
  marked: boolean;
  theme: Theme;
}

function drawOne(ctx: CanvasRenderingContext2D, { rival, points }: Line, place: LinePlace): void {
  const { u, y, within, marked, theme } = place;
  const look = rivalLook(rival, theme);
  ctx.strokeStyle = look.colour;
  ctx.lineWidth = 2;
  drawLine(ctx, points.length, u, (i) => y(points[i][1].mean));
  for (const [i, [, { mean, half, low, high }]] of points.entries()) {
    ctx.strokeStyle = look.colour;
    ctx.lineWidth = 1.5;
    const ends = [Math.max(within[0], low), Math.min(within[1], high)];
    if (Number.isFinite(half))
      drawLine(
        ctx,
        2,
        () => u(i),
        (k) => y(ends[k]),
      );
    if (marked) rivalMark(ctx, look, [u(i), y(mean), 4]);
  }
}

/** Write the names at the ends of the lines, none on another. */
function drawNames(
  ctx: CanvasRenderingContext2D,
  ends: { line: Line; v: number }[],
  { box, room, theme }: { box: Box; room: number; theme: Theme },
): void {
  spread(ends, [box.top, box.bottom], 14);
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ctx.font = `12px ${theme.font}`;
  for (const { line, v } of ends) {
    rivalMark(ctx, rivalLook(line.rival, theme), [box.right + 12, v, 4]);
    ctx.fillStyle = theme.fg;
    ctx.fillText(shorten(ctx, line.name, room), box.right + 21, v);
  }
}
