"""`.npz` files that hold arrays and one JSON text, written beside and renamed, read without pickle."""

import glob
import json
import os
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from metawidgets.errors import MetawidgetsError

__all__ = ["read_npz", "replacing", "sweep", "write_npz"]

_LIMIT = 2 << 30  # bytes an archive may unpack to: far above any trace, far below a machine's memory


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
    """Save `arrays` and the JSON `text` (stored under the name `json`)."""
    with replacing(path) as part, part.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, json=np.frombuffer(text.encode(), np.uint8), **arrays)
    return Path(path)


def read_npz(path: str | Path, error: type[MetawidgetsError]) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """The arrays and the parsed JSON of a file that `write_npz` wrote.

    Raises:
        error: if the file is missing, truncated, too large when unpacked, holds objects, or has no JSON text.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(info.file_size for info in archive.infolist())
        if size > _LIMIT:
            raise error(f"{path} would unpack to {size / 2**30:.1f} GiB; files over {_LIMIT >> 30} GiB are refused.")
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        # a member that is no .npy comes as bytes
        odd = [name for name, a in arrays.items() if not isinstance(a, np.ndarray)]
        if odd:
            raise ValueError(f"its member {odd[0]!r} is no array")
        plain = json.loads(arrays.pop("json").tobytes().decode())
    except FileNotFoundError:
        raise error(f"there is no file {path}; check the path.") from None
    except (
        OSError,
        ValueError,
        KeyError,
        EOFError,
        zipfile.BadZipFile,
        RecursionError,
        MemoryError,
        NotImplementedError,
    ) as cause:
        raise error(
            f"{path} cannot be read ({type(cause).__name__}: {cause}); it may be truncated or no file of ours."
        ) from None
    if not isinstance(plain, dict):
        raise error(f"{path} holds no description; it is no file of ours.")
    return arrays, plain


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
