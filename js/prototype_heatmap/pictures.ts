// Pictures of a large episode's items: some came with the component, the others are asked of Python when they come into sight.
import { bareCanvas } from "../plot/canvas.ts";
import { type DrawThumbnail, drawInto, imageCanvas } from "../plot/thumbnails.ts";
import { at, type NdArray } from "../shared/arrays.ts";
import { css, rgbOf } from "../shared/colour.ts";
import { listen, type Model } from "../shared/model.ts";
import type { Python } from "../shared/python.ts";
import type { Arrays, PictureTraits } from "./model.ts";

/** At one request. Python takes no more. */
const MOST_AT_ONCE = 128;
/** Milliseconds in which an answer comes, before the next pictures are asked for. */
const PATIENCE = 3000;
/** That wait to be asked for: who scrolls past hundreds wants the last ones. */
const MOST_WAITING = 512;

export interface Pictures {
  draw: DrawThumbnail;
  has(place: number): boolean;
  /** Why an item has no picture, "" where it has one. */
  why(place: number): string;
  /** Goes up when pictures arrive. */
  edition(): number;
}

export interface PicturesOptions {
  arrays: Required<Pick<Arrays, "pictures" | "picture_places">>;
  model: Model<PictureTraits>;
  python: Python;
  signal: AbortSignal;
  /** Called when pictures have arrived. */
  onarrive: () => void;
}

export function picturesOf(options: PicturesOptions): Pictures {
  const { arrays, model, python, signal, onarrive } = options;
  const [, ...shape] = arrays.pictures.shape;
  const images = new Map<number, NdArray>();
  for (const [i, place] of arrays.picture_places.data.entries()) {
    images.set(place, at(arrays.pictures, i));
  }
  let [edition, ink] = [0, ""];
  let canvases = new Map<number, HTMLCanvasElement>();
  const send = (places: number[]) => {
    model.set("_wanted", places);
    model.save_changes();
  };
  const asking = askingOf(send, (place) => images.has(place));
  const take = () => {
    const { buffer, byteOffset, byteLength } = model.get("_pixels");
    const places = model.get("_pixels_of");
    const size = shape.reduce((product, side) => product * side, 1);
    if (!places?.length || byteLength !== places.length * size) return;
    const data = new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength).slice();
    const sent = { data, shape: [places.length, ...shape] };
    for (const [i, place] of places.entries()) images.set(place, at(sent, i));
    edition += 1;
    asking.next();
    onarrive();
  };
  for (const name of ["_pixels", "_pixels_of"] as const)
    listen(model, `change:${name}`, take, signal);
  take();
  const canvas = (place: number, image: NdArray, colour: string) => {
    if (colour !== ink) [canvases, ink] = [new Map(), colour];
    const made = canvases.get(place) ?? imageCanvas(image, colour);
    canvases.set(place, made);
    return made;
  };
  return {
    has: (place) => images.has(place),
    why(place) {
      if (images.has(place)) return "";
      return python.can("pictures") ? "picture on its way" : "picture not sent with this page";
    },
    edition: () => edition,
    draw(ctx, place, x, y, size, colour, smooth = false) {
      const image = images.get(place);
      if (image) drawInto(ctx, canvas(place, image, colour), { x, y, size, smooth });
      else {
        if (python.can("pictures")) asking.ask(place);
        drawInto(ctx, blank(colour), { x, y, size, smooth });
      }
    },
  };
}

/** Ask for pictures in batches, those that were wanted last first. */
function askingOf(send: (places: number[]) => void, has: (place: number) => boolean) {
  const waiting = new Set<number>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const next = () => {
    clearTimeout(timer);
    timer = undefined;
    const places = [...waiting].filter((place) => !has(place)).slice(-MOST_AT_ONCE);
    waiting.clear();
    if (!places.length) return;
    send(places);
    timer = setTimeout(next, PATIENCE);
  };
  const ask = (place: number) => {
    waiting.delete(place);
    waiting.add(place);
    if (waiting.size > MOST_WAITING) waiting.delete(waiting.keys().next().value!);
    timer ??= setTimeout(next, 30);
  };
  return { ask, next };
}

const blanks = new Map<string, HTMLCanvasElement>();

/** What stands in the place of a picture that is not here. */
function blank(colour: string): HTMLCanvasElement {
  let made = blanks.get(colour);
  if (!made) {
    made = bareCanvas(28, 28);
    const ctx = made.getContext("2d")!;
    ctx.strokeStyle = css(rgbOf(colour), 0.45);
    ctx.setLineDash([3, 3]);
    ctx.strokeRect(1.5, 1.5, 25, 25);
    blanks.set(colour, made);
  }
  return made;
}
