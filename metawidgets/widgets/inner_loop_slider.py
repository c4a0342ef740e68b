"""How learners adapt, step by step: a scrubber over everything that their traces recorded, and the inner loop's settings."""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, Self

import traitlets as t

from metawidgets.episodes import Episode
from metawidgets.errors import TraceError, did_you_mean
from metawidgets.traces import Trace
from metawidgets.widgets.base import Component
from metawidgets.widgets.episode_state import unpack_episode
from metawidgets.widgets.inner_loop_settings import Choice, Retrace, Settings, choices_of
from metawidgets.widgets.inner_loop_state import is_drawn, named, pack_traces
from metawidgets.widgets.numbers import number_in_words
from metawidgets.widgets.selection import Selection
from metawidgets.widgets.trace_state import unpack_trace

__all__ = ["InnerLoopSlider"]

_VIEWS = {"curve": "fitted_curve", "regions": "decision_regions", "queries": "query_probabilities"}


class InnerLoopSlider(Component):
    """Traces, step by step, in the browser: play, pause, step, or drag; nothing is computed on the way.

    The main panel follows the episode: the fitted curve (regression of one number on one), the decision regions (2-D points), or
    every query's probabilities (images and other vectors). Beside it run loss, accuracy and gradient norm, and how far each
    layer has moved, where recorded. `step` is what Python observes. Pointing at an item shows it in detail, a click selects it.

    With `retrace`, inner rate, number of steps and the learners shown side by side are controls, and traits that Python may
    set: each change adapts the learners again, and what cannot be is refused with the last traces still standing. Without it
    (in an exported page, or restored from a dictionary) the controls say why they are off.

    Args:
        traces: one trace, or several of one episode to be shown side by side, by name if they are given as a mapping.
        selection: shared with other components.
        retrace: adapts again: `retrace(episode=..., inner_lr=..., inner_steps=..., shown=...)` gives one trace a name in `shown`;
            `None` stands for a learner's own setting.
        choices: all that `retrace` knows, in the order in which they are shown; by default the traces' learners.
        **kwargs: traits. `inner_lr` and `inner_steps` are the settings that the traces were made with (`None` for the learners'
            own), `shown` names the traces to be seen at first (by default all).

    Raises:
        TraceError: if the traces are of different episodes, lack what their panel draws, or are no choice.
        LearnerError: if a setting is out of range.
    """

    inner_lr = t.Float(None, allow_none=True, help="inner rate of all learners that have one; None: each its own").tag(
        sync=True, saved=True
    )
    inner_steps = t.Int(None, allow_none=True, help="inner steps of all that take them; None: each its own").tag(
        sync=True, saved=True
    )
    shown = t.List(t.Unicode(), help="names of the learners shown side by side").tag(sync=True, saved=True)

    actions = ("retrace",)
    js_parts: ClassVar[tuple[str, ...]] = (
        "scroll_canvas.js",
        "plot_axes.js",
        "plot_legend.js",
        "inner_loop_series.js",
        "inner_loop_layers.js",
        "inner_loop_points.js",
        "inner_loop_curve.js",
        "inner_loop_regions.js",
        "inner_loop_queries.js",
        "inner_loop_inspector.js",
        "inner_loop_controls.js",
    )

    # What only this object has; one that was restored from a dictionary has none of it.
    _retrace: Retrace | None = None
    _episode: Episode | None = None
    _following = False  # whether a change of a setting is one from outside, to be followed

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
        offered = {choice.name: choice.plain for choice in choices or choices_of(by_name)}
        for name in by_name:
            if name not in offered:
                raise TraceError(f"the trace of {name!r} is no choice; {did_you_mean(name, offered)}")
        by_name = {name: by_name[name] for name in offered if name in by_name}
        asked = (kwargs.pop("inner_lr", None), kwargs.pop("inner_steps", None), kwargs.pop("shown", list(by_name)))
        settings = Settings.checked(*asked, by_name)
        super().__init__(selection=selection, **kwargs)
        self._retrace, self._episode = retrace, next(iter(by_name.values())).episode
        self.able = ["retrace"] if retrace is not None else []
        self._show(by_name, settings, list(offered.values()))
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
        """Whether there is a panel for its episode: there is none for regression of several numbers, or on several."""
        return is_drawn(trace.episode)

    # -- settings ------------------------------------------------------------------------------------------------------------

    @property
    def names(self) -> list[str]:
        """All that can be shown."""
        return [choice["name"] for choice in self.config["choices"]]

    def adapt_to(self, episode: Episode) -> None:
        """Go on with another episode, with the settings as they are.

        Raises:
            MetawidgetsError: if a learner cannot take it; that is also shown, and the traces stay those of the last episode.
        """
        with self.showing_errors():
            self._adapt(Settings(self.inner_lr, self.inner_steps, tuple(self.shown)), episode)

    def do_retrace(
        self, inner_lr: float | None = None, inner_steps: int | None = None, shown: Sequence[str] | None = None
    ) -> None:
        """What the controls ask for: all settings at once. `None` for the learners' own rate or steps, or those now shown."""
        self._adapt(Settings.checked(inner_lr, inner_steps, self.shown if shown is None else shown, self.names))

    @t.observe("inner_lr", "inner_steps", "shown")
    def _on_setting(self, change: Any) -> None:
        if not self._following or change.new == change.old:
            return
        with self.showing_errors():
            try:
                settings = Settings.checked(self.inner_lr, self.inner_steps, self.shown, self.names)
                sent = {config["name"] for config in self.config["traces"]}
                if change.name == "shown" and sent.issuperset(settings.shown):
                    self._show(None, settings)  # all there already: shown or hidden without the learners
                else:
                    self._adapt(settings)
            except Exception:
                with self._unfollowed():
                    self.set_trait(change.name, change.old)
                raise

    def _adapt(self, settings: Settings, episode: Episode | None = None) -> None:
        if self._retrace is None:
            raise TraceError(
                "this InnerLoopSlider has no learners to adapt again; make one with instruments.inner_loop_slider(learners, episode)."
            )
        episode = episode or self.episode
        traces = self._retrace(
            episode=episode, inner_lr=settings.inner_lr, inner_steps=settings.inner_steps, shown=settings.shown
        )
        self._show(dict(zip(settings.shown, traces, strict=True)), settings, self.config["choices"])
        self._episode = episode

    def _show(self, traces: Mapping[str, Trace] | None, settings: Settings, choices: Any = None) -> None:
        """Send traces (or leave those that were sent), with the settings that they were made with, in one message."""
        arrays, config = ({}, {}) if traces is None else pack_traces(traces)
        moved = self._following and traces is not None
        at_end = moved and self.step >= self._last
        with self._unfollowed(), self.hold_sync():
            self.inner_lr, self.inner_steps, self.shown = settings.inner_lr, settings.inner_steps, list(settings.shown)
            if traces is not None:
                label = f"{_listed(list(traces))}, step by step: {config['title']}"
                more = {
                    "choices": choices,
                    "steps": max(map(len, traces.values())),
                    "retraces": self._retrace is not None,
                }
                self.pack(arrays, **config, label=label, **more)
            if moved:
                # Who looks at the end of the adaptation goes on doing so; any other step stays, as far as it was recorded.
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
        """The traces shown, with the channels that were sent."""
        arrays, episode = self.unpack(), unpack_episode(self.unpack(), self.config["episode"])
        return [unpack_trace(arrays, config, f"{i}.", episode) for i, config in self._visible()]

    @property
    def _last(self) -> int:
        return self.config["steps"] - 1

    def _visible(self) -> list[tuple[int, dict[str, Any]]]:
        sent = list(enumerate(self.config["traces"]))
        return [each for each in sent if each[1]["name"] in self.shown] or sent

    def summary(self) -> str:
        """One line a trace: the step, and the losses and accuracies there and before adaptation; the settings, if set."""
        lines = [
            _line(trace, config, self.step) for trace, (_, config) in zip(self.traces, self._visible(), strict=True)
        ]
        asked = {"inner_lr": self.inner_lr, "inner_steps": self.inner_steps}
        set_to = ", ".join(f"{name} {value:g}" for name, value in asked.items() if value is not None)
        return "\n".join([*lines, *([f"Set to {set_to}."] if set_to else [])])

    def png(self) -> bytes:
        """The main panel above the learning curves, one column a trace."""
        from metawidgets import views  # altair loads slowly, and only a picture needs it

        columns = []
        for trace in self.traces:
            step = _within(self.step, trace)
            wanted = [views.ALL[_VIEWS[self.config["kind"]]], views.learning_curves]
            columns.append([views.png(view(trace, step=step)) for view in wanted if view.refuses(trace) is None])
        return _pasted(columns)


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _within(step: int, trace: Trace) -> int:
    """The step as the browser shows it: a trace that ended earlier stays at its end."""
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


def _pasted(columns: Sequence[Sequence[bytes]]) -> bytes:
    from PIL import Image

    pictures = [[Image.open(io.BytesIO(png)).convert("RGB") for png in column] for column in columns]
    width = sum(max((p.width for p in column), default=0) for column in pictures)
    height = max(sum(p.height for p in column) for column in pictures)
    paper, x = Image.new("RGB", (max(1, width), max(1, height)), "white"), 0
    for column in pictures:
        y = 0
        for picture in column:
            paper.paste(picture, (x, y))
            y += picture.height
        x += max((p.width for p in column), default=0)
    buffer = io.BytesIO()
    paper.save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()
