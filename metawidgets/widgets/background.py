"""Long work beside a cell: one thread a component, its progress and its errors shown there, and a newer piece takes over."""

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from metawidgets.errors import MetawidgetsError

if TYPE_CHECKING:
    from metawidgets.widgets.base import Component

__all__ = ["Background", "Overtaken", "Progress"]

Progress = Callable[[str, float | None], None]
"""`progress("row 12 of 50", 0.24)`; it raises `Overtaken` where the work should end, so call it often."""


class Overtaken(Exception):
    """Raised inside a piece of work that was stopped, or whose place a newer one took. Let it pass."""


class Background:
    """Runs `work(progress)` in a thread, one at a time.

    >>> background = Background(component)                                            # doctest: +SKIP
    >>> background.start(lambda progress: refine(progress))                           # doctest: +SKIP

    Args:
        component: where progress and errors appear. When it is closed, the work is told to end.
    """

    def __init__(self, component: "Component") -> None:
        self._component = component
        self._lock = threading.Lock()
        self._ticket = 0
        self._thread: threading.Thread | None = None
        component.at_close(self.stop)

    @property
    def running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def start(self, work: Callable[[Progress], None]) -> None:
        """Begin; whatever still runs is told to end, and shows nothing from now on."""
        with self._lock:
            self._ticket += 1
            ticket = self._ticket
        self._thread = threading.Thread(target=self._run, args=(work, ticket), daemon=True)
        self._thread.start()

    def run(self, work: Callable[[Progress], None]) -> None:
        """The same without a thread: come back when it is done."""
        with self._lock:
            self._ticket += 1
        self._run(work, self._ticket)

    def stop(self) -> None:
        """Tell it to end; it does at its next progress."""
        with self._lock:
            self._ticket += 1
            self._component.progress = {}

    def wait(self, timeout: float | None = None) -> bool:
        """Until it is done; whether it is."""
        if self._thread is not None:
            self._thread.join(timeout)
        return not self.running

    def _run(self, work: Callable[[Progress], None], ticket: int) -> None:
        def progress(text: str, part: float | None = None) -> None:
            with self._lock:  # else a message could slip in behind the one that clears it
                if ticket != self._ticket:
                    raise Overtaken
                self._component.progress = {"text": text, "part": part}

        error = ""
        try:
            work(progress)
        except Overtaken:
            return
        except MetawidgetsError as exc:
            error = str(exc)
        except Exception as exc:
            logging.getLogger("metawidgets").exception("work in the background failed")
            error = f"{type(exc).__name__}: {exc}"
        with self._lock:
            if ticket == self._ticket:
                self._component.progress = {}
                if error:
                    self._component.error = error
