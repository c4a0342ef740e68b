"""Records of scores, over episodes or along an axis within episodes, of comparisons of two learners, and of outer steps."""

import html
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from metawidgets.analysis import (
    Calibration,
    Interval,
    half_widths,
    interval_note,
    interval_text,
    mean_interval,
    within_bounds,
)
from metawidgets.errors import EpisodeError
from metawidgets.records.answers import Answer, ClassScore, Confusion, EpisodeReplies, QueryAnswers
from metawidgets.records.faults import Fault, find_faults

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
        replies: the answers to each episode's queries; empty for regression, or if they were not kept.
    """

    metric: str
    per_episode: Float[np.ndarray, " episode"]
    settings: Mapping[str, Any] = field(default_factory=dict)
    replies: tuple[EpisodeReplies, ...] = field(default=(), repr=False)

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

    @cached_property
    def answers(self) -> QueryAnswers:
        """The learner's answer to every query.

        Raises:
            EpisodeError: if the evaluation has scores only, as for regression.
        """
        if not self.replies:
            raise EpisodeError(
                f"this evaluation holds a {self.metric} per episode and no answers to queries; evaluate a learner on episodes of "
                "classes with `evaluate`, which keeps them."
            )
        return QueryAnswers(self.replies)

    def per_class(self) -> list[ClassScore]:
        """Return the score of every class, hardest first."""
        return self.answers.per_class()

    def confusions(self, n: int | None = None) -> list[Confusion]:
        """Return the pairs of classes that were confused, the most queries first; at most `n` of them."""
        return self.answers.confusions(n)

    def calibration(self, n_bins: int = 10) -> Calibration:
        """Compute the expected calibration error over the queries, with its bins."""
        return self.answers.calibration(n_bins)

    def worst_queries(self, n: int = 12) -> list[Answer]:
        """Return the `n` wrong answers that gave the true class the least probability."""
        return self.answers.worst_queries(n)

    def hardest_episodes(self, n: int = 5) -> list[tuple[int, float]]:
        """Return `(index, score)` of the `n` episodes with the lowest accuracy, or the largest error."""
        order = np.argsort(self.per_episode, kind="stable")
        order = order if self.metric == "accuracy" else order[::-1]
        return [(int(i), float(self.per_episode[i])) for i in order[:n]]

    @cached_property
    def faults(self) -> tuple[Fault, ...]:
        """The faults of the data that the answers point to: near-duplicate classes and wrong labels."""
        return find_faults(self.answers)

    @property
    def verdict(self) -> str:
        """Why the accuracy is not higher, as far as the answers tell: a sentence for each fault of the data, or that there is none."""
        if self.faults:
            return " ".join(fault.sentence for fault in self.faults)
        return "Nothing points to a fault of the data: no two classes look like copies, and no group of items like wrong labels."

    def _repr_html_(self) -> str:
        lines = [f"<strong>{html.escape(str(self))}</strong>"]
        if self.replies:
            pairs = "".join(
                f"<tr><td>{html.escape(c.truth)}</td><td>{html.escape(c.guess)}</td><td>{c.n_wrong} of {c.n_queries}</td></tr>"
                for c in self.confusions(5)
            )
            head = "<tr><th>class</th><th>answered</th><th>queries</th></tr>"
            lines += [
                html.escape(self.verdict),
                f"Expected calibration error: {self.calibration().ece:.3f}",
                f"<table><caption>Most frequent confusions</caption><thead>{head}</thead><tbody>{pairs}</tbody></table>"
                if pairs
                else "Every query was answered rightly.",
            ]
        return "".join(f"<div>{line}</div>" for line in lines)

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
