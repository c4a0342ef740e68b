"""Frozen records of results that are no traces: a meta-training step, an evaluation, a comparison, a slice of a loss, a map of tasks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float, Int

__all__ = ["Comparison", "Evaluation", "EvaluationCurve", "Landscape", "MetaStep", "TaskMap"]


@dataclass(frozen=True)
class MetaStep:
    """One outer-loop step.

    Args:
        step: number of outer steps done, from 1.
        loss: query loss after adaptation, averaged over the meta-batch (nats, or squared error).
        metric: query accuracy, or mean squared error, averaged over the meta-batch.
        gradient_norm: Euclidean norm of the meta-gradient before the update.
        episodes: episodes seen so far. seconds: time spent training so far, resumed parts included.
        meta_lr: learning rate of this step.
        validation: the evaluation done after this step, if one was due.
        is_best: whether that evaluation is the best so far.
    """

    step: int
    loss: float
    metric: float
    gradient_norm: float
    episodes: int
    seconds: float
    meta_lr: float
    validation: "Evaluation | None" = None
    is_best: bool = False


@dataclass(frozen=True, eq=False)
class Evaluation:
    """A learner's score over a fixed list of episodes.

    Args:
        metric: "accuracy" or "mean squared error".
        per_episode: the score of each episode, `(episode,)`.
        settings: JSON-able: learner, hyper-parameters, batch-statistics policy, source, spec, seed.
    """

    metric: str
    per_episode: Float[np.ndarray, " episode"]
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def n_episodes(self) -> int:
        return len(self.per_episode)

    @property
    def mean(self) -> float:
        return float(self.per_episode.mean())

    @property
    def half_width(self) -> float:
        """Half of the 95 % confidence interval, 1.96 s / sqrt(n) over episodes; NaN for fewer than two."""
        n = self.n_episodes
        return float(1.96 * self.per_episode.std(ddof=1) / np.sqrt(n)) if n > 1 else float("nan")

    def __str__(self) -> str:
        if self.metric == "accuracy":
            return f"{100 * self.mean:.2f} ± {100 * self.half_width:.2f} % over {self.n_episodes} episodes"
        return f"{self.metric} {self.mean:.4f} ± {self.half_width:.4f} over {self.n_episodes} episodes"


@dataclass(frozen=True)
class Comparison:
    """Two learners on identical episodes.

    Args:
        names: the two learners. difference: mean of first minus second, per episode.
        half_width: half of the paired 95 % interval. n_episodes: how many episodes.
    """

    names: tuple[str, str]
    difference: float
    half_width: float
    n_episodes: int

    @property
    def is_clear(self) -> bool:
        """Whether the interval excludes no difference."""
        return abs(self.difference) > self.half_width


@dataclass(frozen=True, eq=False)
class Landscape:
    """A loss over a plane through parameter space.

    Args:
        x, y: coordinates along the plane's two directions, `(column,)` and `(row,)`, in parameter distance.
        loss: `(row, column)`, in nats or squared error.
        path: the inner loop's states projected on the plane, `(step, 2)`.
    """

    x: Float[np.ndarray, " column"]
    y: Float[np.ndarray, " row"]
    loss: Float[np.ndarray, "row column"]
    path: Float[np.ndarray, "step 2"]


@dataclass(frozen=True, eq=False)
class TaskMap:
    """Whole tasks placed by likeness.

    Args:
        names: one per task. embeddings: one vector per task, `(task, feature)`. similarity: `(task, task)`, 1 on the diagonal.
    """

    names: tuple[str, ...]
    embeddings: Float[np.ndarray, "task feature"]
    similarity: Float[np.ndarray, "task task"]


@dataclass(frozen=True, eq=False)
class EvaluationCurve:
    """A learner's score along something that grows within an episode, over a fixed list of episodes.

    Args:
        metric: "accuracy" or "mean squared error".
        axis: "appearance" (the how many-th item of its class, from 1) or "context" (how many examples came before, from 0).
        points: places along the axis, `(point,)`.
        per_episode: the score of each episode at each place, `(episode, point)`; NaN where an episode has none.
        settings: JSON-able: learner, hyper-parameters, batch-statistics policy, source, spec, seed.
    """

    metric: str
    axis: str
    points: Int[np.ndarray, " point"]
    per_episode: Float[np.ndarray, "episode point"]
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def n_episodes(self) -> int:
        return len(self.per_episode)

    @property
    def mean(self) -> Float[np.ndarray, " point"]:
        return np.nanmean(self.per_episode, 0)

    @property
    def half_width(self) -> Float[np.ndarray, " point"]:
        """Half of the 95 % confidence interval at each place, over the episodes that have a score there; NaN for fewer than two."""
        n = (~np.isnan(self.per_episode)).sum(0)
        spread = np.nanstd(self.per_episode, 0) * np.sqrt(n / np.where(n > 1, n - 1, np.nan))
        return 1.96 * spread / np.sqrt(n)
