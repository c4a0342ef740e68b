"""Temporary files beside their targets, so that a file under its final name is always complete."""

import glob
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["replacing", "sweep"]


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
        part.chmod(0o666 & ~_umask())  # mkstemp makes a private file; the final file follows the user's umask
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def sweep(path: str | Path) -> None:
    """Remove the temporary files of killed writers of `path`. Call this only when nothing else is writing to `path`."""
    path = Path(path)
    for part in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
        part.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
