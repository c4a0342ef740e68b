// One of the drawn tasks as its episode: a curve or the plane with its points, or a sheet of images. Items can be pointed
// at and selected.
import { drawLine } from "../plot/axes.ts";
import { shorten } from "../plot/canvas.ts";
import { dotMark, shapePath } from "../plot/shapes.ts";
import { at } from "../shared/arrays.ts";
import { classColour } from "../shared/colour.ts";
import { numberText } from "../shared/numbers.ts";
import { type Selection, selectByPointer } from "../shared/selection.ts";
import { drawItemAxes, itemDomains } from "./item_axes.ts";
import type { Arrays, Config } from "./model.ts";
import { type Panel, type PanelOptions, panelOf } from "./panel.ts";
import type { ItemsOptions } from "./pooled.ts";
import { countsOf, groupOf, labelOf, pointOf, SIDES, type State, sideColour } from "./tasks.ts";

export interface OneTaskOptions extends ItemsOptions {
  selection: Selection;
}

/** Tell where an item lies, and ring it where it is selected. */
type Mark = (
  ctx: CanvasRenderingContext2D,
  state: State,
  id: string,
  place: readonly [x: number, y: number, r: number],
) => void;

type Draw = PanelOptions["draw"];

export function oneTaskOf(options: OneTaskOptions): Panel {
  const { arrays, config, selection } = options;
  let places: (readonly [id: string, x: number, y: number])[] = [];
  const mark: Mark = (ctx, state, id, [x, y, r]) => {
    places.push([id, x, y]);
    if (selection.get() !== id) return;
    ctx.strokeStyle = state.theme.fg;
    ctx.lineWidth = selection.pinned() ? 2.5 : 1.5;
    dotMark(ctx, x, y, r, false);
  };
  const drawItems = (config.kind === "image" ? drawSheet : drawPlane)(options, mark);
  const panel = panelOf({
    title: "One task",
    draw: (...given) => {
      places = [];
      drawItems(...given);
    },
    words: (state) => taskText(arrays, config, state),
  });
  const hit = (event: MouseEvent) => {
    const rect = panel.canvas.getBoundingClientRect();
    let [best, least] = ["", 20];
    for (const [id, x, y] of places) {
      const distance = Math.hypot(x - event.clientX + rect.left, y - event.clientY + rect.top);
      if (distance < least) [best, least] = [id, distance];
    }
    return best;
  };
  selectByPointer(panel.canvas, hit, selection, { beside: true });
  return panel;
}

function taskText(
  { places }: Arrays,
  config: Config,
  { chosen: [side, task], step }: State,
): string {
  const place = at(at(places, groupOf(side, step)), task).data;
  const numbers = config.axes.map((name, i) => `${name} ${numberText(place[i])}`).join(", ");
  const where = config.explained.length ? "" : `: ${numbers}`;
  const how =
    config.kind === "image"
      ? "The support set is left of the bar, the queries are right of it."
      : "Filled: support; outlined: query.";
  return `Task ${task + 1} of ${SIDES[side].text}${where}. ${how}`;
}

function drawPlane({ arrays, config }: OneTaskOptions, mark: Mark): Draw {
  const { kind } = config;
  const domains = itemDomains(arrays, kind);
  const names = config.item_axes ?? ["x", "y"];
  const counts = countsOf(arrays);
  return (ctx, size, state) => {
    const { theme } = state;
    const [side, task] = state.chosen;
    const group = groupOf(side, state.step);
    const { x, y } = drawItemAxes(ctx, domains, { size, names, theme });
    const { curves, grid } = arrays;
    if (curves && grid) {
      const curve = at(at(curves, group), task).data;
      ctx.strokeStyle = sideColour(side, theme);
      ctx.lineWidth = 2;
      drawLine(
        ctx,
        curve.length,
        (j) => x(grid.data[j]),
        (j) => y(curve[j]),
      );
    }
    for (const part of ["query", "support"] as const) {
      for (let i = 0; i < counts[part]; i++) {
        const [u, v] = pointOf(arrays, kind, part, [group, task, i]);
        const k = kind === "points" ? labelOf(arrays, part, group, task, i) : 0;
        const colour = kind === "points" ? classColour(k, theme) : theme.fg;
        shapePath(ctx, k, x(u), y(v), part === "support" ? 5 : 4);
        ctx.fillStyle = part === "support" ? colour : theme.bg;
        ctx.strokeStyle = colour;
        ctx.lineWidth = 1.5;
        ctx.fill();
        ctx.stroke();
        mark(ctx, state, config.ids[group][task][part][i], [x(u), y(v), 9]);
      }
    }
  };
}

function drawSheet(options: OneTaskOptions, mark: Mark): Draw {
  const { config } = options;
  return (ctx, [width, height], state) => {
    const [side, task] = state.chosen;
    const names = config.names[groupOf(side, state.step)][task];
    const row = Math.min(44, Math.floor(height / names.length));
    for (const [k, name] of names.entries()) {
      drawClass(ctx, { k, name, row, theme: state.theme });
      drawItemsOfClass(ctx, options, mark, { k, row, width, state });
    }
  };
}

function drawClass(
  ctx: CanvasRenderingContext2D,
  { k, name, row, theme }: { k: number; name: string; row: number; theme: State["theme"] },
): void {
  const middle = (k + 0.5) * row;
  ctx.fillStyle = classColour(k, theme);
  shapePath(ctx, k, 8, middle, 5);
  ctx.fill();
  ctx.font = `11px ${theme.font}`;
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  ctx.fillStyle = theme.muted;
  ctx.fillText(shorten(ctx, name, 76), 18, middle);
}

/** Draw the support of a class, a bar, and its queries. */
function drawItemsOfClass(
  ctx: CanvasRenderingContext2D,
  { arrays, config, pictures }: OneTaskOptions,
  mark: Mark,
  { k, row, width, state }: { k: number; row: number; width: number; state: State },
): void {
  const [side, task] = state.chosen;
  const group = groupOf(side, state.step);
  const counts = countsOf(arrays);
  const [y, size] = [k * row, row - 6];
  let x = 98;
  for (const part of ["support", "query"] as const) {
    for (let i = 0; i < counts[part] && x + size < width; i++) {
      if (labelOf(arrays, part, group, task, i) !== k) continue;
      const item = (group * config.n_tasks + task) * counts[part] + i;
      if (part === "query") ctx.globalAlpha = 0.75;
      pictures?.[part].draw(ctx, item, x, y + 3, size, state.theme.fg);
      ctx.globalAlpha = 1;
      const id = config.ids[group][task][part][i];
      mark(ctx, state, id, [x + size / 2, y + row / 2, size / 2 + 2]);
      x += size + 4;
    }
    if (part === "query") continue;
    ctx.fillStyle = state.theme.grid;
    ctx.fillRect(x + 2, y + 4, 1, row - 8);
    x += 10;
  }
}
