"""A trace as a component's state, and back: what was sent to the browser is all that a restored component has."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from jaxtyping import Shaped

from metawidgets.episodes import Episode
from metawidgets.errors import TraceError
from metawidgets.traces import AXES, CHANNELS, Trace
from metawidgets.widgets.episode_state import pack_episode, unpack_episode

__all__ = ["pack_trace", "step_names", "unpack_trace"]

_STEPS = {
    "inner_step": "after {t} of {n} gradient steps",
    "write": "memory writes: {t} of {n}",
    "context_example": "support examples absorbed: {t} of {n}",
}


def step_names(trace: Trace) -> list[str]:
    """One phrase for each recorded state, as the step slider prints and speaks it."""
    n = len(trace) - 1
    names = [_STEPS[trace.axis].format(t=t, n=n) for t in range(n + 1)]
    names[0] = "before adaptation" if n else "as recorded"
    return [name.replace("1 of 1 gradient steps", "the gradient step") for name in names]


def pack_trace(
    trace: Trace, channels: Iterable[str], prefix: str = "", *, episode: bool = True
) -> tuple[dict[str, Shaped[np.ndarray, "..."]], dict[str, Any]]:
    """The arrays to send, and the small JSON beside them.

    Args:
        channels: those to send if the trace has them; the others stay behind.
        prefix: put before the channels' names, to tell several traces of one episode apart.
        episode: send the episode too; once is enough for traces that share it.
    """
    arrays: dict[str, np.ndarray] = {f"{prefix}{name}": trace[name] for name in channels if name in trace}
    if trace.probe is not None and "probe_outputs" in trace:
        arrays[f"{prefix}probe"] = trace.probe
    config: dict[str, Any] = {
        "axis": trace.axis,
        "axis_label": AXES[trace.axis],
        "learner": trace.learner,
        "meta": dict(trace.meta),
        "coords": {axis: list(names) for axis, names in trace.coords.items() if axis != "way"},
        "step_names": step_names(trace),
        "steps": len(trace),
    }
    if episode:
        of_episode, config["episode"] = pack_episode(trace.episode)
        arrays |= of_episode
    return arrays, config


def unpack_trace(
    arrays: Mapping[str, Shaped[np.ndarray, "..."]],
    config: Mapping[str, Any],
    prefix: str = "",
    episode: Episode | None = None,
) -> Trace:
    """The trace that `pack_trace` packed, with the channels that were sent.

    Raises:
        TraceError: if the state holds no trace of that prefix.
    """
    channels = {name: arrays[f"{prefix}{name}"] for name in CHANNELS if f"{prefix}{name}" in arrays}
    if not channels:
        raise TraceError(
            f"this component's state holds no channel of a trace ({prefix or 'no'} prefix); make it anew from a trace."
        )
    coords = {axis: tuple(names) for axis, names in config["coords"].items()}
    episode = episode or unpack_episode(arrays, config["episode"])
    return Trace(config["axis"], channels, episode, config["meta"], coords, arrays.get(f"{prefix}probe"))
