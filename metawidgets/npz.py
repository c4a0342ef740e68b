"""`.npz` files that hold arrays of numbers and one JSON text, written beside and renamed, read without pickle."""

import glob
import os
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Shaped

from metawidgets import zips
from metawidgets.errors import MetawidgetsError
from metawidgets.plain_json import LARGEST_TEXT, parsed

__all__ = ["read_npz", "replacing", "sweep", "write_npz"]

_LIMIT = 2 << 30  # bytes an archive may unpack to: far above any trace, far below a machine's memory
_MOST_ARRAYS = 1000
# As numpy writes it, and nothing else: the header of a `.npy` is a Python expression, which numpy parses as such.
_HEADER = re.compile(
    rb"\{'descr': '([<>|][biuf][1248])', 'fortran_order': (True|False), 'shape': \(((?:\d{1,18}, )*(?:\d{1,18},?)?)\), \} *\n"
)


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Write to a temporary file beside `path`; it takes the final name only if the block ends without an error."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    os.close(handle)
    part = Path(name)
    try:
        yield part
        part.chmod(0o666 & ~_umask())  # mkstemp makes it private; the final file gets what the user's umask says
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def sweep(path: str | Path) -> None:
    """Remove what writers of `path` that were killed left beside it. Only for who knows that nobody is writing it now."""
    path = Path(path)
    for part in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
        part.unlink(missing_ok=True)


def write_npz(path: str | Path, arrays: Mapping[str, np.ndarray], text: str) -> Path:
    """Save `arrays` and the JSON `text` (stored under the name `json`).

    Raises:
        MetawidgetsError: if they are larger than what `read_npz` takes.
    """
    size = sum(a.nbytes for a in arrays.values())
    if size > _LIMIT or len(text) > LARGEST_TEXT:
        raise MetawidgetsError(
            f"{path} would hold {size / 2**30:.1f} GiB of numbers and {len(text) >> 20} MiB of text; at most "
            f"{_LIMIT >> 30} GiB and {LARGEST_TEXT >> 20} MiB are written. Save fewer items, or fewer steps."
        )
    with replacing(path) as part, part.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, json=np.frombuffer(text.encode(), np.uint8), **arrays)
    return Path(path)


def read_npz(path: str | Path, error: type[MetawidgetsError]) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """The arrays and the parsed JSON of a file that `write_npz` wrote.

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
            raise ValueError("it has two arrays of one name")
        plain = parsed(arrays.pop("json").tobytes())
    except FileNotFoundError:
        raise error(f"there is no file {path}; check the path.") from None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError) as cause:
        raise error(
            f"{path} cannot be read ({type(cause).__name__}: {cause}); it may be truncated or no file of ours."
        ) from None
    if not isinstance(plain, dict):
        raise error(f"{path} holds no description; it is no file of ours.")
    return arrays, plain


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Shaped[np.ndarray, "..."]:
    """The array of one member. What it claims to hold is compared with its bytes before anything is made of them."""
    if info.flag_bits & 0x1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError(f"its member {info.filename!r} is encrypted, or packed in a way that we do not")
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
        raise ValueError(f"its member {info.filename!r} is no array of numbers")
    try:
        dtype = np.dtype(header[1].decode())
    except TypeError:
        raise ValueError(f"its member {info.filename!r} is of no type of numbers, {header[1].decode()!r}") from None
    order = "F" if header[2] == b"True" else "C"
    shape = tuple(int(n) for n in re.findall(rb"\d+", header[3]))
    if prod(shape) * dtype.itemsize != len(data) - end:
        raise ValueError(f"its member {info.filename!r} has {len(data) - end:,} bytes, which are not {dtype} {shape}")
    return (
        np.frombuffer(data, dtype, offset=end).reshape(shape, order=order).astype(dtype.newbyteorder("="), copy=False)
    )


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
