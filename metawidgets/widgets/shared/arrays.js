// Arrays travel as one buffer plus a table name -> {dtype, shape, offset}.
const MW_TYPES = {
  uint8: Uint8Array, int8: Int8Array, uint16: Uint16Array, int16: Int16Array,
  uint32: Uint32Array, int32: Int32Array, float32: Float32Array, float64: Float64Array,
};

// {name: {data: TypedArray, shape: [..]}}; views into the buffer, copied only where a view would be misaligned.
function mwArrays(model) {
  const buffer = model.get("buffer");
  const out = {};
  for (const [name, { dtype, shape, offset }] of Object.entries(model.get("arrays") ?? {})) {
    const Type = MW_TYPES[dtype];
    const length = shape.reduce((product, size) => product * size, 1);
    const start = buffer.byteOffset + offset;
    // The websocket frame may start our buffer at any byte, and a typed array wants multiples of its item size.
    const data = start % Type.BYTES_PER_ELEMENT === 0
      ? new Type(buffer.buffer, start, length)
      : new Type(buffer.buffer.slice(start, start + length * Type.BYTES_PER_ELEMENT));
    out[name] = { data, shape };
  }
  return out;
}

// Item i along the first axis: {data, shape} without a copy. mwAt(mwAt(stack, step), query) goes deeper.
function mwAt(array, i) {
  const shape = array.shape.slice(1);
  const size = shape.reduce((product, n) => product * n, 1);
  return { data: array.data.subarray(i * size, (i + 1) * size), shape };
}
