// Arrays travel as one buffer with a table beside it: name -> {dtype, shape, offset}.
import type { ArrayTable } from "./model.ts";

export type Data =
  | Uint8Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>; // not sent, but computed here

/** An array in C order: `shape` says how `data` is to be read. */
export interface NdArray<D extends Data = Data> {
  data: D;
  shape: number[];
}
export type Uint8 = NdArray<Uint8Array<ArrayBuffer>>;
export type Uint16 = NdArray<Uint16Array<ArrayBuffer>>;
export type Int16 = NdArray<Int16Array<ArrayBuffer>>;
export type Int32 = NdArray<Int32Array<ArrayBuffer>>;
export type Float32 = NdArray<Float32Array<ArrayBuffer>>;

const TYPES = {
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float32: Float32Array,
};

interface Sent {
  get(name: "buffer"): DataView;
  get(name: "arrays"): ArrayTable;
}

/** The arrays that Python sent: views into the buffer, copied only where a view would be misaligned. */
export function arraysOf<Arrays>(model: Sent): Arrays {
  const buffer = model.get("buffer");
  const out: Record<string, NdArray> = {};
  for (const [name, { dtype, shape, offset }] of Object.entries(model.get("arrays") ?? {})) {
    const Type = TYPES[dtype as keyof typeof TYPES];
    const length = sizeOf(shape);
    const start = buffer.byteOffset + offset;
    const bytes = buffer.buffer as ArrayBuffer;
    // The websocket frame may start our buffer at any byte, and a typed array wants multiples of its item size.
    const data =
      start % Type.BYTES_PER_ELEMENT === 0
        ? new Type(bytes, start, length)
        : new Type(bytes.slice(start, start + length * Type.BYTES_PER_ELEMENT));
    out[name] = { data, shape };
  }
  return out as Arrays;
}

/** Item `i` along the first axis, without a copy: at(at(stack, step), query) goes deeper. */
export function at<D extends Data>(array: NdArray<D>, i: number): NdArray<D> {
  const shape = array.shape.slice(1);
  const size = sizeOf(shape);
  return { data: array.data.subarray(i * size, (i + 1) * size) as D, shape };
}

function sizeOf(shape: number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
