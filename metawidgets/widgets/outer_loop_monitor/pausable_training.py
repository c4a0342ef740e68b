"""Meta-training in a thread that can be paused and stopped between tasks, with a record shown at most four times a second."""

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from metawidgets.errors import LearnerError, MetawidgetsError
from metawidgets.records import MetaStep, Trace
from metawidgets.training.control import MetaControl, Stopped
from metawidgets.widgets.outer_loop_monitor.episode_adaptations import EpisodeAdaptations
from metawidgets.widgets.outer_loop_monitor.history import History, Thinned

__all__ = ["BUSY", "REDRAW_SECONDS", "PausableTraining"]

REDRAW_SECONDS = 0.25
BUSY = ("running", "pausing", "stopping")


class PausableTraining:
    """A meta-training that can be paused, and its bounded record.

    Args:
        meta_steps, retrace: as for `OuterLoopMonitor`.
        every: outer steps between adaptations to the held-out episode.
        show: `show(phase, has_new_adaptations)`, called in the training's thread while it holds the lock.
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
        self.adaptations = EpisodeAdaptations(retrace()) if retrace is not None else None
        self._control, self._phase_at_rest = MetaControl(), "paused"
        self._thread: threading.Thread | None = None
        self._meta_lr, self._target = 0.0, 0
        self._drawn = -math.inf
        self._clear()

    def _clear(self) -> None:
        self.record.clear()
        self.validated.clear()
        self._last: MetaStep | None = None
        self._best: list[Any] | None = None
        self._has_new_adaptation = False
        self._pace: deque[tuple[float, MetaStep]] = deque(maxlen=20)

    # -- control ---------------------------------------------------------------------------------------------------------

    def steer(self, meta_lr: float, target: int) -> None:
        """Set the learning rate and the number of outer steps. The change takes effect at the next step."""
        self._meta_lr, self._target = meta_lr, target
        self._control.meta_lr, self._control.steps = meta_lr, target

    def begin(self, count: int | None, background: bool) -> None:
        """Start or resume the training, to the end or for `count` outer steps.

        Raises:
            LearnerError: if the training is running already. Without `background`, errors of the training are raised too.
        """
        with self.lock:
            self.refuse_if_training()
            self._control.go_on()
            self._phase_at_rest, self.failure = "paused", ""
            self._pace.clear()
            self.phase, self._drawn = "running", self.clock()
            self._show(self.phase, self._take_new_adaptation())
        if background:
            self._thread = threading.Thread(target=self._train_in_thread, args=(count,), name="outer-loop", daemon=True)
            self._thread.start()
        else:
            self._train(count)

    def end(self, now: str, then: str) -> None:
        """Tell the training to end after the current task. Show phase `now` at once, and phase `then` when it has ended."""
        with self.lock:
            if self.phase in BUSY:
                self._phase_at_rest, self.phase = then, now
                self._control.stop()
            elif self.phase == "paused":
                self.phase = then
            self._show(self.phase, False)

    def forget(self) -> None:
        """Discard the record. The training will start from the beginning, since it gets a new control.

        Raises:
            LearnerError: if the training is running.
        """
        with self.lock:
            self.refuse_if_training()
            self._control = MetaControl()
            self.steer(self._meta_lr, self._target)
            self._clear()
            if self.adaptations is not None:
                self.adaptations.cut(0)
                self._has_new_adaptation = True

    def wait(self, timeout: float | None = None) -> bool:
        if self._thread is not None:
            self._thread.join(timeout)
        return self.phase not in BUSY

    def refuse_if_training(self) -> None:
        """Raise `LearnerError` if the training is running."""
        if self.phase in BUSY:
            raise LearnerError("the training runs already; first call pause() or stop(), then wait().")

    # -- the training ------------------------------------------------------------------------------------------------------

    def _train_in_thread(self, count: int | None) -> None:
        try:
            self._train(count)
        except MetawidgetsError:
            pass  # the status line shows it
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
                # Do not break after the last step: the training still has to clean up after it.
                if self._control.stopping or (count is not None and done >= count and step.step < self._target):
                    after = self._phase_at_rest
                    break
        except Stopped:
            after = self._phase_at_rest
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
            self._record_end(after, failure)

    def _note(self, step: MetaStep) -> None:
        """Record an outer step, adapt to the held-out episode if it is time, and redraw if it is time."""
        if (
            self._last is not None and step.step <= self._last.step
        ):  # the training resumed from an earlier step after an error
            self.validated.keep([each[0] < step.step for each in self.validated.items])
            if self.adaptations is not None:
                self.adaptations.cut(step.step - 1)
        self._last = step
        self.record.add(step)
        if step.validation is not None:
            found = [step.step, step.validation.mean, _finite(step.validation.half_width), step.is_best]
            self.validated.add(found)
            self._best = found if step.is_best else self._best
        if step.step % self._every == 0 or step.step >= self._target:
            self._readapt(step.step)
        if self.clock() - self._drawn >= REDRAW_SECONDS:
            self._redraw()

    def _readapt(self, meta_step: int) -> None:
        if self.adaptations is not None and self._retrace is not None and self.adaptations.last != meta_step:
            self.adaptations.add(meta_step, self._retrace())
            self._has_new_adaptation = True

    def _record_end(self, after: str, failure: str) -> None:
        """Record and show that the training has ended or paused."""
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
            self._show(self.phase, self._take_new_adaptation())

    def _take_new_adaptation(self) -> bool:
        new, self._has_new_adaptation = self._has_new_adaptation, False
        return new

    def figures(self) -> dict[str, Any]:
        """Return the training's progress as JSON-serialisable values; `None` for values that are not known yet."""
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
            "loss": self.record.smoothed_loss,
            "episodes_per_second": per_second,
            "seconds_left": left,
            "best": self._best,
            "failure": self.failure,
        }


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
