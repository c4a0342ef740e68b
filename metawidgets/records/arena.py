"""Records of several learners on the same episodes: their answers, their times, and their scores by shots and by steps."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
from jaxtyping import Float, Shaped

from metawidgets.episodes import Episode
from metawidgets.errors import EpisodeError

__all__ = ["ArenaRound", "EpisodeAnswers", "EpisodeComparison"]


@dataclass(frozen=True, eq=False)
class EpisodeAnswers:
    """One learner's answers to the queries of one episode, with scores and times.

    Args:
        score: accuracy, or mean squared error, over the queries.
        answers: `(query,)` predicted labels, or `(query, target)` predicted targets.
        seconds: `(2,)`, wall-clock time to adapt to the support set, and to answer the queries.
        by_shots: `(shot,)` scores on the same queries with growing subsets of the support set.
        by_steps: `(step,)` scores after 0, 1, ... inner steps; empty for a learner without inner steps.
        curve: `(probe,)` predictions at the comparison's `probe` inputs, if its episode is a curve.
    """

    score: float
    answers: Shaped[np.ndarray, "query *target"]
    seconds: Float[np.ndarray, " 2"]
    by_shots: Float[np.ndarray, " shot"]
    by_steps: Float[np.ndarray, " step"]
    curve: Float[np.ndarray, " probe"] | None = None


@dataclass(frozen=True, eq=False)
class EpisodeComparison:
    """The answers of several learners on one episode.

    Args:
        episode: the episode that every learner adapted to.
        answers: one entry per learner.
        probe: `(probe,)` inputs at which the learners' curves are evaluated, if the episode is a curve.
    """

    episode: Episode
    answers: tuple[EpisodeAnswers, ...]
    probe: Float[np.ndarray, " probe"] | None = None


@dataclass(frozen=True, eq=False)
class ArenaRound:
    """The scores and times of several learners on the same episodes.

    Args:
        metric: "accuracy" or "mean squared error".
        names: one name per learner.
        scores: the score of each learner on each episode, `(learner, episode)`.
        seconds: wall-clock time to adapt and to answer the queries, `(learner, episode, 2)`.
        k_shot: support items per class (for regression: in all) used for `scores`.
        shots: the numbers of shots used for `by_shots`, ascending.
        by_shots: scores on the same queries with nested subsets of the support set, `(learner, episode, shot)`.
        by_steps: scores after 0, 1, ... inner steps, `(learner, episode, step)`; NaN beyond a learner's last step, and
            everywhere for a learner without inner steps.
        seeds: the seed of each episode.
        settings: JSON-able: source, spec, threads.

    Raises:
        EpisodeError: if the shapes are inconsistent.
    """

    metric: str
    names: tuple[str, ...]
    scores: Float[np.ndarray, "learner episode"]
    seconds: Float[np.ndarray, "learner episode 2"]
    k_shot: int
    shots: tuple[int, ...]
    by_shots: Float[np.ndarray, "learner episode shot"]
    by_steps: Float[np.ndarray, "learner episode step"]
    seeds: tuple[tuple[int, ...], ...]
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        table = (len(self.names), len(self.seeds))
        wanted = {
            "scores": table,
            "seconds": (*table, 2),
            "by_shots": (*table, len(self.shots)),
            "by_steps": (*table, self.by_steps.shape[-1] if self.by_steps.ndim == 3 else -1),
        }
        for name, shape in wanted.items():
            if getattr(self, name).shape != shape:
                raise EpisodeError(
                    f"{name} has shape {getattr(self, name).shape}, but {table[0]} learners on {table[1]} episodes need {shape}."
                )

    @property
    def n_episodes(self) -> int:
        return len(self.seeds)

    @classmethod
    def of(
        cls,
        names: Sequence[str],
        comparisons: Sequence[EpisodeComparison],
        *,
        k_shot: int,
        shots: Sequence[int] = (),
        settings: Mapping[str, Any] | None = None,
    ) -> Self:
        """Collect comparisons of the same learners into one round.

        Raises:
            EpisodeError: if `comparisons` is empty, or a comparison lacks an answer for a name or a score for a number of shots.
        """
        if not comparisons:
            raise EpisodeError("an arena round needs at least one comparison, but got none; give one per episode.")
        for comparison in comparisons:
            if len(comparison.answers) != len(names):
                raise EpisodeError(
                    f"a comparison has answers of {len(comparison.answers)} learners, but there are {len(names)} names; give one each."
                )
            if any(len(a.by_shots) != len(shots) for a in comparison.answers):
                raise EpisodeError(
                    f"a comparison has scores for {len(comparison.answers[0].by_shots)} numbers of shots, but shots={tuple(shots)}."
                )
        last = max((len(a.by_steps) for c in comparisons for a in c.answers), default=0)

        def table(read: Callable[[EpisodeAnswers], Any]) -> np.ndarray:
            return np.array([[read(c.answers[i]) for c in comparisons] for i in range(len(names))], np.float64)

        def padded(a: EpisodeAnswers) -> np.ndarray:
            return np.concatenate([a.by_steps, np.full(last - len(a.by_steps), np.nan)])

        both = (len(names), len(comparisons))
        return cls(
            "mean squared error" if comparisons[0].episode.is_regression else "accuracy",
            tuple(map(str, names)),
            table(lambda a: a.score),
            table(lambda a: a.seconds).reshape(*both, 2),
            k_shot,
            tuple(shots),
            table(lambda a: a.by_shots).reshape(*both, len(shots)),
            table(padded).reshape(*both, last),
            tuple(c.episode.seed for c in comparisons),
            dict(settings or {}),
        )

    def with_more(self, other: Self) -> Self:
        """Join two rounds of the same learners into one.

        Raises:
            EpisodeError: if learners, metric or shots differ.
        """
        for name in ("metric", "names", "k_shot", "shots"):
            if getattr(self, name) != getattr(other, name):
                raise EpisodeError(
                    f"these rounds differ in {name} ({getattr(self, name)}, {getattr(other, name)}); join rounds with equal {name}."
                )
        last = max(self.by_steps.shape[2], other.by_steps.shape[2])
        steps = [
            np.pad(r.by_steps, ((0, 0), (0, 0), (0, last - r.by_steps.shape[2])), constant_values=np.nan)
            for r in (self, other)
        ]
        both = {
            name: np.concatenate([getattr(self, name), getattr(other, name)], 1)
            for name in ("scores", "seconds", "by_shots")
        }
        return replace(self, **both, by_steps=np.concatenate(steps, 1), seeds=self.seeds + other.seeds)
