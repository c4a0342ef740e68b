"""A runner for a component's long work in a background thread. The component shows progress and errors; new work replaces old work."""

import logging
import threading
from collections.abc import Callable
from typing import Any, Protocol

from metawidgets.errors import MetawidgetsError
from metawidgets.widgets.base.messages import error_text

__all__ = ["Background", "Overtaken", "Progress"]

Progress = Callable[[str, float | None], None]
"""Call `progress("row 12 of 50", 0.24)` often: it raises `Overtaken` when the work should end."""


class Overtaken(Exception):
    """Raised inside work that was stopped or replaced by newer work. Do not catch it."""


class Display(Protocol):
    """The attributes of a component that `Background` uses to show progress and errors."""

    @property
    def progress(self) -> Any: ...
    @progress.setter
    def progress(self, value: Any) -> None: ...
    @property
    def error(self) -> Any: ...
    @error.setter
    def error(self, value: Any) -> None: ...
    def at_close(self, end: Callable[[], Any]) -> None: ...


class Background:
    """A runner of `work(progress)` in a thread, one piece of work at a time.

    >>> background = Background(component)                                            # doctest: +SKIP
    >>> background.start(lambda progress: refine(progress))                           # doctest: +SKIP

    Args:
        component: shows progress and errors. Closing it tells the work to end.
    """

    def __init__(self, component: Display) -> None:
        self._component = component
        self._lock = threading.Lock()
        self._ticket = 0
        self._thread: threading.Thread | None = None
        component.at_close(self.stop)

    @property
    def running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def start(self, work: Callable[[Progress], None]) -> None:
        """Start work in a thread. Earlier work that still runs is told to end, and shows no more progress."""
        with self._lock:
            self._ticket += 1
            ticket = self._ticket
        self._thread = threading.Thread(target=self._run, args=(work, ticket), daemon=True)
        self._thread.start()

    def run(self, work: Callable[[Progress], None]) -> None:
        """Run work in this thread and return when it is done. Earlier work that still runs in the background is told to end."""
        with self._lock:
            self._ticket += 1
        self._run(work, self._ticket)

    def stop(self) -> None:
        """Tell the work to end. It ends at its next call of `progress`."""
        with self._lock:
            self._ticket += 1
            self._component.progress = {}

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the work is done, or for `timeout` seconds. Return whether it is done."""
        if self._thread is not None:
            self._thread.join(timeout)
        return not self.running

    def _run(self, work: Callable[[Progress], None], ticket: int) -> None:
        def progress(text: str, part: float | None = None) -> None:
            with self._lock:  # without it, a late message could follow the one that clears the progress
                if ticket != self._ticket:
                    raise Overtaken
                self._component.progress = {"text": text, "part": part}

        error = ""
        try:
            work(progress)
        except Overtaken:
            return
        except Exception as exc:
            error = error_text(exc)
            if not isinstance(exc, MetawidgetsError):
                logging.getLogger("metawidgets").exception("work in the background failed")
        with self._lock:
            if ticket == self._ticket:
                self._component.progress = {}
                if error:
                    self._component.error = error
