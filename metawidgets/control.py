"""Steering a meta-training that runs: ask it to stop after the task in hand, learn at another rate, end later, and go on."""

import threading
from typing import Any

__all__ = ["MetaControl", "Stopped"]


class Stopped(Exception):
    """Raised inside a meta-training, between two tasks, after `MetaControl.stop`. Let it pass."""


class MetaControl:
    """What whoever watches a meta-training holds in hand, and the training looks at. Its methods may be called from any thread.

    >>> control = MetaControl(meta_lr=1e-4)                                           # doctest: +SKIP
    >>> for step in meta_train(learner, sampler, how, control=control): ...           # doctest: +SKIP

    A training that ends before its time (by `stop`, an error, an interrupted cell, or because its caller asks for no further
    step) is as it was after its last whole outer step; called again with the same control it goes on from there, and gives
    the same losses as an unbroken one.

    Args:
        meta_lr: learning rate in place of the settings' one; their schedule scales it. `None` leaves it.
        steps: outer steps in place of the settings' number. `None` leaves it.
    """

    def __init__(self, meta_lr: float | None = None, steps: int | None = None) -> None:
        self.meta_lr, self.steps = meta_lr, steps
        self.step = 0
        """Whole outer steps that the training stands at."""
        self.run: Any = None
        """The training's own: what it goes on from."""
        self._stopping = threading.Event()

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    def stop(self) -> None:
        """Ask it to stop after the task in hand."""
        self._stopping.set()

    def go_on(self) -> None:
        """Take that back."""
        self._stopping.clear()

    def check(self) -> None:
        """Called by the training between tasks.

        Raises:
            Stopped: if it is to stop.
        """
        if self._stopping.is_set():
            raise Stopped
