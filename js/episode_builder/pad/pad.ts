// A pad to draw an example of one's own: mouse, finger, pen, or keys; smoothed, and seen at once as the item that it becomes.
import type { Place } from "../../episode_document/types.ts";
import { canvasOf } from "../../plot/canvas.ts";
import { imageCanvas } from "../../plot/thumbnails.ts";
import { button, check, range } from "../../shared/controls.ts";
import { announce, disable, focused, h, keys } from "../../shared/elements.ts";
import type { Python } from "../../shared/python.ts";
import type { Theme } from "../../shared/theme.ts";
import type { Store } from "../store.ts";
import { PAD, type PenPoint, rasterOf, type Stroke, traceStrokes } from "./strokes.ts";

/** Pixels of the pad on the screen. */
const SIZE = 196;
const MOST_STROKES = 200;
const MOST_POINTS = 2000; // of a stroke

const LABEL =
  "Drawing pad. Draw with mouse, finger or pen; or move the cross with the arrow keys, " +
  "and put the pen down or up with space.";

export interface PadOptions {
  store: Store;
  python: Python;
  /** Where a drawing is added. */
  target: () => { key: number | null; side: Place };
  theme: () => Theme;
}

/** What was drawn, and with which pen. */
class Sketch {
  strokes: Stroke[] = [];
  thickness = 11;
  centre = true;
  /** The cross that keys move. */
  pen: [number, number] = [PAD / 2, PAD / 2];
  /** Whether the cross draws. */
  down = false;

  get last(): Stroke | undefined {
    return this.strokes.at(-1);
  }

  clear(): void {
    this.strokes = [];
    this.down = false;
  }

  undo(): void {
    this.strokes.pop();
    this.down = false;
  }

  /** Lengthen the last stroke, unless it is too long. */
  extend(point: PenPoint): void {
    if (this.last && this.last.length < MOST_POINTS) this.last.push(point);
  }
}

/** The pad with its controls. */
export function padOf(options: PadOptions) {
  const { store, python, target, theme } = options;
  const sketch = new Sketch();
  const { canvas, ctx, resize } = canvasOf({
    class: "eb-pad",
    tabindex: 0,
    role: "img",
    "aria-label": LABEL,
  });
  const preview = h("div", { class: "eb-preview", "aria-hidden": "true" });
  resize(SIZE, SIZE);
  const image = () => {
    const [, height, width] = store.document().shape;
    const { strokes, thickness, centre } = sketch;
    const data = rasterOf(strokes, { height, width, thickness, centre });
    return { data, shape: [1, height, width] };
  };
  const paint = () => {
    const shown = canvas.matches(":focus-visible") && focused(canvas) === canvas;
    paintSketch(ctx, sketch, theme(), shown);
    if (store.document().shape.length === 3) {
      preview.replaceChildren(imageCanvas(image(), theme().fg));
    }
    const empty = sketch.strokes.length === 0;
    for (const each of [buttons.back, buttons.clear]) disable(each, empty);
    if (python.can("draw")) disable(buttons.add, empty || !store.document().classes.length);
  };
  const wipe = () => {
    sketch.clear();
    paint();
    canvas.focus();
  };
  const add = async () => {
    const sent = await store.ask("draw", target(), { buffers: [image().data.buffer] });
    if (sent) wipe();
  };
  const undo = () => {
    sketch.undo();
    paint();
  };
  const buttons = {
    add: button({ text: "Add the drawing", class: "eb-primary", onclick: add }),
    back: button({ text: "Undo stroke", onclick: undo }),
    clear: button({ text: "Clear", onclick: wipe }),
  };
  python.bind(buttons.add, "draw", "Adding a drawing");
  drawByPointer(canvas, sketch, paint);
  drawByKeys(canvas, sketch, { paint, undo, add: () => !buttons.add.disabled && add() });
  const side = h(
    "div",
    { class: "eb-pad-side" },
    h("div", { class: "eb-seen" }, preview, h("span", {}, "as the learner sees it")),
    penControls(sketch, paint),
    h("div", { class: "eb-pad-buttons mw-messages" }, buttons.add, buttons.back, buttons.clear),
  );
  return { node: h("div", { class: "eb-pad-box" }, canvas, side), paint };
}

function penControls(sketch: Sketch, paint: () => void): HTMLElement[] {
  const width = range({
    label: "Pen",
    value: sketch.thickness,
    min: 5,
    max: 30,
    stops: 25,
    format: (value) => `${(value / 8).toFixed(1)} px`,
    oninput: (value) => {
      sketch.thickness = value;
      paint();
    },
  });
  const middle = check({
    label: "Bring to the middle",
    value: sketch.centre,
    onchange: (on) => {
      sketch.centre = on;
      paint();
    },
  });
  return [width.node, middle.node];
}

/** Draw the pad: a frame that a drawing may fill, the strokes, and the cross of the keys. */
function paintSketch(
  ctx: CanvasRenderingContext2D,
  { strokes, thickness, pen: [x, y], down }: Sketch,
  theme: Theme,
  cross: boolean,
): void {
  ctx.clearRect(0, 0, SIZE, SIZE);
  ctx.save();
  ctx.scale(SIZE / PAD, SIZE / PAD);
  ctx.strokeStyle = theme.grid;
  ctx.lineWidth = 1;
  ctx.strokeRect(PAD * 0.14, PAD * 0.14, PAD * 0.72, PAD * 0.72);
  ctx.strokeStyle = theme.fg;
  traceStrokes(ctx, strokes, thickness);
  if (cross) {
    ctx.strokeStyle = theme.accent;
    ctx.lineWidth = down ? 4 : 2;
    ctx.beginPath();
    ctx.moveTo(x - 9, y);
    ctx.lineTo(x + 9, y);
    ctx.moveTo(x, y - 9);
    ctx.lineTo(x, y + 9);
    ctx.stroke();
  }
  ctx.restore();
}

function drawByPointer(canvas: HTMLCanvasElement, sketch: Sketch, paint: () => void): void {
  let pointer: number | null = null;
  const placeOf = (event: PointerEvent): PenPoint => {
    const box = canvas.getBoundingClientRect();
    const x = within(((event.clientX - box.left) * PAD) / box.width);
    const y = within(((event.clientY - box.top) * PAD) / box.height);
    return [x, y, event.pointerType === "pen" ? event.pressure : 0.5];
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || pointer !== null || sketch.strokes.length > MOST_STROKES) return;
    pointer = event.pointerId;
    sketch.down = false;
    try {
      canvas.setPointerCapture(event.pointerId);
    } catch {
      // The pointer is gone already.
    }
    sketch.strokes.push([placeOf(event)]);
    paint();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    const between = event.getCoalescedEvents?.() ?? [];
    for (const each of between.length ? between : [event]) {
      const [point, last] = [placeOf(each), sketch.last?.at(-1)];
      if (last && Math.hypot(point[0] - last[0], point[1] - last[1]) > 2.5) sketch.extend(point);
    }
    paint();
  });
  const end = (event: PointerEvent) => {
    if (event.pointerId === pointer) pointer = null;
  };
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", end);
}

function within(value: number): number {
  return Math.min(PAD, Math.max(0, value));
}

function drawByKeys(
  canvas: HTMLCanvasElement,
  sketch: Sketch,
  { paint, undo, add }: Record<"paint" | "undo" | "add", () => void>,
): void {
  const far = PAD / 28;
  const step = (dx: number, dy: number) => () => {
    const [x, y] = sketch.pen;
    sketch.pen = [within(x + dx), within(y + dy)];
    if (sketch.down) sketch.extend([...sketch.pen, 0.5]);
    paint();
  };
  const press = () => {
    sketch.down = !sketch.down;
    if (sketch.down) sketch.strokes.push([[...sketch.pen, 0.5]]);
    paint();
    announce(canvas, sketch.down ? "Pen down." : "Pen up.");
  };
  keys(canvas, {
    ArrowLeft: step(-far, 0),
    ArrowRight: step(far, 0),
    ArrowUp: step(0, -far),
    ArrowDown: step(0, far),
    " ": press,
    Backspace: undo,
    Enter: add,
  });
  canvas.addEventListener("focus", paint);
  canvas.addEventListener("blur", () => {
    sketch.down = false;
    paint();
  });
}
