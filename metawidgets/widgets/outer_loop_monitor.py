"""Live meta-training: steered from its component while it runs beside the notebook, and a replay of its record afterwards."""

import math
import sys
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import traitlets as t

from metawidgets.control import MetaControl
from metawidgets.errors import LearnerError
from metawidgets.results import MetaStep
from metawidgets.traces import Trace
from metawidgets.widgets.base import Component
from metawidgets.widgets.outer_loop_training import BUSY, OuterLoop
from metawidgets.widgets.selection import Selection

__all__ = ["OuterLoopMonitor", "attended"]


class OuterLoopMonitor(Component):
    """Meta-training while it runs: loss, validation with its 95 % interval, gradient norm, learning rate, pace and time left, and
    one held episode adapted to again every so often, so that one sees the initialisation become good.

    Start, pause, single step, stop and resume, the learning rate and the number of steps are buttons in the browser and
    methods here; the training runs in a thread, and the notebook stays free. Pause and stop take hold after the task in hand:
    the learner then has the parameters of its last whole outer step, and going on gives the same losses as a training
    that was never interrupted. The record is bounded (600 points, each of as many steps as it takes, 120 validations, 40
    adaptations) and sent four times a second at most. Once it ends, or is exported, it is a replay.

    Args:
        meta_steps: `meta_steps(control)` trains and yields a `MetaStep` per outer step. It looks at the control's `meta_lr`
            and `steps`, calls `control.check()` between tasks, and goes on where it was when it is called again with the same
            control. A fresh control means: from the beginning.
        retrace: adapts to the held episode with the learner as it stands now. None shows no held episode.
        steps: outer steps to do. meta_lr: the outer loop's learning rate to begin with.
        every: outer steps between adaptations to the held episode; by default a 40th of `steps`.
        label: what trains on what. settings: a line about how.
        metric: what validation measures, "accuracy" or "mean squared error".
        chance: accuracy of a guess. loss_unit: "nats" or "squared error".
        selection: shared with other components.

    Raises:
        LearnerError: if a number is out of range, or the learner cannot take the held episode.
    """

    phase = t.Unicode("ready", help="ready, running, pausing, paused, stopping, stopped, failed or finished").tag(
        sync=True, saved=True
    )
    history = t.Unicode("", help="the points of the record, see History.packed").tag(sync=True, saved=True)
    validations = t.List(help="[step, mean, half of the 95 % interval or None, best so far]").tag(sync=True, saved=True)
    figures = t.Dict(help="step, episodes, seconds, pace, time left, best validation").tag(sync=True, saved=True)
    meta_lr = t.Float(1e-3, help="learning rate of the outer loop, before its schedule").tag(sync=True, saved=True)
    target = t.Int(1, help="outer steps to do").tag(sync=True, saved=True)
    follow = t.Bool(True, help="whether the newest outer step is shown, or `step`").tag(sync=True, saved=True)
    inner = t.Int(-1, help="inner step shown of the held episode, as an index; -1 is the last").tag(
        sync=True, saved=True
    )

    actions: ClassVar[tuple[str, ...]] = ("start", "pause", "advance", "stop", "restart", "steer")
    js_parts: ClassVar[tuple[str, ...]] = (
        "scroll_canvas.js",
        "plot_axes.js",
        "plot_legend.js",
        "inner_loop_points.js",
        "outer_loop_record.js",
        "outer_loop_transport.js",
        "outer_loop_toolbar.js",
        "outer_loop_charts.js",
        "outer_loop_held.js",
        "outer_loop_queries.js",
    )

    # What only a monitor with its training has; one restored from a file shows what it recorded.
    _loop: OuterLoop | None = None
    _told = ""

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
        chance: float | None = None,
        loss_unit: str = "nats",
        selection: Selection | None = None,
        **kwargs: Any,
    ) -> None:
        if every is not None and every < 1:
            raise LearnerError(f"every={every!r} is not a number of outer steps; give at least 1.")
        super().__init__(selection=selection, **kwargs)
        self.target, self.meta_lr = steps, meta_lr
        self._about = {"label": label, "settings": settings, "metric": metric, "chance": chance, "loss_unit": loss_unit}
        self._loop = OuterLoop(meta_steps, retrace, every or max(1, steps // 40), self._show)
        self._loop.steer(self.meta_lr, self.target)
        self.at_close(self.stop)
        self._show("ready", True)
        self.able = list(self.actions)

    # -- steering --------------------------------------------------------------------------------------------------------

    def start(self, *, background: bool | None = None) -> None:
        """Train from the beginning, or go on.

        Args:
            background: in a thread beside the notebook, or here until it is done. By default beside where a person sits at
                the notebook; here where none does (papermill, a script), so that the training is done before the next cell.

        Raises:
            LearnerError: if it trains already; and whatever the training raises, where it runs here.
        """
        self._trained_by.begin(None, attended() if background is None else background)

    resume = start

    def run(self, steps: int | None = None) -> None:
        """Train here until it is done, or for so many outer steps, with everything recorded as beside the notebook.

        Raises:
            LearnerError: if it trains already; and whatever the training raises.
        """
        if steps is not None and steps < 1:
            raise LearnerError(f"steps={steps!r} is not a number of outer steps; give at least 1, or none.")
        self._trained_by.begin(steps, background=False)

    def pause(self) -> None:
        """Stop after the task in hand, for a while. Nothing to do where nothing runs."""
        self._trained_by.end("pausing", "paused")

    def stop(self) -> None:
        """Stop after the task in hand. The learner has the parameters of its last whole outer step; `resume` goes on."""
        self._trained_by.end("stopping", "stopped")

    def restart(self, *, background: bool | None = None) -> None:
        """Forget everything and train from the beginning, with the learner as it was then.

        Raises:
            LearnerError: if it trains.
        """
        self._trained_by.forget()
        self.follow = True
        self.start(background=background)

    @property
    def training(self) -> bool:
        """Whether it trains now."""
        return self._loop is not None and self._loop.phase in BUSY

    def wait(self, timeout: float | None = None) -> bool:
        """Until it trains no longer, or for so many seconds; whether it is at rest."""
        return self._loop is None or self._loop.wait(timeout)

    def do_start(self) -> None:
        if not self.training:
            self.start(background=True)

    def do_advance(self) -> None:
        """A single outer step, and pause again."""
        if not self.training:
            self._trained_by.begin(1, background=True)

    def do_pause(self) -> None:
        self.pause()

    def do_stop(self) -> None:
        self.stop()

    def do_restart(self) -> None:
        self.restart(background=True)

    def do_steer(self, meta_lr: Any = None, target: Any = None) -> None:
        if meta_lr is not None:
            self.meta_lr = float(meta_lr) if isinstance(meta_lr, int | float) and abs(meta_lr) < 1e38 else math.nan
        if target is not None:
            self.target = int(target) if isinstance(target, int | float) and target == target // 1 else 0

    @property
    def _trained_by(self) -> OuterLoop:
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

    def _show(self, phase: str, held: bool) -> None:
        """Send the record as it stands, in one message; with the adaptations where there are new ones."""
        loop = self._trained_by
        with self.hold_sync():
            if held:
                about = {**self._about, "held": None if loop.held is None else loop.held.config}
                self.pack({} if loop.held is None else loop.held.arrays(), **about)
            self.history, self.validations = loop.record.packed(), list(loop.validated.items)
            self.figures = loop.figures()
            self.phase = phase
            if loop.failure != self._told:  # else a complaint about a setting would be gone at the next redraw
                self.error = self._told = loop.failure

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """State arriving from the browser; not in the middle of a redraw."""
        if self._loop is None:
            return super().set_state(sync_data)
        with self._loop.lock:
            return super().set_state(sync_data)

    @property
    def shown(self) -> int:
        """The outer step shown: `step`, or the newest while it follows."""
        newest = self.figures["step"]
        return newest if self.follow else min(max(self.step, 0), newest)

    def summary(self) -> str:
        """Where the training stands, its best validation, and what the held episode shows."""
        from metawidgets.widgets.outer_loop_still import describe

        return describe(self)

    def png(self) -> bytes:
        """The curves up to the step shown, and the held episode there."""
        from metawidgets.widgets.outer_loop_still import draw  # Pillow's fonts are loaded only by who draws

        return draw(self)


def attended() -> bool:
    """Whether a person sits at this notebook: its front end takes input. papermill's and nbconvert's do not, a script has none."""
    ipython = sys.modules.get("IPython")
    kernel = getattr(ipython.get_ipython() if ipython else None, "kernel", None)
    return bool(getattr(kernel, "_allow_stdin", False))
