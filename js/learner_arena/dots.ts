// A row for each player: a dot for each episode, and the mean with its interval.
import { rivalLook, rivalMark } from "../contest/rivals.ts";
import type { ScoreWords } from "../contest/scores.ts";
import { drawLine, logTicksOf, type Scale, scaleOf, type Tick, ticksOf } from "../plot/axes.ts";
import { canvasOf } from "../plot/canvas.ts";
import { dotMark } from "../plot/shapes.ts";
import { focused, h, type KeyMap, keys } from "../shared/elements.ts";
import type { Theme } from "../shared/theme.ts";
import type { Player } from "./players.ts";
import { boxOf, drawFrame, drawName, drawSpan, HEAD, heightOf, ROW } from "./rows.ts";
import { DOT, type StackedDot, stacked } from "./stacking.ts";

/** A dot: a player's row, and an episode. */
export interface Cursor {
  row: number;
  episode: number;
}

export interface DotsState {
  rows: Player[];
  theme: Theme;
  /** The dot that is pointed at, or was reached by keys. */
  cursor: Cursor | null;
  /** The opened episode, -1 for none. */
  opened: number;
  /** Whether an episode can be opened. */
  sent: (episode: number) => boolean;
}

export interface DotsOptions {
  words: ScoreWords;
  label: string;
  onPoint: (found: Cursor | null, spoken?: boolean) => void;
  onOpen: (found: Cursor) => void;
  /** Say that no further row has this episode. */
  onEnd: () => void;
  signal: AbortSignal;
}

interface Dot extends StackedDot {
  v: number;
}

/** Errors of very different size are told apart on a log scale only: from this ratio on. */
const LOG_FROM = 100;

const floorOf = (row: number) => HEAD + (row + 1) * ROW - 17;

export function dotsOf(options: DotsOptions) {
  const { onPoint, onOpen, label, signal } = options;
  const { canvas, ctx, resize } = canvasOf({ class: "ar-canvas", "aria-hidden": "true" });
  const node = h(
    "div",
    {
      class: "ar-plot",
      role: "application",
      "aria-roledescription": "dot plot",
      tabindex: 0,
      "aria-label": label,
    },
    canvas,
  );
  let [width, side] = [0, 0];
  let state: DotsState | null = null;
  let placed: Dot[][] = [];
  const paint = () => {
    if (!state || !width) return;
    resize(width, heightOf(state.rows.length));
    placed = drawDots(ctx, {
      state,
      width,
      side,
      words: options.words,
      hasFocus: focused(node) === node,
    });
  };
  const nearest = (event: MouseEvent) => {
    const box = canvas.getBoundingClientRect();
    return nearestDot(placed, event.clientX - box.left, event.clientY - box.top);
  };
  canvas.addEventListener("pointermove", (event) => {
    const found = nearest(event);
    canvas.style.cursor = found ? "pointer" : "";
    onPoint(found);
  });
  canvas.addEventListener("pointerleave", () => onPoint(null));
  canvas.addEventListener("click", (event) => {
    const found = nearest(event);
    if (found) onOpen(found);
  });
  const cursor = {
    get: () => state?.cursor ?? null,
    // Keys may come faster than frames: the next one starts from where this one went.
    set: (found: Cursor | null) => {
      if (state) state.cursor = found;
      onPoint(found, true);
    },
  };
  keys(
    node,
    dotKeys(() => placed, cursor, options),
  );
  node.addEventListener("focus", paint, { signal });
  node.addEventListener("blur", paint, { signal });
  const fit = (w: number, s: number) => {
    [width, side] = [w, s];
    paint();
  };
  const show = (next: DotsState) => {
    state = next;
    paint();
  };
  return { node, fit, show };
}

interface Drawing {
  state: DotsState;
  width: number;
  side: number;
  words: ScoreWords;
  hasFocus: boolean;
}

/** Draw all rows, and return where the dots lie. */
function drawDots(ctx: CanvasRenderingContext2D, drawing: Drawing): Dot[][] {
  const { state, width, side, words, hasFocus } = drawing;
  const { rows, theme, cursor } = state;
  const box = boxOf(width, side, rows.length);
  const [low, high, log] = domainOf(rows, words);
  const x = scaleOf([low, high], [box.left + 4, box.right - 4], log);
  const less = words.percent ? "" : ` (less is better${log ? "; log scale" : ""})`;
  const ticks = scoreTicks([low, high], log, box.right - box.left, words);
  drawFrame(ctx, { box, x, ticks, xLabel: `${words.name} on an episode${less}`, theme });
  const placed = rows.map((row, r) => placedDots(row.scores, x, floorOf(r)));
  const track = drawTrack(ctx, placed, state);
  for (const [r, row] of rows.entries()) {
    drawRow(ctx, row, placed[r], { ...drawing, x, r, within: [low, high] });
  }
  for (const dot of track) {
    ctx.strokeStyle = theme.fg;
    ctx.lineWidth = 1.5;
    dotMark(ctx, dot.u, dot.v, DOT + 2.2, false);
  }
  const at = cursor && placed[cursor.row]?.find(({ episode }) => episode === cursor.episode);
  if (at && hasFocus) {
    ctx.strokeStyle = theme.focus;
    ctx.lineWidth = 2;
    dotMark(ctx, at.u, at.v, DOT + 4.5, false);
  }
  return placed;
}

function domainOf(rows: Player[], words: ScoreWords): [number, number, boolean] {
  const values = rows.flatMap((row) => Array.from(row.scores)).filter(Number.isFinite);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (words.percent) return [Math.max(0, Math.floor(10 * low - 0.01) / 10), 1, false];
  if (low > 0 && high > LOG_FROM * low) return [low / 1.3, 1.3 * high, true];
  return [0, high > 0 ? 1.05 * high : 1, false];
}

function scoreTicks(
  [low, high]: [number, number],
  log: boolean,
  width: number,
  words: ScoreWords,
): Tick[] {
  if (log) return logTicksOf(low, high, width / 60);
  const ticks = ticksOf(low, high, Math.max(2, width / 70));
  if (!words.percent) return ticks;
  return ticks.map(([value]) => [value, `${Math.round(100 * value)}\u00a0%`]);
}

function placedDots(scores: ArrayLike<number>, x: Scale, floor: number): Dot[] {
  const { dots, highest } = stacked(scores, x);
  const rise = Math.min(2 * DOT + 0.4, (ROW - 24) / Math.max(1, highest - 1));
  return dots.map((dot) => ({ ...dot, v: floor - 4 - dot.level * rise }));
}

/** Join the dots of the shown episode in all rows, which is what pairing means, and return them. */
function drawTrack(ctx: CanvasRenderingContext2D, placed: Dot[][], state: DotsState): Dot[] {
  const { cursor, opened, theme } = state;
  const shown = cursor?.episode ?? (opened >= 0 ? opened : -1);
  const track = placed
    .map((dots) => dots.find(({ episode }) => episode === shown))
    .filter((dot) => dot !== undefined);
  if (track.length > 1) {
    ctx.strokeStyle = theme.muted;
    ctx.lineWidth = 1;
    drawLine(
      ctx,
      track.length,
      (i) => track[i].u,
      (i) => track[i].v,
    );
  }
  return track;
}

interface RowPlace {
  x: Scale;
  r: number;
  /** What the axis spans. */
  within: [number, number];
}

function drawRow(
  ctx: CanvasRenderingContext2D,
  row: Player,
  dots: Dot[],
  { state, side, words, x, r, within: [low, high] }: Drawing & RowPlace,
): void {
  const { theme, sent } = state;
  const look = rivalLook(row.rival, theme);
  ctx.globalAlpha = 0.62;
  ctx.fillStyle = look.colour;
  ctx.strokeStyle = look.colour;
  ctx.lineWidth = 1;
  for (const dot of dots) {
    const filled = sent(dot.episode);
    dotMark(ctx, dot.u, dot.v, filled ? DOT : DOT - 0.6, filled);
  }
  ctx.globalAlpha = 1;
  const { interval } = row;
  const v = floorOf(r) + 8;
  ctx.strokeStyle = look.colour;
  if (Number.isFinite(interval.half)) {
    drawSpan(ctx, [x(Math.max(low, interval.low)), x(Math.min(high, interval.high))], v, 3);
  }
  rivalMark(ctx, look, [x(interval.mean), v, 5]);
  if (!side) return;
  drawName(ctx, row, floorOf(r) - 13, side, theme);
  ctx.font = `12px ${theme.font}`;
  ctx.fillStyle = theme.muted;
  ctx.fillText(words.mean(interval), 20, floorOf(r) + 3);
}

/** The dot nearest to a pixel, null where none is near. */
function nearestDot(placed: Dot[][], u: number, v: number): Cursor | null {
  let [best, least]: [Cursor | null, number] = [null, 12 ** 2];
  for (const [row, dots] of placed.entries()) {
    for (const dot of dots) {
      const far = (dot.u - u) ** 2 + (dot.v - v) ** 2;
      if (far < least) [best, least] = [{ row, episode: dot.episode }, far];
    }
  }
  return best;
}

/** Arrows go along a row by score, and between rows with the same episode. */
function dotKeys(
  placed: () => Dot[][],
  cursor: { get(): Cursor | null; set(found: Cursor | null): void },
  { onOpen, onEnd }: DotsOptions,
): KeyMap {
  const here = () => cursor.get() ?? { row: 0, episode: -1 };
  const orderOf = (row: number) =>
    [...(placed()[row] ?? [])]
      .sort((a, b) => a.u - b.u || a.level - b.level)
      .map((dot) => dot.episode);
  const along = (by: number) => {
    const { row, episode } = here();
    const order = orderOf(row);
    if (!order.length) return;
    const place = order.indexOf(episode);
    const last = order.length - 1;
    const entry = by > 0 ? 0 : last;
    const next = place < 0 && Number.isFinite(by) ? entry : Math.min(last, Math.max(0, place + by));
    cursor.set({ row, episode: order[next] });
  };
  const across = (by: number) => {
    const { row, episode } = here();
    for (let r = row + by; r >= 0 && r < placed().length; r += by) {
      if (placed()[r].some((dot) => dot.episode === episode))
        return cursor.set({ row: r, episode });
    }
    onEnd();
  };
  const open = () => {
    const found = cursor.get();
    if (found) onOpen(found);
  };
  return {
    ArrowLeft: () => along(-1),
    ArrowRight: () => along(1),
    ArrowUp: () => across(-1),
    ArrowDown: () => across(1),
    PageUp: () => along(-10),
    PageDown: () => along(10),
    Home: () => along(-Infinity),
    End: () => along(Infinity),
    Enter: open,
    " ": open,
    Escape: () => cursor.set(null),
  };
}
