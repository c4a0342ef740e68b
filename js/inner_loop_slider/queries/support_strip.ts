// What the learner was given: each class with its support items; those that it has not yet absorbed stand back.
import { canvasOf } from "../../plot/canvas.ts";
import { shapePath } from "../../plot/shapes.ts";
import { thumbnailsOf } from "../../plot/thumbnails.ts";
import { at, type Uint8 } from "../../shared/arrays.ts";
import { classColour } from "../../shared/colour.ts";
import { h } from "../../shared/elements.ts";
import type { Theme } from "../../shared/theme.ts";
import type { Snapshot } from "../adaptations.ts";

const SIZE = 30;
const MOST = 5;

export function supportStripOf({ arrays, names, images }: Snapshot, coloured: boolean) {
  const labels = arrays.support_y.data;
  const thumbnails = images ? thumbnailsOf(arrays.support_x as Uint8) : null;
  const sign = coloured ? 14 : 0; // the width of the class's shape
  const classes = names.map((name, k) => {
    const members = [...labels.keys()].filter((j) => labels[j] === k);
    const rest = members.length > MOST ? ` +${members.length - MOST}` : "";
    const picture = canvasOf({ "aria-hidden": "true" });
    const called = h("span", { class: "il-name" }, name);
    const node = h("li", { title: name }, images && picture.canvas, called, rest);
    return { ...picture, k, shown: members.slice(0, MOST), node };
  });
  const nodes = classes.map(({ node }) => node);
  const node = h("ul", { class: "il-support", "aria-label": "Support set" }, nodes);
  let painted = "";
  const fit = () => {
    painted = "";
    for (const { resize, shown } of classes) {
      resize(Math.max(1, shown.length) * SIZE + sign, SIZE);
    }
  };
  const paint = ({ step, theme }: { step: number; theme: Theme }, absorbed?: Uint8) => {
    const wanted = `${theme.fg} ${absorbed ? step : 0}`;
    if (!thumbnails || painted === wanted) return;
    painted = wanted;
    const taken = absorbed && at(absorbed, step).data;
    for (const { k, ctx, canvas, shown } of classes) {
      ctx.clearRect(0, 0, canvas.width, SIZE);
      if (coloured) {
        ctx.fillStyle = classColour(k, theme);
        shapePath(ctx, k, 6, SIZE / 2, 5);
        ctx.fill();
      }
      for (const [place, j] of shown.entries()) {
        ctx.globalAlpha = !taken || taken[j] ? 1 : 0.18;
        thumbnails.draw(ctx, j, sign + place * SIZE, 1, 28, theme.fg);
        ctx.globalAlpha = 1;
      }
    }
  };
  return { node, fit, paint };
}
