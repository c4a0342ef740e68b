"""Paths that somebody typed: of any length, with any character, in the home of nobody. None of them is an error to ask about."""

import os
from pathlib import Path

__all__ = ["expanded", "file_size", "is_file", "is_folder"]


def expanded(path: str | Path) -> Path:
    """The path with its `~` replaced; as it is, where there is no such user."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - pathlib's raises for a user who is not there


def is_file(path: str | Path) -> bool:
    """Whether there is such a file; no, for a path that no file can have."""
    return os.path.isfile(path)  # noqa: PTH113 - pathlib's raises for a name that is too long


def is_folder(path: str | Path) -> bool:
    """Whether there is such a folder; no, for a path that no folder can have."""
    return os.path.isdir(path)  # noqa: PTH112


def file_size(path: str | Path) -> int:
    """Bytes of a file; 0 for none, so that what opens it says why."""
    return os.stat(path).st_size if is_file(path) else 0  # noqa: PTH116
