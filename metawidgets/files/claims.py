"""Claims: locks that keep two processes from running the same report.

A claim is a lock on one byte of a file. The operating system drops it when its process dies. No clock and no process number is
involved, so a claim never outlives its owner, and no living owner ever loses one.
"""

import errno
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform != "win32":
    import fcntl

__all__ = ["claimed"]

_NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS)
_TABLES = threading.Lock()
"""Guards `_FILES` and `_MINE`."""
_FILES: dict[str, int] = {}
"""The one descriptor of each file with locks, by name. Closing it drops all locks of this process on the file."""
_MINE: set[tuple[str, int]] = set()
"""(file, byte) of each lock that this process holds. The system's locks do not keep threads of one process apart; this does."""


@contextmanager
def claimed(path: Path, key: str) -> Iterator[bool]:
    """Try to claim a key without waiting. Yield whether the claim succeeded, and release the claim when the block ends.

    Args:
        path: the file of claims, the same for every process that shares an output. It is created if it is missing, and stays empty.
        key: hex digits; the first 15 choose the byte.

    On Windows every claim is granted. On a disk without such locks (some network disks), one thread of each process gets it.

    Raises:
        OSError: if the file cannot be made.
    """
    if sys.platform == "win32":
        yield True
        return
    name, byte = str(path.resolve()), int(key[:15], 16)
    with _TABLES:
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
            except (BlockingIOError, PermissionError):  # systems use both for "another process holds it"
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
        with _TABLES:
            if mine:
                _MINE.discard((name, byte))
                with suppress(OSError):  # the file system has no locks
                    fcntl.lockf(_FILES[name], fcntl.LOCK_UN, 1, byte)
            if name in _FILES and not any(other == name for other, _ in _MINE):
                os.close(_FILES.pop(name))


def _is_open_on(descriptor: int, path: Path) -> bool:
    """Return whether `path` still names the file that was opened: an output folder may be removed and created again."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
