"""A component that shows how learners adapt, step by step, with a slider over their traces and the inner loop's settings."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Self

import traitlets as t

from metawidgets.episodes import Episode
from metawidgets.errors import TraceError, did_you_mean
from metawidgets.records import Trace
from metawidgets.widgets.base.card import pasted
from metawidgets.widgets.base.component import Component
from metawidgets.widgets.base.messages import number_in_words
from metawidgets.widgets.base.packed_episode import unpack_episode
from metawidgets.widgets.base.packed_trace import unpack_trace
from metawidgets.widgets.base.selection import Selection
from metawidgets.widgets.inner_loop_slider.packed_traces import (
    is_drawn,
    named,
    pack_choices,
    pack_own_episode,
    pack_traces,
)
from metawidgets.widgets.inner_loop_slider.points import edited
from metawidgets.widgets.inner_loop_slider.settings import Choice, Retrace, Settings, choices_of

__all__ = ["InnerLoopSlider"]

_VIEWS = {"curve": "fitted_curve", "regions": "decision_regions", "queries": "query_probabilities"}


class InnerLoopSlider(Component):
    """A slider over one or several traces: play, pause, step or drag. All recorded steps are in the browser.

    The main panel depends on the episode: the fitted curve (regression of one number on one), the decision regions (2-D points),
    or every query's probabilities (images and other vectors). Beside it are the curves of loss, accuracy and gradient norm, and
    the distance that each layer has moved, where recorded. Python observes `step`. Pointing at an item shows it in detail; a
    click selects it.

    With `retrace`, the inner learning rate, the number of steps and the learners shown are controls, and traits that Python may
    set. Each change adapts the learners again. An invalid change is refused, and the last traces stay. Points of a curve or of
    the plane can be added, dragged and removed. The browser itself adapts learners whose choice has an `inner_loop`, at once and
    also in an exported page; Python's traces replace the browser's when the reader pauses. For other learners in a page without
    Python, the controls say that they need Python.

    Args:
        traces: one trace, or several of one episode, shown side by side; a mapping gives their names.
        selection: a selection that other components share.
        retrace: adapts again: `retrace(episode=..., inner_lr=..., inner_steps=..., shown=...)` returns one trace for each name in
            `shown`. `None` stands for a learner's own setting.
        choices: everything that `retrace` can adapt, in the order shown; by default the traces' learners.
        **kwargs: traits. `inner_lr` and `inner_steps` are the settings that the traces were made with (`None` for the learners'
            own); `shown` names the traces shown at first (by default all).

    Raises:
        TraceError: if the traces are of different episodes, lack what their panel draws, or are not among the choices.
        LearnerError: if a setting is out of range.
    """

    inner_lr = t.Float(
        None, allow_none=True, help="inner learning rate of all learners that have one; None: their own rates"
    ).tag(sync=True, saved=True)
    inner_steps = t.Int(
        None, allow_none=True, help="inner steps of all learners that take them; None: their own numbers"
    ).tag(sync=True, saved=True)
    shown = t.List(t.Unicode(), help="names of the learners shown side by side").tag(sync=True, saved=True)

    actions = ("retrace",)
    # A component restored from a dictionary has only these defaults.
    _retrace: Retrace | None = None
    _episode: Episode | None = None
    _own: Episode | None = None  # the original episode, while the reader's edited points replace it
    _offered: tuple[dict[str, Any], list[dict[str, Any]]] = ({}, [])
    _following = False  # whether to adapt again when a setting changes; off while this class itself sets them

    def __init__(
        self,
        traces: Trace | Sequence[Trace] | Mapping[str, Trace],
        selection: Selection | None = None,
        *,
        retrace: Retrace | None = None,
        choices: Sequence[Choice] = (),
        **kwargs: Any,
    ) -> None:
        by_name = named(traces)
        offered = {choice.name: choice for choice in choices or choices_of(by_name)}
        for name in by_name:
            if name not in offered:
                raise TraceError(f"the trace of {name!r} is not among the choices; {did_you_mean(name, offered)}")
        by_name = {name: by_name[name] for name in offered if name in by_name}
        asked = (kwargs.pop("inner_lr", None), kwargs.pop("inner_steps", None), kwargs.pop("shown", list(by_name)))
        settings = Settings.checked(*asked, by_name)
        super().__init__(selection=selection, **kwargs)
        self._retrace, self._episode = retrace, next(iter(by_name.values())).episode
        self.able = ["retrace"] if retrace is not None else []
        self._offered = pack_choices(list(offered.values()))
        self._show(by_name, settings)
        if "step" not in kwargs:
            self.step = self._last
        self._following = True

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], *, selection: Selection | None = None) -> Self:
        component = super().from_dict(data, selection=selection)
        component._following = True
        return component

    @staticmethod
    def shows(trace: Trace) -> bool:
        """Return whether there is a panel for the trace's episode. Regressions of or on several numbers have no panel."""
        return is_drawn(trace.episode)

    # -- settings ------------------------------------------------------------------------------------------------------------

    @property
    def names(self) -> list[str]:
        """The names of all choices."""
        return [choice["name"] for choice in self.config["choices"]]

    def adapt_to(self, episode: Episode) -> None:
        """Adapt the learners to another episode, with the current settings.

        Raises:
            MetawidgetsError: if a learner cannot take the episode. The component also shows the error, and keeps its traces.
        """
        with self.showing_errors():
            self._adapt(Settings(self.inner_lr, self.inner_steps, tuple(self.shown)), episode, own=None)

    def do_retrace(
        self,
        inner_lr: float | None = None,
        inner_steps: int | None = None,
        shown: Sequence[str] | None = None,
        points: Any = None,
    ) -> None:
        """Adapt again with the settings of the browser's controls. `None` stands for the learners' own rate or steps, the learners
        now shown, or the points of the episode that was given."""
        settings = Settings.checked(inner_lr, inner_steps, self.shown if shown is None else shown, self.names)
        given = self._own or self.episode
        if points is None:
            self._adapt(settings, given, own=None)
        else:
            self._adapt(settings, edited(given, points), own=given)

    @t.observe("inner_lr", "inner_steps", "shown")
    def _on_setting(self, change: Any) -> None:
        if not self._following or change.new == change.old:
            return
        with self.showing_errors():
            try:
                settings = Settings.checked(self.inner_lr, self.inner_steps, self.shown, self.names)
                sent = {config["name"] for config in self.config["traces"]}
                if change.name == "shown" and sent.issuperset(settings.shown):
                    self._show(None, settings)  # their traces were sent already, so no learner has to adapt
                else:
                    self._adapt(settings, self.episode, own=self._own)
            except Exception:
                with self._unfollowed():
                    self.set_trait(change.name, change.old)
                raise

    def _adapt(self, settings: Settings, episode: Episode, own: Episode | None) -> None:
        if self._retrace is None:
            raise TraceError(
                "this InnerLoopSlider has no learners to adapt again; make one with instruments.inner_loop_slider(learners, episode)."
            )
        traces = self._retrace(
            episode=episode, inner_lr=settings.inner_lr, inner_steps=settings.inner_steps, shown=settings.shown
        )
        self._show(dict(zip(settings.shown, traces, strict=True)), settings, own)
        self._episode, self._own = episode, own

    def _show(self, traces: Mapping[str, Trace] | None, settings: Settings, own: Episode | None = None) -> None:
        """Send traces and the settings that they were made with, in one message. `None` keeps the traces sent before."""
        arrays, config = ({}, {}) if traces is None else pack_traces(traces)
        moved = self._following and traces is not None
        at_end = moved and self.step >= self._last
        with self._unfollowed(), self.hold_sync():
            self.inner_lr, self.inner_steps, self.shown = settings.inner_lr, settings.inner_steps, list(settings.shown)
            if traces is not None:
                label = f"{_listed(list(traces))}, step by step: {config['title']}"
                of_choices, choices = self._offered
                of_own, own_episode = pack_own_episode(own)
                more = {
                    "choices": choices,
                    "own_episode": own_episode,
                    "steps": max(map(len, traces.values())),
                    "retraces": self._retrace is not None,
                }
                self.pack({**arrays, **of_choices, **of_own}, **config, label=label, **more)
            if moved:
                # A reader who was at the last step stays at the last step; any other reader keeps the step if it exists.
                self.step = self._last if at_end else min(self.step, self._last)

    @contextmanager
    def _unfollowed(self) -> Iterator[None]:
        before, self._following = self._following, False
        try:
            yield
        finally:
            self._following = before

    # -- what is shown -------------------------------------------------------------------------------------------------------

    @property
    def episode(self) -> Episode:
        """The episode that all traces adapted to."""
        return self._episode or unpack_episode(self.unpack(), self.config["episode"])

    @property
    def traces(self) -> list[Trace]:
        """The traces shown, with only the channels that were sent."""
        arrays, episode = self.unpack(), unpack_episode(self.unpack(), self.config["episode"])
        return [unpack_trace(arrays, config, f"{i}.", episode) for i, config in self._visible()]

    @property
    def _last(self) -> int:
        return self.config["steps"] - 1

    def _visible(self) -> list[tuple[int, dict[str, Any]]]:
        sent = list(enumerate(self.config["traces"]))
        return [each for each in sent if each[1]["name"] in self.shown] or sent

    def summary(self) -> str:
        """Return a line for each visible trace (its step, losses and accuracies before adaptation and now), and the settings in use."""
        lines = [
            _line(trace, config, self.step) for trace, (_, config) in zip(self.traces, self._visible(), strict=True)
        ]
        asked = {"inner_lr": self.inner_lr, "inner_steps": self.inner_steps}
        set_to = ", ".join(f"{name} {value:g}" for name, value in asked.items() if value is not None)
        return "\n".join([*lines, *([f"Set to {set_to}."] if set_to else [])])

    def png(self) -> bytes:
        """Return a PNG with one column for each trace: the main panel, and below it the learning curves."""
        from metawidgets import views  # altair loads slowly

        columns = []
        for trace in self.traces:
            step = _within(self.step, trace)
            wanted = [views.ALL[_VIEWS[self.config["kind"]]], views.learning_curves]
            columns.append([views.png(view(trace, step=step)) for view in wanted if view.refuses(trace) is None])
        return pasted(columns)


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _within(step: int, trace: Trace) -> int:
    """Return the step that the browser shows, or the last step of a trace that is shorter."""
    return min(max(step, 0), len(trace) - 1)


def _line(trace: Trace, config: Mapping[str, Any], step: int) -> str:
    t = _within(step, trace)
    parts = []
    for name in ("query_loss", "support_loss", "query_accuracy", "support_accuracy"):
        if name in trace:
            unit = f" ({trace.loss_unit})" if name == "query_loss" else ""
            before = f", before {number_in_words(trace[name][0])}" if t else ""
            parts.append(f"{name.replace('_', ' ')} {number_in_words(trace[name][t])}{before}{unit}")
    return f"{config['name']}, {config['step_names'][t]}: {'; '.join(parts)}."
