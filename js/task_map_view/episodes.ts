// What the support sets look like: points and curves in a small plot, images by class.
import { extent } from "d3-array";
import { drawLine, scaleOf } from "../plot/axes.ts";
import { canvasOf, cutTo } from "../plot/canvas.ts";
import { classSign } from "../plot/class_sign.ts";
import { shapePath } from "../plot/shapes.ts";
import { type Thumbnails, thumbnailsOf } from "../plot/thumbnails.ts";
import type { Uint8 } from "../shared/arrays.ts";
import { classColour } from "../shared/colour.ts";
import { type Child, h } from "../shared/elements.ts";
import { fold } from "../shared/first_view.ts";
import type { Theme } from "../shared/theme.ts";
import type { Arrays, Config, Task } from "./model.ts";

/** A square in a canvas. */
interface Square {
  x: number;
  y: number;
  size: number;
}

export interface OpenedState {
  theme: Theme;
  /** The id of the item that is selected, "" for none. */
  marked: string;
}

export interface Episodes {
  /** Whether a task has a picture. */
  pictured: boolean;
  /** Draw the picture of task i into a square. */
  draw(ctx: CanvasRenderingContext2D, i: number, square: Square, theme: Theme): void;
  /** The support set of task i, opened. */
  open(i: number, state: OpenedState): HTMLElement;
}

/** The episodes behind the tasks; `onItem` hears of an item that was clicked. */
export function episodesOf(config: Config, arrays: Arrays, onItem: (id: string) => void): Episodes {
  const { x, y } = arrays;
  if (!x || !y || !config.tasks.length) {
    const text = "The episodes were not kept with this map.";
    const open = () => h("p", { class: "tm-kicker" }, text);
    return { pictured: false, draw: () => {}, open };
  }
  if (x.shape.length === 4) return images(config, thumbnailsOf(x as Uint8), y.data, onItem);
  if (x.shape[1] <= 2) return points(config, x.data as Float32Array, y.data, x.shape[1]);
  const open = (i: number, { theme }: OpenedState) =>
    classList(config.tasks[i], y.data, theme, (items) =>
      h("span", { class: "tm-kicker" }, countText(items.length)),
    );
  return { pictured: false, draw: () => {}, open };
}

/** Pixels of a plot of points. */
const OPENED = [190, 130] as const;
/** How many classes are listed in the first view: those of one item each take a row, others two. */
const ROWS = 8;

function countText(count: number): string {
  return `${count} support ${count === 1 ? "item" : "items"}`;
}

/** Points in a plane with their classes, or (of one feature) with their targets. */
function points(config: Config, x: Float32Array, y: Float32Array, features: number): Episodes {
  const curve = features === 1;
  const across = (at: number) => x[features * at];
  const up = (at: number) => (curve ? y[at] : x[features * at + 1]);
  const every = Array.from(y.keys());
  const [left, right] = extent(every, across) as [number, number];
  const [low, high] = extent(every, up) as [number, number];
  type Room = { x: number; y: number; width: number; height: number; radius: number };
  const plot = (ctx: CanvasRenderingContext2D, i: number, room: Room, theme: Theme) => {
    const u = scaleOf([left, right], [room.x + 4, room.x + room.width - 4]);
    const v = scaleOf([low, high], [room.y + room.height - 4, room.y + 4]);
    const { start, count, task } = config.tasks[i];
    if (curve && "amplitude" in task && "phase" in task) {
      const place = (t: number) => left + (t / 59) * (right - left);
      const sine = (t: number) => task.amplitude * Math.sin(place(t) - task.phase);
      ctx.strokeStyle = theme.muted;
      ctx.lineWidth = 1.25;
      drawLine(
        ctx,
        60,
        (t) => u(place(t)),
        (t) => v(sine(t)),
      );
    }
    for (let at = start; at < start + count; at++) {
      const k = curve ? 0 : y[at];
      ctx.fillStyle = classColour(k, theme);
      shapePath(ctx, k, u(across(at)), v(up(at)), room.radius);
      ctx.fill();
    }
  };
  return {
    pictured: true,
    draw: (ctx, i, square, theme) => {
      const { size } = square;
      plot(ctx, i, { ...square, width: size, height: size, radius: 1.6 }, theme);
    },
    open: (i, { theme }) => {
      const label = `support of ${config.names[i]}, ${config.tasks[i].count} points`;
      const props = { class: "tm-canvas", role: "img", "aria-label": label };
      const { canvas, ctx, resize } = canvasOf(props);
      resize(...OPENED);
      plot(ctx, i, { x: 0, y: 0, width: OPENED[0], height: OPENED[1], radius: 4 }, theme);
      return h("div", {}, canvas);
    },
  };
}

/** Images: the first of four classes as a picture, all by class when opened. */
function images(
  config: Config,
  thumbnails: Thumbnails,
  y: Float32Array,
  onItem: (id: string) => void,
): Episodes {
  const item = (task: Task, name: string, at: number, { theme, marked }: OpenedState) => {
    const id = task.ids[at - task.start];
    const label = `${name}, ${id}`;
    const { canvas, ctx, resize } = canvasOf({ role: "img", "aria-label": label });
    resize(32, 32);
    thumbnails.draw(ctx, at, 2, 2, 28, theme.fg, true);
    const look = { class: `tm-item${marked === id ? " is-marked" : ""}`, "aria-label": label };
    const props = { type: "button", ...look, title: id, onclick: () => onItem(id) };
    return h("button", props, canvas);
  };
  return {
    pictured: true,
    draw: (ctx, i, square, theme) => {
      const half = square.size / 2;
      for (const [k, at] of firsts(config.tasks[i], y).slice(0, 4).entries()) {
        const [left, top] = [square.x + (k % 2) * half, square.y + Math.floor(k / 2) * half];
        thumbnails.draw(ctx, at, left, top, half, theme.fg, true);
      }
    },
    open: (i, state) => {
      const task = config.tasks[i];
      return classList(task, y, state.theme, (items, name) =>
        items.map((at) => item(task, name, at, state)),
      );
    },
  };
}

/** The first item of each class. */
function firsts({ start, count }: Task, y: Float32Array): number[] {
  const seen = new Map<number, number>();
  for (let at = start; at < start + count; at++) {
    if (!seen.has(y[at])) seen.set(y[at], at);
  }
  return [...seen.values()];
}

/** The classes of a task, each with what `show` makes of its items. */
function classList(
  task: Task,
  y: Float32Array,
  theme: Theme,
  show: (items: number[], name: string) => Child,
): HTMLElement {
  const all = Array.from({ length: task.count }, (_, i) => task.start + i);
  const several = task.count > task.class_names.length;
  const rows = task.class_names.map((name, k) => {
    const items = all.filter((at) => y[at] === k);
    return h(
      "li",
      { class: several ? "is-several" : "" },
      classSign(k, theme),
      h("span", { class: "tm-name", title: name }, cutTo(name, 20)),
      h("span", { class: "tm-items" }, show(items, name)),
    );
  });
  const rest =
    task.more > 0 && h("p", { class: "tm-kicker" }, `and ${task.more} more support items`);
  const seen = several ? ROWS / 2 : ROWS;
  const hidden = rows.length - seen;
  const others =
    hidden > 0 &&
    fold({
      name: "task_map_view/classes",
      title: `${hidden} more ${hidden === 1 ? "class" : "classes"}`,
      content: h("ul", { class: "tm-classes" }, rows.slice(seen)),
    });
  return h("div", {}, h("ul", { class: "tm-classes" }, rows.slice(0, seen)), others, rest);
}
