"""How a learner adapts, step by step: a scrubber over everything that a trace recorded."""

import io
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Float, Shaped

from metawidgets.episodes import Episode
from metawidgets.errors import TraceError
from metawidgets.traces import Trace
from metawidgets.widgets.base import Component
from metawidgets.widgets.episode_state import episode_title, unpack_episode
from metawidgets.widgets.selection import Selection
from metawidgets.widgets.trace_state import pack_trace, unpack_trace

__all__ = ["InnerLoopSlider"]

_SERIES = ("query_loss", "support_loss", "query_accuracy", "support_accuracy", "gradient_norm", "absorbed")
_MAIN = {
    "curve": ("outputs", "probe_outputs"),
    "regions": ("probabilities", "probe_outputs"),
    "queries": ("probabilities",),
}
_VIEWS = {"curve": "fitted_curve", "regions": "decision_regions", "queries": "query_probabilities"}


class InnerLoopSlider(Component):
    """A trace, step by step, in the browser: play, pause, step, or drag; nothing is computed on the way.

    The main panel follows the episode: the fitted curve (regression of one number on one), the decision regions (2-D points), or
    every query's probabilities (images and other vectors). Beside it run loss, accuracy and gradient norm, where recorded.
    `step` is what Python observes. Pointing at an item shows it in detail, a click selects it.

    Args:
        trace: one trace, or several of one episode to be shown side by side.
        selection: shared with other components.

    Raises:
        TraceError: if the traces are of different episodes, or lack what their panel draws.
    """

    js_parts: ClassVar[tuple[str, ...]] = (
        "scroll_canvas.js",
        "plot_axes.js",
        "plot_legend.js",
        "inner_loop_series.js",
        "inner_loop_points.js",
        "inner_loop_curve.js",
        "inner_loop_regions.js",
        "inner_loop_queries.js",
        "inner_loop_inspector.js",
    )

    def __init__(self, trace: Trace | Sequence[Trace], selection: Selection | None = None, **kwargs: Any) -> None:
        super().__init__(selection=selection, **kwargs)
        traces = [trace] if isinstance(trace, Trace) else list(trace)
        if not traces:
            raise TraceError("InnerLoopSlider got no trace; give one, or several of one episode.")
        e, kind = traces[0].episode, _kind(traces[0])
        arrays: dict[str, np.ndarray] = {}
        plain = []
        for i, each in enumerate(traces):
            if each.episode.query_items != e.query_items or each.episode.support_items != e.support_items:
                raise TraceError(
                    f"trace {i} is of another episode than trace 0; give traces of one episode, or one slider each."
                )
            for name in _MAIN[kind]:
                each[name]  # a trace without it explains itself
            packed, config = pack_trace(each, (*_MAIN[kind], *_SERIES), f"{i}.", episode=i == 0)
            arrays |= packed
            plain.append(config)
        if kind == "curve" and (truth := _truth(e, arrays["0.probe"])) is not None:
            arrays["truth"] = truth
        if kind == "regions":
            for i in range(len(traces)):
                plain[i]["grid"] = _grid(arrays[f"{i}.probe"])
        learners = [t.learner for t in traces]
        self.pack(
            arrays,
            kind=kind,
            traces=plain,
            episode=plain[0].pop("episode"),
            steps=max(map(len, traces)),
            label=f"{' and '.join(dict.fromkeys(learners))}, step by step: {episode_title(e)}",
            loss_unit=traces[0].loss_unit,
        )
        if "step" not in kwargs:
            self.step = self.config["steps"] - 1

    @property
    def episode(self) -> Episode:
        """The episode that all traces adapted to."""
        return unpack_episode(self.unpack(), self.config["episode"])

    @property
    def traces(self) -> list[Trace]:
        """The traces shown, with the channels that were sent."""
        arrays, episode = self.unpack(), self.episode
        return [unpack_trace(arrays, config, f"{i}.", episode) for i, config in enumerate(self.config["traces"])]

    def summary(self) -> str:
        """One line a trace: the step, and the losses and accuracies there and before adaptation."""
        return "\n".join(
            _line(trace, config, self.step) for trace, config in zip(self.traces, self.config["traces"], strict=True)
        )

    def png(self) -> bytes:
        """The main panel above the learning curves, one column a trace."""
        from metawidgets import views  # altair loads slowly, and only a picture needs it

        columns = []
        for trace in self.traces:
            step = _within(self.step, trace)
            wanted = [views.ALL[_VIEWS[self.config["kind"]]], views.learning_curves]
            columns.append([views.png(view(trace, step=step)) for view in wanted if view.refuses(trace) is None])
        return _pasted(columns)


def _kind(trace: Trace) -> str:
    e = trace.episode
    if not e.is_regression:
        return "regions" if e.item_shape == (2,) and "probe_outputs" in trace else "queries"
    if e.item_shape == (1,) and e.output_dim == 1:
        return "curve"
    raise TraceError(
        f"InnerLoopSlider draws regression of one number on one number, and this episode has items of shape {e.item_shape} and "
        f"{e.output_dim} targets; views.learning_curves(trace) shows its losses."
    )


def _truth(e: Episode, probe: Float[np.ndarray, "probe 1"]) -> Float[np.ndarray, " probe"] | None:
    """The sine curve that the episode was drawn from, if its task says so."""
    if not {"amplitude", "phase"} <= set(e.task):
        return None
    return (e.task["amplitude"] * np.sin(probe[:, 0] - e.task["phase"])).astype(np.float32)


def _grid(probe: Float[np.ndarray, "probe 2"]) -> dict[str, Any]:
    """Columns, rows and corners of a grid of points given row by row.

    Raises:
        TraceError: if the points are no such grid.
    """
    across = int(np.argmax(probe[:, 1] != probe[0, 1])) or len(probe)
    up = len(probe) // across
    regular = np.stack([np.tile(probe[:across, 0], up), np.repeat(probe[::across, 1][:up], across)], -1)
    if across < 2 or up < 2 or regular.shape != probe.shape or not np.allclose(regular, probe, atol=1e-5):
        raise TraceError(
            f"the {len(probe)} probe points are no grid, so there are no regions to draw; trace without probe= for the usual 33 x 33."
        )
    return {
        "across": across,
        "up": up,
        "x": [float(probe[0, 0]), float(probe[-1, 0])],
        "y": [float(probe[0, 1]), float(probe[-1, 1])],
    }


def _within(step: int, trace: Trace) -> int:
    """The step as the browser shows it: a trace that ended earlier stays at its end."""
    return min(max(step, 0), len(trace) - 1)


def _line(trace: Trace, config: Mapping[str, Any], step: int) -> str:
    t = _within(step, trace)
    parts = []
    for name in ("query_loss", "support_loss", "query_accuracy", "support_accuracy"):
        if name in trace:
            unit = f" ({trace.loss_unit})" if name == "query_loss" else ""
            before = f", before {_number(trace[name][0])}" if t else ""
            parts.append(f"{name.replace('_', ' ')} {_number(trace[name][t])}{before}{unit}")
    return f"{trace.learner}, {config['step_names'][t]}: {'; '.join(parts)}."


def _number(value: Shaped[np.ndarray, ""] | float) -> str:
    if np.isnan(value):
        return "not a number"
    return f"{float(value):.3g}" if np.isfinite(value) else "infinite"


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
