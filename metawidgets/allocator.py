"""How glibc's allocator treats what training frees at every step."""

import ctypes
import sys

__all__ = ["ENVIRONMENT", "keep_freed_memory"]

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD = -1, -2, -3  # <malloc.h>
_TRIM, _PAD, _MMAP = 2_000_000_000, 64 << 20, 1 << 30

ENVIRONMENT = {
    "MALLOC_TRIM_THRESHOLD_": str(_TRIM),
    "MALLOC_TOP_PAD_": str(_PAD),
    "MALLOC_MMAP_THRESHOLD_": str(_MMAP),
}
"""The same settings for a process that is about to be started."""


def keep_freed_memory() -> bool:
    """Keep memory that was freed for the next step, in place of handing it back and having it zeroed again, page by page.

    Large arrays come and go at every step of a training; without this a third of its time went into page faults. The process
    does not shrink before it ends, so this is for commands that train, and not for a library to do behind one's back.

    Returns:
        Whether the allocator took the settings: `False` where it is not glibc's.
    """
    if sys.platform != "linux":
        return False
    try:
        mallopt = ctypes.CDLL("libc.so.6").mallopt
    except (OSError, AttributeError):
        return False
    return all([mallopt(_MMAP_THRESHOLD, _MMAP), mallopt(_TRIM_THRESHOLD, _TRIM), mallopt(_TOP_PAD, _PAD)])
