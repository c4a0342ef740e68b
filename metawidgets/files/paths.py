"""Checks of paths that a user typed. No path makes them raise, even if it is too long, has odd characters or an unknown `~user`."""

import os
from pathlib import Path

__all__ = ["expanded", "file_size", "is_file", "is_folder"]


def expanded(path: str | Path) -> Path:
    """Return the path with its `~` expanded, or unchanged if there is no such user."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - pathlib raises if there is no such user


def is_file(path: str | Path) -> bool:
    """Return whether this file exists; `False`, without an error, for an invalid path, such as one whose name is too long."""
    return os.path.isfile(path)  # noqa: PTH113 - pathlib raises if the name is too long


def is_folder(path: str | Path) -> bool:
    """Return whether this folder exists; `False`, without an error, for an invalid path."""
    return os.path.isdir(path)  # noqa: PTH112


def file_size(path: str | Path) -> int:
    """Return the size of a file in bytes; 0 if there is none, so that the code which opens it reports the cause."""
    return os.stat(path).st_size if is_file(path) else 0  # noqa: PTH116
