"""Control of a running meta-training: stop it, resume it, and change its learning rate or its number of steps."""

import threading
from typing import Any

__all__ = ["MetaControl", "Stopped"]


class Stopped(Exception):
    """The exception that stops a meta-training between two tasks, after `MetaControl.stop`. Do not catch it inside the training."""


class MetaControl:
    """A handle to control a running meta-training. Its methods may be called from any thread.

    >>> control = MetaControl(meta_lr=1e-4)                                           # doctest: +SKIP
    >>> for step in meta_train(learner, sampler, how, control=control): ...           # doctest: +SKIP

    A training may end early: by `stop`, an error, an interrupted cell, or because its caller stops iterating. It then keeps the
    state after its last complete outer step. Called again with the same control, it resumes from there, and gives the same
    losses as an uninterrupted training.

    Args:
        meta_lr: a learning rate that replaces the one in the settings; the schedule still scales it. `None` keeps it.
        steps: a number of outer steps that replaces the one in the settings. `None` keeps it.
    """

    def __init__(self, meta_lr: float | None = None, steps: int | None = None) -> None:
        self.meta_lr, self.steps = meta_lr, steps
        self.step = 0
        """Number of complete outer steps so far."""
        self.run: Any = None
        """The state from which the training resumes; only the training uses it."""
        self._stopping = threading.Event()

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    def stop(self) -> None:
        """Ask the training to stop after the current task."""
        self._stopping.set()

    def go_on(self) -> None:
        """Cancel the request to stop."""
        self._stopping.clear()

    def check(self) -> None:
        """Check for a request to stop; the training calls this between tasks.

        Raises:
            Stopped: if `stop` was called.
        """
        if self._stopping.is_set():
            raise Stopped
