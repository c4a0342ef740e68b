"""Conversion of a trace into a component's state and back. A restored component has only the channels that were sent."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Shaped

from metawidgets.episodes import Episode
from metawidgets.errors import TraceError
from metawidgets.records import AXES, CHANNELS, Trace
from metawidgets.widgets.base.packed_episode import pack_episode, unpack_episode

__all__ = ["names_of_states", "pack_trace", "step_names", "unpack_trace"]

_STEPS = {
    "inner_step": "after {t} of {n} gradient steps",
    "write": "memory writes: {t} of {n}",
    "context_example": "support examples absorbed: {t} of {n}",
}


def step_names(trace: Trace) -> list[str]:
    """Return one phrase for each recorded state of a trace, such as "after 2 of 5 gradient steps", for the step slider."""
    return names_of_states(trace.axis, trace.states, trace.n_steps)


def names_of_states(axis: str, states: Sequence[int], n: int) -> list[str]:
    """Return one phrase for each of `states`, which are step numbers out of `n` steps."""
    first = "before adaptation" if n else "as recorded"
    names = [_STEPS[axis].format(t=t, n=n) if t else first for t in states]
    return [name.replace("1 of 1 gradient steps", "the gradient step") for name in names]


def pack_trace(
    trace: Trace, channels: Iterable[str], prefix: str = "", *, episode: bool = True
) -> tuple[dict[str, Shaped[np.ndarray, "..."]], dict[str, Any]]:
    """Return the trace's arrays to send, and a JSON-able dictionary of its other fields.

    Args:
        channels: the channels to send. Channels that the trace does not have are skipped.
        prefix: prepended to the channels' names, to distinguish several traces of one episode.
        episode: whether to send the episode too. Once is enough for traces that share it.
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
    """Return the trace that `pack_trace` packed, with the channels that were sent.

    Raises:
        TraceError: if `arrays` holds no channel with this prefix.
    """
    channels = {name: arrays[f"{prefix}{name}"] for name in CHANNELS if f"{prefix}{name}" in arrays}
    if not channels:
        raise TraceError(
            f"this component's state holds no channel of a trace (prefix {prefix!r}); make the component again from a trace."
        )
    coords = {axis: tuple(names) for axis, names in config["coords"].items()}
    episode = episode or unpack_episode(arrays, config["episode"])
    return Trace(config["axis"], channels, episode, config["meta"], coords, arrays.get(f"{prefix}probe"))
