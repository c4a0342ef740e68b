"""Truncated and altered files: each must give a clear error, or the original contents."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from metawidgets.errors import MetawidgetsError

__all__ = ["damaged", "read_all"]


def damaged(data: bytes, n: int = 120, seed: int = 0) -> Iterator[bytes]:
    """Yield the bytes truncated at `n` places, and with one to four bytes changed, `n` times."""
    rng = np.random.default_rng(seed)
    for end in np.unique(np.linspace(0, len(data) - 1, n).astype(int)):
        yield data[:end]
    for _ in range(n):
        changed = bytearray(data)
        for at in rng.integers(len(data), size=rng.integers(1, 5)):
            changed[at] ^= int(rng.integers(1, 256))
        yield bytes(changed)


def read_all(path: Path, read: Callable[[Path], Any], equal: Callable[[Any], bool]) -> int:
    """Read a file after every kind of damage, and return how often it was refused.

    Raises:
        AssertionError: if a damaged file gave other contents without an error.
        Exception: any exception of `read` that is not ours.
    """
    data, refused = path.read_bytes(), 0
    for bad in damaged(data):
        path.write_bytes(bad)
        sentence = ""
        try:
            found = read(path)
        except MetawidgetsError as error:
            sentence = str(error)
        else:
            assert equal(found), "damage changed the contents, but no error was raised"
            continue
        assert sentence.endswith("."), sentence
        assert "\n" not in sentence
        refused += 1
    path.write_bytes(data)
    assert equal(read(path))
    return refused
