"""The data that the inner-loop slider sends to the browser: traces of one episode, and the choices."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Shaped

from metawidgets.episodes import Episode
from metawidgets.errors import TraceError
from metawidgets.records import Trace
from metawidgets.widgets.base.episode_facts import episode_title
from metawidgets.widgets.base.packed_episode import pack_episode
from metawidgets.widgets.base.packed_trace import pack_trace
from metawidgets.widgets.inner_loop_slider.settings import Choice

__all__ = ["is_drawn", "named", "pack_choices", "pack_own_episode", "pack_traces"]

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
    """Return traces by displayed name: the given names, or else the learners' names, numbered if several are the same.

    Raises:
        TraceError: if `traces` is empty.
    """
    if isinstance(traces, Mapping):
        found = {str(name): trace for name, trace in traces.items()}
    else:
        found = {}
        for trace in [traces] if isinstance(traces, Trace) else traces:
            same = sum(each.learner == trace.learner for each in found.values())
            found[f"{trace.learner} {same + 1}" if same else trace.learner] = trace
    if not found:
        raise TraceError("InnerLoopSlider has no trace to show; give one, or several of one episode.")
    return found


def pack_traces(traces: Mapping[str, Trace]) -> tuple[dict[str, Shaped[np.ndarray, "..."]], dict[str, Any]]:
    """Return the arrays to send, and a JSON-able dictionary of the other values.

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
                f"trace {i} is of another episode than trace 0; give traces of one episode, or make one slider for each."
            )
        for channel in _MAIN[kind]:
            trace[channel]  # a trace without the channel raises an error that explains it
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


def pack_choices(choices: Sequence[Choice]) -> tuple[dict[str, Shaped[np.ndarray, "..."]], list[dict[str, Any]]]:
    """Return the arrays and JSON of all choices, with the inner loops that the browser can run."""
    arrays: dict[str, np.ndarray] = {}
    plain = []
    for k, choice in enumerate(choices):
        loop = None
        if choice.inner_loop is not None:
            of_loop, loop = choice.inner_loop.packed(f"loop.{k}.")
            arrays |= of_loop
        meta = {name: choice.meta[name] for name in ("learner", "title", "hyper", "statistics") if name in choice.meta}
        own = {"name": choice.name, "inner_lr": choice.inner_lr, "inner_steps": choice.inner_steps, "note": choice.note}
        plain.append({**own, "inner_loop": loop, "meta": meta})
    return arrays, plain


def pack_own_episode(episode: Episode | None) -> tuple[dict[str, Shaped[np.ndarray, "..."]], dict[str, Any] | None]:
    """Return the arrays and JSON of the original episode, if the traces are of an episode with edited points."""
    if episode is None:
        return {}, None
    arrays, plain = pack_episode(episode)
    return {f"own.{name}": array for name, array in arrays.items()}, plain


def is_drawn(e: Episode) -> bool:
    """Return whether there is a panel for episodes of this kind. Regressions of or on several numbers have no panel."""
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
    """Return the sine curve that the episode was drawn from, or `None` if its task has none."""
    if not {"amplitude", "phase"} <= set(e.task):
        return None
    return (e.task["amplitude"] * np.sin(probe[:, 0] - e.task["phase"])).astype(np.float32)


def _grid(probe: Float[np.ndarray, "probe 2"]) -> dict[str, Any]:
    """Return the columns, rows and corners of a grid of points that is given row by row.

    Raises:
        TraceError: if the points do not form such a grid.
    """
    across = int(np.argmax(probe[:, 1] != probe[0, 1])) or len(probe)
    up = len(probe) // across
    regular = np.stack([np.tile(probe[:across, 0], up), np.repeat(probe[::across, 1][:up], across)], -1)
    if across < 2 or up < 2 or regular.shape != probe.shape or not np.allclose(regular, probe, atol=1e-5):
        raise TraceError(
            f"the {len(probe)} probe points do not form a grid, so no regions can be drawn; trace without probe= for the default "
            "grid of 33 x 33."
        )
    return {
        "across": across,
        "up": up,
        "x": [float(probe[0, 0]), float(probe[-1, 0])],
        "y": [float(probe[0, 1]), float(probe[-1, 1])],
    }
