"""The arrays that a `PrototypeHeatmap` sends: embeddings, from which the browser computes distances, and a retraced episode."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from metawidgets.errors import TraceError
from metawidgets.records import Trace
from metawidgets.widgets.base.distances import METRIC_NAMES
from metawidgets.widgets.prototype_heatmap.edits import EditedSupport

__all__ = [
    "MOST_BYTES",
    "MOST_RECORDED",
    "decision_rule",
    "embedding_arrays",
    "fewer_states",
    "in_order",
    "retraced_arrays",
    "retraced_space",
    "space_present",
    "steps_computed",
]

MOST_BYTES = 3 * 2**20
"""Most bytes of embeddings that are sent to the browser."""
MOST_RECORDED = 5 * 2**20
"""Most bytes of recorded distances and probabilities that are sent."""


def embedding_arrays(trace: Trace, pool: Trace | None) -> tuple[dict[str, np.ndarray], str]:
    """Return the embeddings to send and an empty reason, or no embeddings and the reason."""
    wanted = ("embeddings", "support_embeddings")
    if not all(name in trace for name in wanted):
        return {}, f"{trace.learner} records no embeddings"
    if any(not np.array_equal(trace[name][0], trace[name][-1], equal_nan=True) for name in wanted):
        return {}, f"the embeddings of {trace.learner} change from step to step"
    arrays = {"space.queries": trace["embeddings"][-1], "space.support": trace["support_embeddings"][-1]}
    if pool is not None and all(name in pool for name in wanted):
        arrays["space.pool"] = np.concatenate([pool[name][-1] for name in reversed(wanted)])
    size = sum(4 * a.size for a in arrays.values())
    if size > MOST_BYTES:
        return {}, f"the embeddings take {size / 2**20:.1f} MB, and at most {MOST_BYTES // 2**20} MB are sent"
    if not all(np.isfinite(a).all() for a in arrays.values()):
        return {}, "some embeddings are not finite"
    arrays["space.present"] = space_present(trace)
    return arrays, ""


def space_present(trace: Trace) -> np.ndarray:
    """Return which support items the learner has read by each recorded state, `(state, support)`."""
    n = len(trace.episode.support_y)
    return trace["absorbed"].astype(np.uint8) if "absorbed" in trace else np.ones((len(trace), n), np.uint8)


def decision_rule(trace: Trace, arrays: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """Return the learner's metric and the factor on distances in its softmax, if the sent embeddings reproduce its distances.

    This is so if the learner declares that it compares with class means, in a metric that the browser has.
    """
    rule = trace.distance_rule
    if (
        rule is None
        or "space.support" not in arrays
        or rule.reference != "class_mean"
        or rule.metric not in METRIC_NAMES
    ):
        return {"own": "", "scale": None}
    return {"own": rule.metric, "scale": rule.scale if "probabilities" in trace else None}


def in_order(trace: Trace) -> bool:
    """Return whether each step reads the next support example, so that the step's number determines the examples read."""
    if "absorbed" not in trace or trace.axis != "context_example" or trace.n_steps != len(trace.episode.support_y):
        return False
    numbers = np.arange(len(trace.episode.support_y))
    return all(np.array_equal(row, numbers < t) for row, t in zip(trace["absorbed"] > 0, trace.states, strict=True))


def steps_computed(trace: Trace, rule: Mapping[str, Any]) -> bool:
    """Return whether the browser computes the distances of every step from embeddings.

    It does so if it can, and if the recorded distances are too large to send or some steps were not recorded.
    """
    return (
        bool(rule["own"])
        and in_order(trace)
        and (_recorded_bytes(trace) > MOST_RECORDED or len(trace) <= trace.n_steps)
    )


def _recorded_bytes(trace: Trace, states: int | None = None) -> int:
    size = sum(4 * trace[name][0].size for name in ("distances", "probabilities") if name in trace)
    return size * (len(trace) if states is None else states)


def fewer_states(trace: Trace) -> Trace:
    """Return the trace with only as many recorded states as can be sent: the first, the last, and states evenly spread between."""
    if _recorded_bytes(trace) <= MOST_RECORDED:
        return trace
    most = max(2, MOST_RECORDED // _recorded_bytes(trace, 1))
    kept = np.unique(np.linspace(0, len(trace) - 1, most).round().astype(int))
    states = {"recorded": [int(trace.states[i]) for i in kept], "of": trace.n_steps}
    channels = {name: a[kept] for name, a in trace.channels.items()}
    return replace(trace, channels=channels, meta={**trace.meta, "states": states})


def retraced_space(new: Trace, edits: EditedSupport, n_steps: int) -> dict[str, np.ndarray]:
    """Return the arrays of the edited episode's trace to send, for a browser that computes the distances of all steps.

    Args:
        n_steps: steps of the trace before the edits. Added examples count as read after its last step.

    Raises:
        TraceError: if the learner does not compare with class means any more, or its embeddings cannot be sent.
    """
    found, why = embedding_arrays(new, None)
    if not decision_rule(new, found)["own"]:
        raise TraceError(why or f"{new.learner} does not compare the edited episode's queries with class means.")
    queries = np.full((len(edits.moved), found["space.queries"].shape[1]), np.nan, np.float32)
    queries[~edits.moved] = found["space.queries"]
    since = np.where(edits.added, n_steps, edits.rows + 1)
    return {"edited.queries": queries, "edited.support": found["space.support"], "edited.since": since}


def retraced_arrays(old: Trace, new: Trace, edits: EditedSupport) -> dict[str, np.ndarray]:
    """Return the arrays of the edited episode's trace to send, at the old trace's steps and queries; NaN for removed queries."""
    steps = _steps(old, new, edits)
    arrays: dict[str, np.ndarray] = {}
    for name in ("distances", "probabilities"):
        if name in new:
            full = np.full(old[name].shape, np.nan, np.float32)
            full[:, ~edits.moved] = new[name][steps]
            arrays[f"edited.{name}"] = full
    found, _ = embedding_arrays(new, None)
    if found:
        queries = np.full((len(edits.moved), found["space.queries"].shape[1]), np.nan, np.float32)
        queries[~edits.moved] = found["space.queries"]
        arrays |= {"edited.queries": queries, "edited.support": found["space.support"]}
        arrays["edited.present"] = found["space.present"][steps]
    return arrays


def _steps(old: Trace, new: Trace, edits: EditedSupport) -> list[int]:
    """Match each state of the old trace with the state of the new trace that has read as many of the examples that both have.

    The last states of both traces are matched, because only the last state of the new trace has read the added examples.
    """
    size = len(old.episode.support_y)
    kept = np.isin(np.arange(size), edits.rows)
    one_each = old.n_steps == size and new.n_steps == len(edits.rows)
    wanted = [int(kept[:t].sum()) if one_each else min(t, new.n_steps) for t in old.states]
    recorded = np.asarray(new.states)
    steps = [
        int(np.abs(recorded - t).argmin()) for t in wanted
    ]  # the nearest one, since some states may not be recorded
    return [*steps[:-1], len(new) - 1]
