// The card of one class: a button with its number, shape, support and name, and the bin of the answers.
import { canvasOf } from "../plot/canvas.ts";
import { shapePath } from "../plot/shapes.ts";
import { classColour } from "../shared/colour.ts";
import { type Child, h } from "../shared/elements.ts";
import type { Theme } from "../shared/theme.ts";
import type { Face } from "./faces.ts";
import type { Round } from "./round.ts";

export type ClassCard = ReturnType<typeof classCard>;

export interface CardOptions {
  round: Round;
  /** The class. */
  k: number;
  /** The picture of a support item, where there is one. */
  face: Face | undefined;
  theme: Theme;
  onclick: () => void;
}

export function classCard({ round, k, face, theme, onclick }: CardOptions) {
  const name = round.episode.class_names[k];
  const key = k < 9 ? String(k + 1) : null;
  const labels = Array.from(round.items(round.place, "support_y").data);
  const mine = labels.flatMap((label, item) => (label === k ? [item] : []));
  const size = mine.length > 2 ? 44 : 64;
  const button = h(
    "button",
    { type: "button", class: "mw-button yl-class", "aria-keyshortcuts": key, onclick },
    h(
      "span",
      { class: `yl-class-head${face ? "" : " is-line"}` },
      key && h("kbd", {}, key),
      shapeSign(k, theme),
    ),
    face &&
      h(
        "span",
        { class: "yl-supports" },
        mine.slice(0, 6).map((item) => face(item, size)),
      ),
    h("span", { class: `yl-class-name${face ? " is-below" : ""}`, title: name }, breakable(name)),
  );
  const bin = h("div", { class: "yl-bin", role: "group", "aria-label": `Your answers: ${name}` });
  return { node: h("div", { class: "yl-card" }, button, bin), button, bin };
}

/** A long name that breaks where its words end. */
function breakable(name: string): Child[] {
  return name.split(/(?<=[_/-])/).flatMap((part, i) => (i ? [h("wbr"), part] : [part]));
}

function shapeSign(k: number, theme: Theme): HTMLCanvasElement {
  const { canvas, ctx, resize } = canvasOf({ "aria-hidden": "true", class: "yl-shape" });
  resize(16, 16);
  ctx.fillStyle = classColour(k, theme);
  shapePath(ctx, k, 8, 8, 5.5);
  ctx.fill();
  return canvas;
}
