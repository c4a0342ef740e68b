// How learners and their lines look: a colour, a shape of marks, and a dash that stay theirs.
import { canvasOf } from "../plot/canvas.ts";
import { shapePath } from "../plot/shapes.ts";
import { classColour } from "../shared/colour.ts";
import type { Theme } from "../shared/theme.ts";
import type { Line } from "./series/series.ts";

/** The class colour that stands for a learner; the second one is left to the support points. */
export function learnerColour(look: number): number {
  return [0, 2, 3, 4, 5, 6][look % 6];
}

/** A learner's sign as a small picture: its colour, and beyond colour the shape of its marks. */
export function learnerSign(look: number) {
  const { canvas, ctx, resize } = canvasOf({ class: "il-look", "aria-hidden": "true" });
  let painted = "";
  const paint = (theme: Theme) => {
    if (painted === theme.fg + theme.bg) return;
    painted = theme.fg + theme.bg;
    resize(14, 14);
    ctx.fillStyle = classColour(learnerColour(look), theme);
    shapePath(ctx, look, 7, 7, 4.5);
    ctx.fill();
  };
  return { canvas, paint };
}

export interface LineLook {
  colour: string;
  dash: number[];
  shape: number;
}

const ROLE_COLOURS = { query: 0, support: 1, gradient: 2 };

/** Dashed is support; colour and marks tell roles apart, or learners where there are several. */
export function lineLook(line: Line, several: boolean, theme: Theme): LineLook {
  const colour = several ? learnerColour(line.look) : ROLE_COLOURS[line.role];
  return {
    colour: classColour(colour, theme),
    dash: line.role === "support" ? [5, 3] : [],
    shape: several ? line.look : 0,
  };
}
