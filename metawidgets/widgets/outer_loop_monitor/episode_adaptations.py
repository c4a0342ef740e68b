"""Repeated adaptations to one held-out episode during meta-training, which show how the initialisation improves."""

from typing import Any

import numpy as np
from jaxtyping import Shaped

from metawidgets.records import AXES, Trace
from metawidgets.widgets.base.episode_facts import episode_title
from metawidgets.widgets.base.packed_episode import pack_episode
from metawidgets.widgets.base.packed_trace import step_names
from metawidgets.widgets.outer_loop_monitor.history import Thinned

__all__ = ["EpisodeAdaptations"]

_INNER = 12  # most inner steps kept of an adaptation, evenly spaced, with the first and the last
_BYTES, _MOST, _LEAST = 256_000, 40, 8  # memory for all adaptations; most and fewest adaptations kept


class EpisodeAdaptations:
    """Adaptations to one episode by outer step: at most 40 and about 250 KB, evenly spread over the training.

    Args:
        trace: the adaptation before training. Later traces must be of the same episode.
    """

    def __init__(self, trace: Trace) -> None:
        e = trace.episode
        self.episode = e
        self.kind = (
            "queries"
            if not e.is_regression
            else "curve"
            if e.item_shape == (1,) and e.output_dim == 1 and "probe_outputs" in trace
            else "losses"
        )
        self.inner = np.unique(np.linspace(0, len(trace) - 1, min(_INNER, len(trace))).round().astype(int))
        names = step_names(trace)
        self._static, episode = pack_episode(e)
        if self.kind == "curve" and trace.probe is not None:
            self._static |= {"probe": trace.probe[:, 0], **_truth(trace)}
        if self.kind == "losses":
            self._static, episode = {}, {"class_names": []}
        self.config: dict[str, Any] = {
            "kind": self.kind,
            "title": episode_title(e),
            "episode": episode,
            "axis_label": AXES[trace.axis],
            "inner": self.inner.tolist(),
            "inner_names": [names[t] for t in self.inner],
        }
        size = sum(a.nbytes for a in self._record(trace).values())
        self._taken: Thinned[tuple[int, dict[str, np.ndarray]]] = Thinned(max(_LEAST, min(_MOST, _BYTES // size)))
        self.add(0, trace)

    @property
    def last(self) -> int:
        """The outer step of the last adaptation, -1 for none."""
        return self._taken.items[-1][0] if self._taken.items else -1

    def add(self, meta_step: int, trace: Trace) -> None:
        """Add the adaptation after an outer step. It replaces the adaptations of the same step and of later steps."""
        self.cut(meta_step - 1)
        self._taken.add((meta_step, self._record(trace)))

    def cut(self, meta_step: int) -> None:
        self._taken.keep([step <= meta_step for step, _ in self._taken.items])

    def arrays(self) -> dict[str, Shaped[np.ndarray, "..."]]:
        """Return the arrays of the episode and of the adaptations.

        The adaptations' arrays are `held.meta_step` `(adaptation,)`, `held.query_loss` and others `(adaptation, inner)`, and
        either `held.fit` `(adaptation, inner, probe)`, or `held.true` (255 times the true class's probability) and `held.guess`
        `(adaptation, inner, query)`.
        """
        taken = self._taken.items
        stacked = {name: np.stack([record[name] for _, record in taken]) for name in taken[0][1]} if taken else {}
        return {**self._static, **stacked, "held.meta_step": np.array([step for step, _ in taken], np.int32)}

    def _record(self, trace: Trace) -> dict[str, np.ndarray]:
        t = np.minimum(self.inner, len(trace) - 1)
        found = {"held.query_loss": trace["query_loss"][t], "held.support_loss": trace["support_loss"][t]}
        if self.kind == "curve":
            found["held.fit"] = trace["probe_outputs"][t, :, 0].astype(np.float32)
        if self.kind == "queries":
            p, y = trace["probabilities"][t], self.episode.query_y
            found["held.query_accuracy"] = trace["query_accuracy"][t]
            found["held.true"] = np.nan_to_num(255 * p[:, np.arange(len(y)), y]).round().astype(np.uint8)
            found["held.guess"] = np.nan_to_num(p, nan=-1).argmax(-1).astype(np.uint16)
        return {name: a.astype(np.float32) if a.dtype.kind == "f" else a for name, a in found.items()}


def _truth(trace: Trace) -> dict[str, np.ndarray]:
    """Return the sine curve that the episode was drawn from, or nothing if its task has none."""
    task, probe = trace.episode.task, trace.probe
    if probe is None or not {"amplitude", "phase"} <= set(task):
        return {}
    return {"truth": (task["amplitude"] * np.sin(probe[:, 0] - task["phase"])).astype(np.float32)}
