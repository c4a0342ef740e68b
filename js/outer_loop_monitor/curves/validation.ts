// Validations over the outer steps, with their intervals.
import { drawLine, scaleOf, type Tick } from "../../plot/axes.ts";
import { dotMark } from "../../plot/shapes.ts";
import { classColour } from "../../shared/colour.ts";
import type { Validation } from "../model.ts";
import { countText, scoreText } from "../words.ts";
import type { Drawing } from "./charts.ts";
import { type Range, rangeOf, rangeTicks } from "./ranges.ts";
import { drawSoFar } from "./record_curves.ts";

/** Draw all validations, with the chance line and a ring around the best. */
export function drawValidation(drawing: Drawing): string {
  const { ctx, box, theme, frame, metric, chance, record } = drawing;
  const finite = finiteOf(drawing.validations);
  const range = validationRange(finite, metric, chance);
  const y = scaleOf([range.low, range.high], [box.bottom, box.top], range.log);
  const isAccuracy = metric === "accuracy";
  const ticks = finite.length ? rangeTicks(range, 4) : [];
  const percent = (v: number) => `${Math.round(100 * v)}\u00a0%`;
  frame(
    y,
    ticks.map(([v, text]): Tick => [v, isAccuracy ? percent(v) : text]),
  );
  if (!finite.length) return record.n ? "no validation yet" : "no step yet";
  if (chance && y(chance) <= box.bottom + 1) {
    ctx.setLineDash([1, 3]);
    ctx.strokeStyle = theme.muted;
    drawLine(
      ctx,
      2,
      (i) => [box.left, box.right][i],
      () => y(chance),
    );
    ctx.setLineDash([]);
  }
  const best = finite.findLast((each) => each[3]);
  drawSoFar(drawing, () => {
    ctx.strokeStyle = classColour(1, theme);
    ctx.fillStyle = classColour(1, theme);
    ctx.lineWidth = 1;
    drawLine(
      ctx,
      finite.length,
      (i) => drawing.x(finite[i][0]),
      (i) => y(finite[i][1]),
    );
    ctx.lineWidth = 1.75;
    for (const each of finite) drawOne(drawing, each, { y, range, isBest: each === best });
  });
  return "";
}

function finiteOf(validations: Validation[]): Validation[] {
  return validations.filter(([, mean]) => Number.isFinite(mean));
}

/** What the axis spans: the intervals and the chance line, within what the metric allows. */
function validationRange(
  finite: Validation[],
  metric: string,
  chance: number | null | undefined,
): Range {
  const ends = finite.flatMap((each) => intervalOf(each, metric));
  if (metric === "accuracy") {
    const range = rangeOf([ends, chance ? [chance] : []]);
    return { ...range, low: Math.max(0, range.low), high: Math.min(1, range.high) };
  }
  const range = rangeOf([ends]);
  if (!range.log) return range;
  // The lower end of a wide interval would stretch a log axis.
  const least = Math.min(...finite.map(([, mean]) => mean));
  return { ...range, low: Math.max(range.low, least / 2) };
}

/** The ends of a validation's interval, within what the metric allows: an accuracy is at most 1, an error at least 0. */
export function intervalOf(
  [, mean, half]: Validation,
  metric: string,
): [low: number, high: number] {
  const low = Math.max(0, mean - (half ?? 0));
  return [low, Math.min(metric === "accuracy" ? 1 : Infinity, mean + (half ?? 0))];
}

interface Mark {
  y: (value: number) => number;
  range: Range;
  isBest: boolean;
}

function drawOne(
  { ctx, x, theme, metric }: Drawing,
  validation: Validation,
  { y, range, isBest }: Mark,
): void {
  const [step, mean, half] = validation;
  const u = x(step);
  if (half) {
    const [low, high] = intervalOf(validation, metric);
    const ends = [y(Math.max(range.low, low)), y(Math.min(range.high, high))];
    drawLine(
      ctx,
      2,
      () => u,
      (i) => ends[i],
    );
    for (const end of ends)
      drawLine(
        ctx,
        2,
        (i) => u + [-3, 3][i],
        () => end,
      );
  }
  dotMark(ctx, u, y(mean), isBest ? 4.5 : 3);
  if (!isBest) return;
  ctx.save();
  ctx.strokeStyle = theme.fg;
  ctx.lineWidth = 1.5;
  dotMark(ctx, u, y(mean), 6.5, false);
  ctx.restore();
}

/** The last validation up to the step shown, and the best. */
export function readValidation({ validations, shown, metric }: Drawing): string {
  const seen = finiteOf(validations).filter(([step]) => step <= shown);
  const last = seen.at(-1);
  if (!last) return "none up to this step";
  const [step, mean, half] = last;
  const best = seen.findLast((each) => each[3]);
  const text = `${scoreText(metric, mean, half)} at step ${countText(step)}`;
  if (!best || best[0] === step) return text;
  return `${text}; best ${scoreText(metric, best[1], best[2])} at ${countText(best[0])}`;
}
