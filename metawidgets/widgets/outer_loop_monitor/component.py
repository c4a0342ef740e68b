"""A component that controls and shows meta-training while it runs in the background, and replays its record afterwards."""

import math
import sys
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import traitlets as t

from metawidgets.errors import LearnerError
from metawidgets.records import MetaStep, Trace
from metawidgets.training.control import MetaControl
from metawidgets.widgets.base.card import picture
from metawidgets.widgets.base.component import Component
from metawidgets.widgets.base.selection import Selection
from metawidgets.widgets.outer_loop_monitor.history import History
from metawidgets.widgets.outer_loop_monitor.pausable_training import BUSY, PausableTraining
from metawidgets.widgets.outer_loop_monitor.state import MonitorState
from metawidgets.widgets.outer_loop_monitor.words import describe

__all__ = ["OuterLoopMonitor", "attended"]


class OuterLoopMonitor(Component):
    """A monitor of meta-training: loss, validation with its 95 % interval, gradient norm, learning rate, speed and time left.

    The monitor also adapts the learner to one held-out episode again and again, which shows how the initialisation improves.

    Start, pause, single step, stop and resume, the learning rate and the number of steps are controls in the browser and methods
    in Python. The training runs in a thread, so the notebook stays usable. Pause and stop take effect after the current task. The
    learner then has the parameters of its last complete outer step, and resuming gives the same losses as an uninterrupted
    training. The record is bounded: 600 points (each for several steps in a long training), 120 validations and 40 adaptations.
    It is sent at most four times a second. After the training, or in an exported page, the monitor replays the record.

    Args:
        meta_steps: `meta_steps(control)` trains and yields a `MetaStep` for each outer step. It reads the control's `meta_lr` and
            `steps` and calls `control.check()` between tasks. Called again with the same control, it continues; with a fresh
            control, it starts from the beginning.
        retrace: adapts the current learner to the held-out episode. `None`: there is no held-out episode.
        steps: outer steps to do.
        meta_lr: initial learning rate of the outer loop.
        every: outer steps between adaptations to the held-out episode; by default a 40th of `steps`.
        label: a title that names the learner and its data.
        settings: a line about the settings.
        metric: the metric of validation, "accuracy" or "mean squared error".
        validation: a line about the validation data.
        chance: accuracy of guessing.
        loss_unit: "nats" or "squared error".
        selection: a selection that other components share.

    Raises:
        LearnerError: if a number is out of range, or the learner cannot take the held-out episode.
    """

    phase = t.Unicode("ready", help="ready, running, pausing, paused, stopping, stopped, failed or finished").tag(
        sync=True, saved=True
    )
    history = t.Unicode("", help="the points of the record: see History.packed").tag(sync=True, saved=True)
    validations = t.List(help="[step, mean, half of the 95 % interval or None, best so far]").tag(sync=True, saved=True)
    figures = t.Dict(help="step, episodes, seconds, speed, time left, best validation").tag(sync=True, saved=True)
    meta_lr = t.Float(1e-3, help="learning rate of the outer loop, before the schedule scales it").tag(
        sync=True, saved=True
    )
    target = t.Int(1, help="outer steps to do").tag(sync=True, saved=True)
    follow = t.Bool(True, help="whether the newest outer step is shown, or `step`").tag(sync=True, saved=True)
    inner = t.Int(-1, help="index of the inner step shown of the held-out episode; -1 for the last").tag(
        sync=True, saved=True
    )

    actions: ClassVar[tuple[str, ...]] = ("start", "pause", "advance", "stop", "restart", "steer")
    # A restored monitor has no training, only these defaults and the record.
    _loop: PausableTraining | None = None
    _shown_failure = ""

    def __init__(
        self,
        meta_steps: Callable[[MetaControl], Iterator[MetaStep]],
        *,
        retrace: Callable[[], Trace] | None = None,
        steps: int,
        meta_lr: float,
        every: int | None = None,
        label: str = "Meta-training",
        settings: str = "",
        metric: str = "accuracy",
        validation: str = "",
        chance: float | None = None,
        loss_unit: str = "nats",
        selection: Selection | None = None,
        **kwargs: Any,
    ) -> None:
        if every is not None and every < 1:
            raise LearnerError(f"every={every!r} is not a number of outer steps; give at least 1.")
        super().__init__(selection=selection, **kwargs)
        self.target, self.meta_lr = steps, meta_lr
        self._about = {
            "label": label,
            "settings": settings,
            "metric": metric,
            "validation": validation,
            "chance": chance,
            "loss_unit": loss_unit,
            "steps": steps,
        }
        self._loop = PausableTraining(meta_steps, retrace, every or max(1, steps // 40), self._show)
        self._loop.steer(self.meta_lr, self.target)
        self.at_close(self.stop)
        self._show("ready", True)
        self.able = list(self.actions)

    # -- control ---------------------------------------------------------------------------------------------------------

    def start(self, *, more: int | None = None, background: bool | None = None) -> None:
        """Start the training, or resume it.

        Args:
            more: train for this many outer steps after the current one. This changes the number of steps to do.
            background: whether to train in a thread, or in this call until it is done. The default is a thread if a person
                uses the notebook, and this call if nobody does (papermill, a script), so that the next cell waits for the training.

        Raises:
            LearnerError: if the training is running already. Without `background`, errors of the training are raised too.
        """
        loop = self._training_loop
        if more is not None:
            if isinstance(more, bool) or not isinstance(more, int) or more < 1:
                raise LearnerError(f"more={more!r} is not a number of outer steps; give at least 1.")
            loop.refuse_if_training()
            self.target = self.figures["step"] + more
        loop.begin(None, attended() if background is None else background)

    resume = start

    def run(self, steps: int | None = None) -> None:
        """Train in this call until the training is done, or for `steps` outer steps. The record is the same as in the background.

        Raises:
            LearnerError: if the training is running already. Errors of the training are raised too.
        """
        if steps is not None and steps < 1:
            raise LearnerError(f"steps={steps!r} is not a number of outer steps; give at least 1, or none.")
        self._training_loop.begin(steps, background=False)

    def pause(self) -> None:
        """Pause after the current task. Do nothing if the training is not running."""
        self._training_loop.end("pausing", "paused")

    def stop(self) -> None:
        """Stop after the current task. The learner has the parameters of its last complete outer step; `resume` continues."""
        self._training_loop.end("stopping", "stopped")

    def restart(self, *, background: bool | None = None) -> None:
        """Discard the record and train from the beginning, with the learner's initial parameters.

        Raises:
            LearnerError: if the training is running.
        """
        self._training_loop.forget()
        self.follow = True
        self.start(background=background)

    @property
    def training(self) -> bool:
        """Whether the training is running."""
        return self._loop is not None and self._loop.phase in BUSY

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the training has ended or paused, or for `timeout` seconds. Return whether it has."""
        return self._loop is None or self._loop.wait(timeout)

    def do_start(self, more: Any = None) -> None:
        """Start or resume the training; with `more`, for this many outer steps after the last one."""
        if not self.training:
            self.start(more=more, background=True)

    def do_advance(self) -> None:
        """Train for a single outer step, then pause."""
        if not self.training:
            self._training_loop.begin(1, background=True)

    def do_pause(self) -> None:
        self.pause()

    def do_stop(self) -> None:
        self.stop()

    def do_restart(self, lose: Any = 0) -> None:
        """Start over. `lose` confirms the number of outer steps to discard: it must be the number of all steps done."""
        done = self.figures["step"]
        if done and lose != done:
            raise LearnerError(f"starting over would lose {done} outer steps; confirm it with lose={done}.")
        self.restart(background=True)

    def do_steer(self, meta_lr: Any = None, target: Any = None) -> None:
        if meta_lr is not None:
            self.meta_lr = float(meta_lr) if isinstance(meta_lr, int | float) and abs(meta_lr) < 1e38 else math.nan
        if target is not None:
            self.target = int(target) if isinstance(target, int | float) and target == target // 1 else 0

    @property
    def _training_loop(self) -> PausableTraining:
        if self._loop is None:
            raise LearnerError("this monitor was restored without its training; make it again with its learner.")
        return self._loop

    @t.validate("meta_lr")
    def _check_meta_lr(self, proposal: Any) -> float:
        if not 0 < proposal["value"] < math.inf:
            raise LearnerError(f"meta_lr={proposal['value']!r} is not a positive number; give one, such as 0.001.")
        return proposal["value"]

    @t.validate("target")
    def _check_target(self, proposal: Any) -> int:
        if not 1 <= proposal["value"] < 2**31:
            raise LearnerError(f"{proposal['value']!r} is not a number of outer steps; give at least 1.")
        return proposal["value"]

    @t.observe("meta_lr", "target")
    def _steer(self, _change: Any) -> None:
        if self._loop is not None:
            self._loop.steer(self.meta_lr, self.target)

    # -- what is shown -----------------------------------------------------------------------------------------------------

    def _show(self, phase: str, new_adaptation: bool) -> None:
        """Send the current record in one message, with the adaptations if there are new ones."""
        loop = self._training_loop
        with self.hold_sync():
            if new_adaptation:
                about = {**self._about, "held": None if loop.adaptations is None else loop.adaptations.config}
                self.pack({} if loop.adaptations is None else loop.adaptations.arrays(), **about)
            self.history, self.validations = loop.record.packed(), list(loop.validated.items)
            self.figures = loop.figures()
            self.phase = phase
            # Only for a new failure, so that a redraw does not clear another error
            if loop.failure != self._shown_failure:
                self.error = self._shown_failure = loop.failure

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take state from the browser, but not during a redraw."""
        if self._loop is None:
            return super().set_state(sync_data)
        with self._loop.lock:
            return super().set_state(sync_data)

    @property
    def shown(self) -> int:
        """The outer step shown. It is the newest step if `follow` is true, and `step` if `follow` is false."""
        newest = self.figures["step"]
        return newest if self.follow else min(max(self.step, 0), newest)

    def summary(self) -> str:
        """Return the training's progress, its best validation, and the adaptation to the held-out episode."""
        return describe(self._state())

    def png(self) -> bytes:
        """Return a PNG of the curves up to the step shown, and of the held-out episode at that step."""
        from metawidgets.widgets.outer_loop_monitor.picture import monitor_chart  # altair loads slowly

        return picture(monitor_chart(self._state()))

    def _state(self) -> MonitorState:
        return MonitorState(
            self.unpack(),
            self.config,
            History.unpacked(self.history),
            self.shown,
            phase=self.phase,
            figures=self.figures,
            validations=self.validations,
            meta_lr=self.meta_lr,
            target=self.target,
        )


def attended() -> bool:
    """Return whether a person uses this notebook: its front end takes input. papermill, nbconvert and scripts do not."""
    ipython = sys.modules.get("IPython")
    kernel = getattr(ipython.get_ipython() if ipython else None, "kernel", None)
    return bool(getattr(kernel, "_allow_stdin", False))
