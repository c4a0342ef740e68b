"""Settings of glibc's memory allocator that speed up training."""

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
"""The same settings as environment variables, for a process that will be started."""


def keep_freed_memory() -> bool:
    """Make the allocator keep freed memory for the next step, instead of returning it to the system.

    Every training step allocates and frees large arrays. By default the system takes their pages back and zeroes them again;
    these page faults took a third of the training time. The process does not shrink until it ends, so only commands that train
    should call this, not library code.

    Returns:
        Whether the allocator accepted the settings; `False` if it is not glibc's.
    """
    if sys.platform != "linux":
        return False
    try:
        mallopt = ctypes.CDLL("libc.so.6").mallopt
    except (OSError, AttributeError):
        return False
    return all([mallopt(_MMAP_THRESHOLD, _MMAP), mallopt(_TRIM_THRESHOLD, _TRIM), mallopt(_TOP_PAD, _PAD)])
