// Paired differences from a reference, a row for each player.
import { rivalLook, rivalMark } from "../contest/rivals.ts";
import type { Interval, ScoreWords } from "../contest/scores.ts";
import { drawLine, type Scale, scaleOf, type Tick, ticksOf } from "../plot/axes.ts";
import { canvasOf } from "../plot/canvas.ts";
import type { Theme } from "../shared/theme.ts";
import type { Player } from "./players.ts";
import { boxOf, drawFrame, drawName, drawSpan, HEAD, heightOf, ROW } from "./rows.ts";

export interface DifferencesState {
  rows: Player[];
  /** The name of the player that differences are taken from. */
  reference: string;
  theme: Theme;
}

export function differencesOf({ words }: { words: ScoreWords }) {
  const { canvas, ctx, resize } = canvasOf({ class: "ar-canvas", "aria-hidden": "true" });
  let [width, side] = [0, 0];
  let state: DifferencesState | null = null;
  const paint = () => {
    if (!state || !width) return;
    resize(width, heightOf(state.rows.length));
    drawDifferences(ctx, { ...state, width, side, words });
  };
  const fit = (w: number, s: number) => {
    [width, side] = [w, s];
    paint();
  };
  const show = (next: DifferencesState) => {
    state = next;
    paint();
  };
  return { node: canvas, fit, show };
}

function drawDifferences(
  ctx: CanvasRenderingContext2D,
  drawing: DifferencesState & { width: number; side: number; words: ScoreWords },
): void {
  const { rows, reference, theme, width, side, words } = drawing;
  const box = boxOf(width, side, rows.length);
  const [low, high] = spanOf(rows, words);
  const pad = 0.06 * (high - low);
  const x = scaleOf([low - pad, high + pad], [box.left, box.right]);
  const n = Math.max(2, (box.right - box.left) / 64);
  const ticks = ticksOf(low - pad, high + pad, n).map((tick) => signedTick(tick, words));
  const name = reference.length > 22 ? `${reference.slice(0, 20)}\u2026` : reference;
  const xLabel = `${words.percent ? "Points" : "Error"} more than ${name}, paired`;
  drawFrame(ctx, { box, x, ticks, xLabel, theme });
  ctx.strokeStyle = theme.fg;
  drawLine(
    ctx,
    2,
    () => Math.round(x(0)) + 0.5,
    (i) => [box.top, box.bottom][i],
  );
  for (const [r, row] of rows.entries()) {
    const v = HEAD + (r + 0.5) * ROW;
    if (side) drawName(ctx, row, v, side, theme);
    if (row.difference) {
      drawDifference(ctx, row.difference, { x, v, rival: row.rival, theme });
      continue;
    }
    const near = x(0) - box.left > (box.right - box.left) / 2;
    ctx.font = `11px ${theme.font}`;
    ctx.textBaseline = "middle";
    ctx.fillStyle = theme.muted;
    ctx.textAlign = near ? "right" : "left";
    const text = row.name === reference ? "the reference" : "no episode in common";
    ctx.fillText(text, x(0) + (near ? -8 : 8), v);
  }
}

function spanOf(rows: Player[], words: ScoreWords): [number, number] {
  const ends = rows
    .flatMap(({ difference: d }) => (d ? [d.mean, d.low, d.high] : []))
    .filter(Number.isFinite);
  const [low, high] = [Math.min(0, ...ends), Math.max(0, ...ends)];
  if (low < high) return [low, high];
  return words.percent ? [-0.05, 0.05] : [-1, 1];
}

function signedTick([value, text]: Tick, words: ScoreWords): Tick {
  const points = String(Number((100 * value).toPrecision(4))).replace("-", "\u2212");
  return [value, `${value > 1e-9 ? "+" : ""}${words.percent ? points : text}`];
}

function drawDifference(
  ctx: CanvasRenderingContext2D,
  { mean, half, low, high, clear }: Interval,
  { x, v, rival, theme }: { x: Scale; v: number; rival: number; theme: Theme },
): void {
  const look = rivalLook(rival, theme);
  ctx.strokeStyle = look.colour;
  if (Number.isFinite(half)) {
    drawSpan(ctx, [x(low), x(high)], v, 2.5);
    ctx.lineWidth = 1.5;
    for (const end of [low, high])
      drawLine(
        ctx,
        2,
        () => x(end),
        (i) => v + [-4, 4][i],
      );
  }
  rivalMark(ctx, look, [x(mean), v, 5.5], clear ? {} : { hollow: theme.bg });
}
