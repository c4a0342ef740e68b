"""Frozen records of results that are no traces: a meta-training step, an evaluation, a comparison, a slice of a loss, a map of tasks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

from metawidgets.episodes import Episode, ItemId
from metawidgets.errors import TraceError

__all__ = [
    "Comparison",
    "EmbeddedItems",
    "Evaluation",
    "EvaluationCurve",
    "InnerPaths",
    "Landscape",
    "MetaGradients",
    "MetaStep",
    "TaskMap",
]


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
    """One task's losses over a square of a plane through parameter space, on a regular grid.

    Args:
        x, y: coordinates along the plane's two orthonormal directions, `(column,)` and `(row,)`, in parameter distance.
        support_loss, query_loss: `(row, column)`, in nats or squared error; the first row is the lowest y.

    Raises:
        TraceError: if the shapes do not agree.
    """

    x: Float[np.ndarray, " column"]
    y: Float[np.ndarray, " row"]
    support_loss: Float[np.ndarray, "row column"]
    query_loss: Float[np.ndarray, "row column"]

    def __post_init__(self) -> None:
        _check(self, (len(self.y), len(self.x)), "support_loss", "query_loss")


@dataclass(frozen=True, eq=False)
class InnerPaths:
    """The inner loops of several tasks from one initialisation, projected on a plane through parameter space.

    Args:
        start: the initialisation's coordinates on the plane, `(2,)`.
        path: every state's coordinates, the initialisation first, `(task, step, 2)`.
        off_plane: how far each state is from the plane, `(task, step)`; 0 says that its place shows all of it.
        support_loss, query_loss: of the states themselves, not of their projections, `(task, step)`.

    Raises:
        TraceError: if the shapes do not agree.
    """

    start: Float[np.ndarray, "2"]
    path: Float[np.ndarray, "task step 2"]
    off_plane: Float[np.ndarray, "task step"]
    support_loss: Float[np.ndarray, "task step"]
    query_loss: Float[np.ndarray, "task step"]

    def __post_init__(self) -> None:
        _check(self, (2,), "start")
        _check(self, (*self.off_plane.shape, 2), "path")
        _check(self, self.off_plane.shape, "support_loss", "query_loss")


@dataclass(frozen=True, eq=False)
class MetaGradients:
    """Several methods' meta-gradients at one initialisation, in full and as a plane sees them.

    Args:
        names: the methods; the first is the one that the others are compared with.
        in_plane: coordinates of their projections, `(task, name, 2)`; with several tasks one more row holds their mean.
        norm: Euclidean norms in the whole parameter space, `(task, name)`.
        cosines: between methods in the whole parameter space, `(task, name, name)`.
        settings: JSON-able: inner rate, inner steps, proximal strength.

    Raises:
        TraceError: if the shapes do not agree.
    """

    names: tuple[str, ...]
    in_plane: Float[np.ndarray, "task name 2"]
    norm: Float[np.ndarray, "task name"]
    cosines: Float[np.ndarray, "task name name"]
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n, tasks = len(self.names), len(self.norm)
        _check(self, (tasks, n), "norm")
        _check(self, (tasks, n, 2), "in_plane")
        _check(self, (tasks, n, n), "cosines")

    @property
    def share(self) -> Float[np.ndarray, "task name"]:
        """Part of each gradient's norm that lies in the plane, from 0 to 1; NaN for a gradient of 0."""
        return np.linalg.norm(self.in_plane, axis=-1) / np.where(self.norm > 0, self.norm, np.nan)


def _check(record: object, shape: tuple[int, ...], *names: str) -> None:
    for name in names:
        if np.shape(getattr(record, name)) != shape:
            raise TraceError(
                f"{type(record).__name__}.{name} has shape {np.shape(getattr(record, name))}, its neighbours ask for {shape}; give that."
            )


@dataclass(frozen=True, eq=False)
class TaskMap:
    """Whole tasks placed by likeness.

    Args:
        names: one per task. embeddings: one vector per task, `(task, feature)`. similarity: `(task, task)`, 1 on the diagonal.
        distance: `(task, task)`, 0 on the diagonal; of the tasks' prototypes, if they have some.
        groups: where each task comes from (its alphabet), if that is known.
        episodes: the episodes themselves, to be shown. learner: what embedded them. embedding: what a vector is, in words.
    """

    names: tuple[str, ...]
    embeddings: Float[np.ndarray, "task feature"]
    similarity: Float[np.ndarray, "task task"]
    distance: Float[np.ndarray, "task task"] | None = None
    groups: tuple[str, ...] = ()
    episodes: tuple[Episode, ...] = ()
    learner: str = ""
    embedding: str = "mean of the class prototypes"


@dataclass(frozen=True, eq=False)
class EmbeddedItems:
    """Many items in a learner's space, in one state.

    Args:
        embeddings: `(item, feature)`. labels: `(item,)` in `[0, len(class_names))`. class_names: one per class.
        x: the items themselves, images `(item, channel, height, width)` uint8 or vectors `(item, dim)`, to be shown.
        items: provenance of each, by which components link.
        support: `(item,)`, which of them the prototypes were made from; none by default.
        prototypes: `(way, feature)`; the mean of each class's items by default.
        metric: "squared_euclidean", "euclidean" or "cosine": how the learner compares. learner: its name.
    """

    embeddings: Float[np.ndarray, "item feature"]
    labels: Int[np.ndarray, " item"]
    class_names: tuple[str, ...]
    x: Shaped[np.ndarray, "item *shape"] | None = None
    items: tuple[ItemId, ...] = ()
    support: Bool[np.ndarray, " item"] | None = None
    prototypes: Float[np.ndarray, "way feature"] | None = None
    metric: str = "euclidean"
    learner: str = ""


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
