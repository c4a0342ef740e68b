"""Arrays as one buffer with a table beside it, for the browser to view without a copy."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Shaped

__all__ = ["packed", "unpacked"]

# What the browser gets for what numpy has: JavaScript has no 64-bit integers worth the name, and a screen no float64.
_WIRE = {"int64": "int32", "uint64": "uint32", "float64": "float32", "float16": "float32", "bool": "uint8"}
_TYPED = {"uint8", "int8", "uint16", "int16", "uint32", "int32", "float32"}


def packed(arrays: Mapping[str, Shaped[np.ndarray, "..."]]) -> tuple[bytes, dict[str, Any]]:
    """Lay arrays one after another, each at a multiple of 8 bytes: the buffer, and name -> dtype, shape, offset.

    Raises:
        TypeError: for an array of a type that the browser does not have.
        OverflowError: for whole numbers that 32 bits do not hold.
    """
    table: dict[str, Any] = {}
    parts: list[bytes] = []
    offset = 0
    for name, array in arrays.items():
        array = np.asarray(array)
        wire = _WIRE.get(array.dtype.name, array.dtype.name)
        if wire not in _TYPED:
            raise TypeError(
                f"array {name!r} is {array.dtype}; components send {', '.join(sorted(_TYPED | set(_WIRE)))}."
            )
        dtype = np.dtype(wire)
        limits = np.iinfo(dtype) if dtype.kind in "iu" else None
        extremes = [array.min(), array.max()] if limits and array.size else []
        for value in extremes:
            if limits and not limits.min <= value <= limits.max:
                raise OverflowError(f"array {name!r} holds {value}, which {dtype} does not; send it as float32.")
        data = np.ascontiguousarray(array, dtype=dtype.newbyteorder("<")).tobytes()
        table[name] = {"dtype": dtype.name, "shape": list(array.shape), "offset": offset}
        padding = -len(data) % 8
        parts += [data, bytes(padding)]
        offset += len(data) + padding
    return b"".join(parts), table


def unpacked(buffer: bytes | memoryview, table: Mapping[str, Any]) -> dict[str, Shaped[np.ndarray, "..."]]:
    """The arrays as they were sent: read-only views into the buffer.

    Raises:
        ValueError: if the table names types, shapes or places that are none, or not in the buffer.
    """
    for name, entry in table.items():
        whole = all(type(n) is int and n >= 0 for n in (*entry["shape"], entry["offset"]))
        if entry["dtype"] not in _TYPED or not whole:
            raise ValueError(f"array {name!r} is {entry['dtype']!r} of {entry['shape']!r} at {entry['offset']!r}")
    return {
        name: np.frombuffer(
            buffer, entry["dtype"], count=int(np.prod(entry["shape"], dtype=int)), offset=entry["offset"]
        ).reshape(entry["shape"])
        for name, entry in table.items()
    }
