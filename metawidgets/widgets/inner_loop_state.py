"""Traces of one episode, side by side, as what the inner-loop slider sends to the browser."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Shaped

from metawidgets.episodes import Episode
from metawidgets.errors import TraceError
from metawidgets.traces import Trace
from metawidgets.widgets.episode_state import episode_title
from metawidgets.widgets.trace_state import pack_trace

__all__ = ["is_drawn", "named", "pack_traces"]

_SERIES = (
    "query_loss",
    "support_loss",
    "query_accuracy",
    "support_accuracy",
    "gradient_norm",
    "parameter_distance",
    "absorbed",
)
_MAIN = {
    "curve": ("outputs", "probe_outputs"),
    "regions": ("probabilities", "probe_outputs"),
    "queries": ("probabilities",),
}


def named(traces: Trace | Sequence[Trace] | Mapping[str, Trace]) -> dict[str, Trace]:
    """Traces by the name that they are shown under: the given one, or the learner's, numbered where several share it.

    Raises:
        TraceError: if there is none.
    """
    if isinstance(traces, Mapping):
        found = {str(name): trace for name, trace in traces.items()}
    else:
        found = {}
        for trace in [traces] if isinstance(traces, Trace) else traces:
            same = sum(each.learner == trace.learner for each in found.values())
            found[f"{trace.learner} {same + 1}" if same else trace.learner] = trace
    if not found:
        raise TraceError("InnerLoopSlider got no trace; give one, or several of one episode.")
    return found


def pack_traces(traces: Mapping[str, Trace]) -> tuple[dict[str, Shaped[np.ndarray, "..."]], dict[str, Any]]:
    """The arrays to send, and the small JSON beside them.

    Raises:
        TraceError: if the traces are of different episodes, or lack what their panel draws.
    """
    first = next(iter(traces.values()))
    e, kind = first.episode, _kind(first)
    arrays: dict[str, np.ndarray] = {}
    plain = []
    for i, (name, trace) in enumerate(traces.items()):
        if trace.episode.query_items != e.query_items or trace.episode.support_items != e.support_items:
            raise TraceError(
                f"trace {i} is of another episode than trace 0; give traces of one episode, or one slider each."
            )
        for channel in _MAIN[kind]:
            trace[channel]  # a trace without it explains itself
        packed, config = pack_trace(trace, (*_MAIN[kind], *_SERIES), f"{i}.", episode=i == 0)
        arrays |= packed
        plain.append(config | {"name": name})
    if kind == "curve" and (truth := _truth(e, arrays["0.probe"])) is not None:
        arrays["truth"] = truth
    if kind == "regions":
        for i in range(len(traces)):
            plain[i]["grid"] = _grid(arrays[f"{i}.probe"])
    return arrays, {
        "kind": kind,
        "episode": plain[0].pop("episode"),
        "traces": plain,
        "title": episode_title(e),
        "loss_unit": first.loss_unit,
    }


def is_drawn(e: Episode) -> bool:
    """Whether there is a panel for episodes of this kind: all but regression of several numbers, or on several."""
    return not e.is_regression or (e.item_shape == (1,) and e.output_dim == 1)


def _kind(trace: Trace) -> str:
    e = trace.episode
    if is_drawn(e):
        if e.is_regression:
            return "curve"
        return "regions" if e.item_shape == (2,) and "probe_outputs" in trace else "queries"
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
