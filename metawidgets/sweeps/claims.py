"""Who is at which report: locks on single bytes of one file, which the system drops when their process dies.

No clock and no process number is involved, so a claim never outlives its owner, and none is ever taken from one that lives.
"""

import errno
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["claimed"]

_NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS)
_GUARD = threading.Lock()
_FILES: dict[str, int] = {}
"""One descriptor a file for the life of the process: closing any would drop all of the process's locks on that file."""
_MINE: set[tuple[str, int]] = set()
"""Locks belong to processes; this tells this process's threads apart."""


@contextmanager
def claimed(path: Path, key: str) -> Iterator[bool]:
    """Try to claim a key, without waiting; the block is told whether that worked, and gives the claim back at its end.

    Args:
        path: the file of claims, the same for all that share an output; made if need be. It stays empty.
        key: hex digits; the first 15 say which byte.

    Where the system has no such locks (Windows, some network disks), every claim is granted to one thread of each process.

    Raises:
        OSError: if the file cannot be made.
    """
    if sys.platform == "win32":
        yield True
        return
    import fcntl

    name, byte = str(path.resolve()), int(key[:15], 16)
    with _GUARD:
        if (name, byte) in _MINE:
            mine = False
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = _FILES.get(name)
            if descriptor is None or not _is_open_on(descriptor, path):
                descriptor = _FILES[name] = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
            try:
                fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)
                mine = True
            except (BlockingIOError, PermissionError):  # both are in use for "another has it"
                mine = False
            except OSError as error:
                if error.errno not in _NO_LOCKS:
                    raise
                mine = True
            if mine:
                _MINE.add((name, byte))
    try:
        yield mine
    finally:
        if mine:
            with _GUARD:
                _MINE.discard((name, byte))
                with suppress(OSError):  # a file system without locks
                    fcntl.lockf(_FILES[name], fcntl.LOCK_UN, 1, byte)


def _is_open_on(descriptor: int, path: Path) -> bool:
    """Whether the file of that name is still the one that was opened: an output folder may be removed and made again."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
