"""Ctrl-C while a sweep runs: noted at once, acted on where nothing is half done."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from types import FrameType
from typing import Any

__all__ = ["Interrupts", "kept_from_children"]

_IMPATIENT = 15.0  # seconds after which another Ctrl-C is no longer put off


class Interrupts:
    """While this is open, Ctrl-C raises nothing by itself: an exception in the midst of Dask's start would leave half a cluster.

    Outside the main thread, or where Ctrl-C is not Python's (`nohup`), it changes nothing.
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
        if kind is None:  # it came when there was nothing left to stop
            self.check()

    def check(self) -> None:
        """Raises: KeyboardInterrupt: if Ctrl-C came."""
        if self._came is not None:
            raise KeyboardInterrupt

    def wake(self, call: Callable[[], None]) -> None:
        """What to call when Ctrl-C comes. It is called in a signal handler: `queue.SimpleQueue.put` may be, most may not."""
        self._wake = call

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self._came is not None and time.monotonic() - self._came > _IMPATIENT:
            raise KeyboardInterrupt
        self._came = time.monotonic() if self._came is None else self._came
        self._wake()


@contextmanager
def kept_from_children() -> Iterator[None]:
    """Threads that are started in the block, and all processes that they start, get no Ctrl-C.

    A terminal sends it to the whole group: workers would end in the midst of a report, each with a traceback. This process
    stops them. What comes during the block is delivered at its end.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # where it is started in the block, it lets Ctrl-C through again afterwards
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
