"""`.npz` files with arrays of numbers and one JSON text, written to a temporary file and renamed, read without pickle."""

import re
import zipfile
import zlib
from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Shaped

from metawidgets.errors import MetawidgetsError
from metawidgets.files import zips
from metawidgets.files.part_files import replacing
from metawidgets.files.plain_json import LARGEST_TEXT, parsed

__all__ = ["read_npz", "write_npz"]

_LIMIT = 2 << 30  # largest unpacked size in bytes: far above any trace, far below a machine's memory
_MOST_ARRAYS = 1000
# The header of a `.npy` is a Python expression, which numpy would parse; accept only the form that numpy writes.
_HEADER = re.compile(
    rb"\{'descr': '([<>|][biuf][1248])', 'fortran_order': (True|False), 'shape': \(((?:\d{1,18}, )*(?:\d{1,18},?)?)\), \} *\n"
)


def write_npz(path: str | Path, arrays: Mapping[str, np.ndarray], text: str) -> Path:
    """Save `arrays` and the JSON `text` (stored under the name `json`).

    Raises:
        MetawidgetsError: if the arrays or the text are larger than `read_npz` accepts.
    """
    size = sum(a.nbytes for a in arrays.values())
    if size > _LIMIT or len(text) > LARGEST_TEXT:
        raise MetawidgetsError(
            f"{path} would hold {size / 2**30:.1f} GiB of numbers and {len(text) >> 20} MiB of text; at most "
            f"{_LIMIT >> 30} GiB and {LARGEST_TEXT >> 20} MiB are allowed. Save fewer items, or fewer steps."
        )
    with replacing(path) as part, part.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, json=np.frombuffer(text.encode(), np.uint8), **arrays)
    return Path(path)


def read_npz(path: str | Path, error: type[MetawidgetsError]) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Read the arrays and the parsed JSON of a file that `write_npz` wrote.

    Raises:
        error: if the file is missing, truncated, too large when unpacked, holds anything but arrays of numbers, or has no
            JSON text.
    """
    try:
        with zips.opened(path, _MOST_ARRAYS) as archive:
            infos = archive.infolist()
            size = sum(info.file_size for info in infos)
            if size > _LIMIT:
                raise error(
                    f"{path} would unpack to {size / 2**30:.1f} GiB; files over {_LIMIT >> 30} GiB are refused."
                )
            arrays = {info.filename.removesuffix(".npy"): _member(archive, info) for info in infos}
        if len(arrays) < len(infos):
            raise ValueError("it has two arrays with the same name")
        plain = parsed(arrays.pop("json").tobytes())
    except FileNotFoundError:
        raise error(f"there is no file {path}; check the path.") from None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError) as cause:
        raise error(
            f"{path} cannot be read ({type(cause).__name__}: {cause}); it may be truncated, or not a metawidgets file."
        ) from None
    if not isinstance(plain, dict):
        raise error(f"{path} holds no description, so it is not a metawidgets file; give another one.")
    return arrays, plain


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Shaped[np.ndarray, "..."]:
    """Read the array of one member. The size in its header is compared with its bytes before the array is made."""
    if info.flag_bits & 0x1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError(f"its member {info.filename!r} is encrypted, or compressed by another method")
    data = np.empty(info.file_size, np.uint8)
    member: Any = archive.open(info)
    with member as file:
        filled = 0
        while filled < len(data) and (n := file.readinto(data.data[filled:])):
            filled += n
    head = data[:10].tobytes()
    start, length = (12, data[8:12]) if head[6:7] > b"\x01" else (10, data[8:10])
    end = start + int.from_bytes(length.tobytes(), "little")
    header = _HEADER.fullmatch(data[start : min(end, start + 10_000)].tobytes())
    if filled < len(data) or head[:6] != b"\x93NUMPY" or header is None:
        raise ValueError(f"its member {info.filename!r} is not an array of numbers")
    try:
        dtype = np.dtype(header[1].decode())
    except TypeError:
        raise ValueError(
            f"its member {info.filename!r} has the type {header[1].decode()!r}, which is not numeric"
        ) from None
    order = "F" if header[2] == b"True" else "C"
    shape = tuple(int(n) for n in re.findall(rb"\d+", header[3]))
    if prod(shape) * dtype.itemsize != len(data) - end:
        raise ValueError(f"its member {info.filename!r} has {len(data) - end:,} bytes, which are not {dtype} {shape}")
    return (
        np.frombuffer(data, dtype, offset=end).reshape(shape, order=order).astype(dtype.newbyteorder("="), copy=False)
    )
