"""Ctrl-C while a sweep runs: it is recorded at once, and raised only where nothing is half done."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from types import FrameType
from typing import Any

__all__ = ["Interrupts", "kept_from_children"]

_IMPATIENT = 15.0  # seconds after the first Ctrl-C from which another one interrupts at once


class Interrupts:
    """A context in which Ctrl-C raises only where `check` is called: an exception while Dask starts would leave half a cluster.

    Outside the main thread, or where Python does not handle Ctrl-C (`nohup`), it changes nothing.
    """

    def __init__(self) -> None:
        self._came: float | None = None
        self._wake: Callable[[], None] = lambda: None
        self._before: Any = None

    def __enter__(self) -> "Interrupts":
        here = threading.current_thread() is threading.main_thread()
        before = signal.getsignal(signal.SIGINT) if here else None
        if callable(before):
            self._before = before
            signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
        if kind is None:  # Ctrl-C may have come after the last `check`
            self.check()

    def check(self) -> None:
        """Raise `KeyboardInterrupt` if Ctrl-C was pressed."""
        if self._came is not None:
            raise KeyboardInterrupt

    def wake(self, call: Callable[[], None]) -> None:
        """Set a function to call on Ctrl-C. It runs in a signal handler, so it must be reentrant, as `queue.SimpleQueue.put` is."""
        self._wake = call

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self._came is not None and time.monotonic() - self._came > _IMPATIENT:
            raise KeyboardInterrupt
        self._came = time.monotonic() if self._came is None else self._came
        self._wake()


@contextmanager
def kept_from_children() -> Iterator[None]:
    """Keep Ctrl-C from the threads that the block starts, and from all processes that these threads start.

    A terminal sends Ctrl-C to the whole process group, so workers would end in the middle of a report, each with a traceback. This
    process stops them instead. A Ctrl-C during the block is delivered when the block ends.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # if it were started in the block, it would unblock Ctrl-C
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
