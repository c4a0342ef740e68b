"""Packing of arrays into one buffer with a table of their places, so that the browser views them without a copy."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Shaped

__all__ = ["packed", "unpacked"]

# For each numpy type the type that is sent. JavaScript's typed arrays handle 64-bit integers poorly, and drawing needs no float64.
_WIRE = {"int64": "int32", "uint64": "uint32", "float64": "float32", "float16": "float32", "bool": "uint8"}
_TYPED = {"uint8", "int8", "uint16", "int16", "uint32", "int32", "float32"}


def packed(arrays: Mapping[str, Shaped[np.ndarray, "..."]]) -> tuple[bytes, dict[str, Any]]:
    """Pack arrays one after another, each starting at a multiple of 8 bytes. Return the buffer and its table.

    The table holds the dtype, shape and offset of each array by name.

    Raises:
        TypeError: for an array of a type that the browser does not have.
        OverflowError: for integers that do not fit into 32 bits.
    """
    table: dict[str, Any] = {}
    parts: list[bytes] = []
    offset = 0
    for name, array in arrays.items():
        array = np.asarray(array)
        wire = _WIRE.get(array.dtype.name, array.dtype.name)
        if wire not in _TYPED:
            raise TypeError(
                f"array {name!r} is {array.dtype}; components send only {', '.join(sorted(_TYPED | set(_WIRE)))}."
            )
        dtype = np.dtype(wire)
        limits = np.iinfo(dtype) if dtype.kind in "iu" else None
        extremes = [array.min(), array.max()] if limits and array.size else []
        for value in extremes:
            if limits and not limits.min <= value <= limits.max:
                raise OverflowError(
                    f"array {name!r} holds {value}, which does not fit into {dtype}; send it as float32."
                )
        data = np.ascontiguousarray(array, dtype=dtype.newbyteorder("<")).tobytes()
        table[name] = {"dtype": dtype.name, "shape": list(array.shape), "offset": offset}
        padding = -len(data) % 8
        parts += [data, bytes(padding)]
        offset += len(data) + padding
    return b"".join(parts), table


def unpacked(buffer: bytes | memoryview, table: Mapping[str, Any]) -> dict[str, Shaped[np.ndarray, "..."]]:
    """Return the arrays as they were sent: read-only views into the buffer.

    Raises:
        ValueError: if the table holds an invalid type, shape or offset, or an array would lie outside the buffer.
    """
    for name, entry in table.items():
        whole = all(type(n) is int and n >= 0 for n in (*entry["shape"], entry["offset"]))
        if entry["dtype"] not in _TYPED or not whole:
            raise ValueError(
                f"array {name!r} has dtype {entry['dtype']!r}, shape {entry['shape']!r} and offset {entry['offset']!r}"
            )
    return {
        name: np.frombuffer(
            buffer, entry["dtype"], count=int(np.prod(entry["shape"], dtype=int)), offset=entry["offset"]
        ).reshape(entry["shape"])
        for name, entry in table.items()
    }
