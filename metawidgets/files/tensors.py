"""Files of numeric arrays and one JSON text, as safetensors. Older files are `.npz` and can still be read.

A safetensors file stores its numbers uncompressed, so reading one never takes more memory than the file has bytes. It contains no
code. The package `safetensors` checks that the header fits the data.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

from metawidgets.errors import MetawidgetsError
from metawidgets.files.npz import read_npz, write_npz
from metawidgets.files.part_files import replacing
from metawidgets.files.plain_json import LARGEST_TEXT, parsed

__all__ = ["read_arrays", "write_arrays"]

_LARGEST = 2 << 30  # bytes: far above any trace, far below a machine's memory


def write_arrays(path: str | Path, arrays: Mapping[str, np.ndarray], text: str) -> Path:
    """Save the arrays and the JSON `text` at exactly this path: as `.npz` if it ends so, else as safetensors.

    Raises:
        MetawidgetsError: if the arrays or the text are larger than `read_arrays` accepts.
    """
    path = Path(path)
    if path.suffix.lower() == ".npz":
        return write_npz(path, arrays, text)
    # safetensors writes an array's memory as it is, so make it contiguous and of this machine's byte order first
    ordered = {name: np.asarray(a, a.dtype.newbyteorder("="), order="C") for name, a in arrays.items()}
    size = sum(a.nbytes for a in ordered.values())
    if size > _LARGEST or len(text) > LARGEST_TEXT // 2:
        raise MetawidgetsError(
            f"{path} would hold {size / 2**30:.1f} GiB of numbers and {len(text) >> 20} MiB of text; at most "
            f"{_LARGEST >> 30} GiB and {LARGEST_TEXT >> 21} MiB are written. Save fewer items, or fewer steps."
        )
    with replacing(path) as part:
        save_file(ordered, part, metadata={"json": text, "sha256": _digest(ordered, text)})
    return path


def read_arrays(path: str | Path, error: type[MetawidgetsError]) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Read the arrays and the parsed JSON of a file that `write_arrays` wrote, now or in an earlier version.

    Raises:
        error: if the file is missing, truncated, altered or too large, or holds anything but arrays of numbers and a JSON text.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            zipped = file.read(4) == b"PK\x03\x04"
        if zipped or path.suffix.lower() == ".npz":
            return read_npz(path, error)
        if (size := path.stat().st_size) > _LARGEST + LARGEST_TEXT:
            raise error(f"{path} has {size / 2**30:.1f} GiB; files over {_LARGEST >> 30} GiB are refused.")
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a mapping
        if "json" not in metadata:
            raise error(f"{path} has neither an episode nor a trace in it; give a file that metawidgets saved.")
        plain = parsed(metadata["json"])
    except FileNotFoundError:
        raise error(f"there is no file {path}; check the path.") from None
    except IsADirectoryError:
        raise error(f"{path} is a folder; give the path of a file.") from None
    except MetawidgetsError:
        raise
    except Exception as cause:  # safetensors' own errors, and numpy's for unknown types
        said = " ".join(str(cause).split())[:500]
        raise error(
            f"{path} cannot be read ({type(cause).__name__}: {said}); it may be truncated or not a file of metawidgets."
        ) from None
    if metadata.get("sha256") != _digest(arrays, metadata["json"]):
        raise error(f"{path} was altered or is not a file of metawidgets (sha256 differs); copy or save it again.")
    if not isinstance(plain, dict):
        raise error(f"{path} has neither an episode nor a trace in it; give a file that metawidgets saved.")
    return arrays, plain


def _digest(arrays: Mapping[str, np.ndarray], text: str) -> str:
    digest = hashlib.sha256(text.encode())
    for name in sorted(arrays):
        a = arrays[name]
        digest.update(json.dumps([name, str(a.dtype), list(a.shape)]).encode())
        digest.update(np.ascontiguousarray(a).reshape(-1).view(np.uint8).data)
    return digest.hexdigest()
