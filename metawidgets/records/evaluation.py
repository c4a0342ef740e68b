"""Records of scores, over episodes or along an axis within episodes, of comparisons of two learners, and of outer steps."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from metawidgets.analysis import Interval, half_widths, interval_note, interval_text, mean_interval, within_bounds

__all__ = ["Comparison", "Evaluation", "EvaluationCurve", "MetaStep"]


@dataclass(frozen=True)
class MetaStep:
    """The result of one outer-loop step.

    Args:
        step: number of outer steps completed, from 1.
        loss: query loss after adaptation, averaged over the meta-batch (nats, or squared error).
        metric: query accuracy, or mean squared error, averaged over the meta-batch.
        gradient_norm: Euclidean norm of the meta-gradient before the update.
        episodes: episodes seen so far.
        seconds: training time so far, including the time before a resumption.
        meta_lr: learning rate of this step.
        validation: the evaluation after this step, if one was due.
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
        """Half of the 95 % confidence interval over episodes, by Student's t; NaN for one episode, which has no interval."""
        finite = bool(np.isfinite(self.per_episode).all())  # the error of a learner that diverged may be infinite
        return mean_interval(self.per_episode).half_width if finite else math.nan

    @property
    def low(self) -> float:
        """Lower end of the 95 % interval, clipped to the metric's range; NaN for fewer than two episodes."""
        return float(within_bounds(self.metric, self.mean - self.half_width)[0])

    @property
    def high(self) -> float:
        """Upper end of the 95 % interval, clipped to the metric's range; NaN for fewer than two episodes."""
        return float(within_bounds(self.metric, self.mean + self.half_width)[0])

    def __str__(self) -> str:
        style = ".2f" if self.metric == "accuracy" else ".4f"
        interval = interval_text(self.mean, self.half_width, self.metric, style, style)
        n, note = self.n_episodes, interval_note(self.n_episodes, self.half_width)
        said = (
            f"{interval} over {n} episodes{f' ({note})' if note else ''}" if n > 1 else f"{interval} over one episode"
        )
        return said if self.metric == "accuracy" else f"{self.metric} {said}"


@dataclass(frozen=True, eq=False)
class EvaluationCurve:
    """A learner's score along an axis within the episodes, over a fixed list of episodes.

    Args:
        metric: "accuracy" or "mean squared error".
        axis: "appearance" (the item's rank within its class, from 1) or "context" (number of earlier examples, from 0).
        points: positions along the axis, `(point,)`.
        per_episode: the score of each episode at each position, `(episode, point)`; NaN where an episode has no score.
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
        """Half of the 95 % interval at each position, over the episodes with a score there, by Student's t; NaN for fewer than two."""
        n = (~np.isnan(self.per_episode)).sum(0)
        spread = np.nanstd(self.per_episode, 0) * np.sqrt(n / np.where(n > 1, n - 1, np.nan))
        return half_widths(spread, n)

    @property
    def low(self) -> Float[np.ndarray, " point"]:
        """Lower ends of the 95 % intervals, clipped to the metric's range."""
        return within_bounds(self.metric, self.mean - self.half_width)[0]

    @property
    def high(self) -> Float[np.ndarray, " point"]:
        """Upper ends of the 95 % intervals, clipped to the metric's range."""
        return within_bounds(self.metric, self.mean + self.half_width)[0]


@dataclass(frozen=True)
class Comparison:
    """A paired comparison of two learners on the same episodes.

    Args:
        names: the two learners.
        difference: mean over episodes of first score minus second score.
        half_width: half of the paired 95 % interval.
        n_episodes: the number of episodes.
    """

    names: tuple[str, str]
    difference: float
    half_width: float
    n_episodes: int

    @property
    def is_clear(self) -> bool:
        """Return whether the interval of the difference excludes zero, over enough episodes."""
        return Interval(self.difference, self.half_width, self.n_episodes).is_clear
