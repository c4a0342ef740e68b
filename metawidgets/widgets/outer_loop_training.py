"""The outer loop beside a notebook: in a thread, paused and stopped between tasks, its record shown four times a second at most."""

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from metawidgets.control import MetaControl, Stopped
from metawidgets.errors import LearnerError, MetawidgetsError
from metawidgets.results import MetaStep
from metawidgets.traces import Trace
from metawidgets.widgets.outer_loop_held import HeldEpisode
from metawidgets.widgets.outer_loop_history import History, Thinned

__all__ = ["BUSY", "REDRAW_SECONDS", "OuterLoop"]

REDRAW_SECONDS = 0.25
BUSY = ("running", "pausing", "stopping")


class OuterLoop:
    """A meta-training that can be paused, and its bounded record.

    Args:
        meta_steps, retrace: as `OuterLoopMonitor` takes them.
        every: outer steps between adaptations to the held episode.
        show: `show(phase, whether there are new adaptations)`, called with the lock held, in the thread that trains.
    """

    def __init__(
        self,
        meta_steps: Callable[[MetaControl], Iterator[MetaStep]],
        retrace: Callable[[], Trace] | None,
        every: int,
        show: Callable[[str, bool], None],
    ) -> None:
        self._meta_steps, self._retrace, self._every, self._show = meta_steps, retrace, every, show
        self.lock = threading.RLock()
        self.clock: Callable[[], float] = time.monotonic
        self.phase, self.failure = "ready", ""
        self.record, self.validated = History(), Thinned[list[Any]](120)
        self.held = HeldEpisode(retrace()) if retrace is not None else None
        self._control, self._rest_as = MetaControl(), "paused"
        self._thread: threading.Thread | None = None
        self._meta_lr, self._target = 0.0, 0
        self._drawn = -math.inf
        self._clear()

    def _clear(self) -> None:
        self.record.clear()
        self.validated.clear()
        self._last: MetaStep | None = None
        self._best: list[Any] | None = None
        self._smooth, self._held_is_new = math.nan, False
        self._pace: deque[tuple[float, MetaStep]] = deque(maxlen=20)

    # -- steering --------------------------------------------------------------------------------------------------------

    def steer(self, meta_lr: float, target: int) -> None:
        """From its next step on it learns at this rate and ends at this step."""
        self._meta_lr, self._target = meta_lr, target
        self._control.meta_lr, self._control.steps = meta_lr, target

    def begin(self, count: int | None, background: bool) -> None:
        """Train, or go on: to the end, or for `count` outer steps.

        Raises:
            LearnerError: if it trains already; and whatever the training raises, where it runs here.
        """
        with self.lock:
            self._refuse_if_training()
            self._control.go_on()
            self._rest_as, self.failure = "paused", ""
            self._pace.clear()
            self.phase, self._drawn = "running", self.clock()
            self._show(self.phase, self._take_held())
        if background:
            self._thread = threading.Thread(target=self._beside, args=(count,), name="outer-loop", daemon=True)
            self._thread.start()
        else:
            self._train(count)

    def end(self, now: str, then: str) -> None:
        """Tell it to stop after the task in hand; it says at once that it will."""
        with self.lock:
            if self.phase in BUSY:
                self._rest_as, self.phase = then, now
                self._control.stop()
            elif self.phase == "paused":
                self.phase = then
            self._show(self.phase, False)

    def forget(self) -> None:
        """Be as before the first step; what trains begins anew, since its control is new.

        Raises:
            LearnerError: if it trains.
        """
        with self.lock:
            self._refuse_if_training()
            self._control = MetaControl()
            self.steer(self._meta_lr, self._target)
            self._clear()
            if self.held is not None:
                self.held.cut(0)
                self._held_is_new = True

    def wait(self, timeout: float | None = None) -> bool:
        if self._thread is not None:
            self._thread.join(timeout)
        return self.phase not in BUSY

    def _refuse_if_training(self) -> None:
        if self.phase in BUSY:
            raise LearnerError("it trains already; pause() or stop() it, and wait() until it has, before that.")

    # -- the training ------------------------------------------------------------------------------------------------------

    def _beside(self, count: int | None) -> None:
        try:
            self._train(count)
        except MetawidgetsError:
            pass  # it stands in the status line
        except Exception:
            logging.getLogger("metawidgets").exception("meta-training failed")

    def _train(self, count: int | None) -> None:
        done, after, failure = 0, "finished", ""
        training = None
        try:
            training = self._meta_steps(self._control)
            for step in training:
                self._note(step)
                done += 1
                # The last step is not broken off: behind it the training puts things in order.
                if self._control.stopping or (count is not None and done >= count and step.step < self._target):
                    after = self._rest_as
                    break
        except Stopped:
            after = self._rest_as
        except Exception as exc:
            after, failure = "failed", str(exc) if isinstance(exc, MetawidgetsError) else f"{type(exc).__name__}: {exc}"
            raise
        except BaseException:  # the cell was interrupted
            after = "stopped"
            raise
        finally:
            close = getattr(training, "close", None)
            if close is not None:
                close()
            self._come_to_rest(after, failure)

    def _note(self, step: MetaStep) -> None:
        """All that a step costs beside the training itself."""
        if self._last is not None and step.step <= self._last.step:  # it went back after an error
            self.validated.keep([each[0] < step.step for each in self.validated.items])
            if self.held is not None:
                self.held.cut(step.step - 1)
        self._last = step
        self.record.add(step)
        self._smooth = step.loss if not math.isfinite(self._smooth) else 0.95 * self._smooth + 0.05 * step.loss
        if step.validation is not None:
            found = [step.step, step.validation.mean, _finite(step.validation.half_width), step.is_best]
            self.validated.add(found)
            self._best = found if step.is_best else self._best
        if step.step % self._every == 0 or step.step >= self._target:
            self._readapt(step.step)
        if self.clock() - self._drawn >= REDRAW_SECONDS:
            self._redraw()

    def _readapt(self, meta_step: int) -> None:
        if self.held is not None and self._retrace is not None and self.held.last != meta_step:
            self.held.add(meta_step, self._retrace())
            self._held_is_new = True

    def _come_to_rest(self, after: str, failure: str) -> None:
        """The training has ended, for now: show where it stands."""
        try:
            if after in ("paused", "stopped"):
                self._readapt(self._control.step)
        except Exception as exc:
            after, failure = "failed", f"{type(exc).__name__}: {exc}"
        if threading.current_thread() is self._thread:
            time.sleep(max(0.0, min(REDRAW_SECONDS, self._drawn + REDRAW_SECONDS - self.clock())))
        with self.lock:
            self.phase, self.failure = after, failure
            self._redraw()

    def _redraw(self) -> None:
        with self.lock:
            self._drawn = self.clock()
            if self._last is not None:
                self._pace.append((self._drawn, self._last))
            self._show(self.phase, self._take_held())

    def _take_held(self) -> bool:
        new, self._held_is_new = self._held_is_new, False
        return new

    def figures(self) -> dict[str, Any]:
        """Where it stands, in JSON-able values; None for what is not known yet."""
        last, per_second, left = self._last, None, None
        if last is not None and len(self._pace) > 1:
            (begun, first), (now, _) = self._pace[0], self._pace[-1]
            if last.seconds > first.seconds:
                per_second = (last.episodes - first.episodes) / (last.seconds - first.seconds)
            if last.step > first.step:
                left = (now - begun) / (last.step - first.step) * max(0, self._target - last.step)
        return {
            "step": 0 if last is None else last.step,
            "stands_at": self._control.step,
            "episodes": 0 if last is None else last.episodes,
            "seconds": 0.0 if last is None else last.seconds,
            "loss": _finite(self._smooth),
            "episodes_per_second": per_second,
            "seconds_left": left,
            "best": self._best,
            "failure": self.failure,
        }


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
