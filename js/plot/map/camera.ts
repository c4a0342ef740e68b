// The part of a map that is in sight: moved by dragging, zoomed about a point, and kept between all and one item.

/** left, bottom, right, top in the map's own units. */
export type Bounds = [number, number, number, number];

/** Bounds of the finite [x, y] pairs of flat arrays, with a margin. */
export function boundsOf(...arrays: ArrayLike<number>[]): Bounds {
  const box: Bounds = [Infinity, Infinity, -Infinity, -Infinity];
  for (const data of arrays) {
    for (let i = 0; i < data.length; i += 2) {
      if (!Number.isFinite(data[i]) || !Number.isFinite(data[i + 1])) continue;
      box[0] = Math.min(box[0], data[i]);
      box[1] = Math.min(box[1], data[i + 1]);
      box[2] = Math.max(box[2], data[i]);
      box[3] = Math.max(box[3], data[i + 1]);
    }
  }
  if (!Number.isFinite(box[0])) return [-1, -1, 1, 1];
  const margin = 0.06 * Math.max(box[2] - box[0], box[3] - box[1], 1e-6);
  return [box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin];
}

/** Where a map stands: its middle, and pixels a unit. One scale for both axes: stretched apart, distances would lie. */
export class Camera {
  #width = 1;
  #height = 1;
  #bounds: Bounds = [-1, -1, 1, 1];
  #x = 0;
  #y = 0;
  #scale = 1;
  readonly #edge: number;

  /** @param edge pixels around the bounds, for marks that do not shrink with the map */
  constructor({ edge = 0 } = {}) {
    this.#edge = edge;
  }

  /** Take another size in pixels; what is in sight keeps its share of the whole. */
  size(width: number, height: number): void {
    const part = this.zoom;
    [this.#width, this.#height] = [width, height];
    this.#scale = part * this.#wholeScale;
  }

  /** Take other bounds; `reset` shows them. */
  bounds(next: Bounds): void {
    this.#bounds = next;
  }

  /** Show all. */
  reset(): void {
    [this.#x, this.#y] = this.#middle;
    this.#scale = this.#wholeScale;
  }

  /** How much larger than where all is seen. */
  get zoom(): number {
    return this.#scale / this.#wholeScale;
  }

  /** Pixels a unit. */
  get scale(): number {
    return this.#scale;
  }

  /** Whether all is seen, as after `reset`. */
  get whole(): boolean {
    const [x, y] = this.#middle;
    const off = Math.max(Math.abs(this.#x - x), Math.abs(this.#y - y)) * this.#scale;
    return Math.abs(this.zoom - 1) < 1e-6 && off < 0.5;
  }

  /** The pixel of a place's x. */
  u = (x: number): number => this.#width / 2 + (x - this.#x) * this.#scale;

  /** The pixel of a place's y: the screen's goes down, the map's up. */
  v = (y: number): number => this.#height / 2 - (y - this.#y) * this.#scale;

  /** The place at a pixel. */
  place(u: number, v: number): [number, number] {
    const x = this.#x + (u - this.#width / 2) / this.#scale;
    return [x, this.#y - (v - this.#height / 2) / this.#scale];
  }

  /** Move by so many pixels. */
  pan(du: number, dv: number): void {
    this.#x -= du / this.#scale;
    this.#y += dv / this.#scale;
    this.#keep();
  }

  /** Zoom so that what lies at pixel (u, v) stays there. */
  zoomAt(factor: number, u = this.#width / 2, v = this.#height / 2): void {
    const [x, y] = this.place(u, v);
    this.#scale = this.#within(this.#scale * factor);
    this.#x = x - (u - this.#width / 2) / this.#scale;
    this.#y = y + (v - this.#height / 2) / this.#scale;
    this.#keep();
  }

  /** Bring a place into sight, moving as little as needed; stay for what is no place. */
  reveal(x: number, y: number, margin = 40): void {
    if (!Number.isFinite(x) || !Number.isFinite(y)) return;
    const off = (pixel: number, size: number) =>
      pixel < margin ? pixel - margin : Math.max(0, pixel - size + margin);
    const [u, v] = [this.u(x), this.v(y)];
    this.#x += off(u, this.#width) / this.#scale;
    this.#y -= off(v, this.#height) / this.#scale;
  }

  /** [x, y, width in the map's units], for `restore`. */
  saved(): [number, number, number] {
    return [this.#x, this.#y, this.#width / this.#scale];
  }

  /** Stand where `saved` said; show all if that is no place. */
  restore([x, y, wide]: readonly number[]): void {
    if (![x, y, wide].every(Number.isFinite) || wide <= 0) {
      this.reset();
      return;
    }
    [this.#x, this.#y, this.#scale] = [x, y, this.#width / wide];
    this.#keep();
  }

  /** What is in sight. */
  get frame(): Bounds {
    const [across, up] = [this.#width / 2 / this.#scale, this.#height / 2 / this.#scale];
    return [this.#x - across, this.#y - up, this.#x + across, this.#y + up];
  }

  get #middle(): [number, number] {
    const [left, bottom, right, top] = this.#bounds;
    return [(left + right) / 2, (bottom + top) / 2];
  }

  get #wholeScale(): number {
    const [left, bottom, right, top] = this.#bounds;
    const inside = (size: number) => Math.max(0.5 * size, size - 2 * this.#edge);
    return Math.min(inside(this.#width) / (right - left), inside(this.#height) / (top - bottom));
  }

  #within(scale: number): number {
    return Math.min(200 * this.#wholeScale, Math.max(0.5 * this.#wholeScale, scale));
  }

  #keep(): void {
    const [left, bottom, right, top] = this.#bounds;
    this.#scale = this.#within(this.#scale);
    this.#x = Math.min(right, Math.max(left, this.#x));
    this.#y = Math.min(top, Math.max(bottom, this.#y));
  }
}
