"""Several learners on identical episodes, as frozen numpy records: what each says, how fast, and what shots and steps are worth."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
from jaxtyping import Float, Shaped

from metawidgets.episodes import Episode
from metawidgets.errors import EpisodeError

__all__ = ["ArenaRound", "Contest", "EpisodeAnswers"]


@dataclass(frozen=True, eq=False)
class EpisodeAnswers:
    """What one learner says of one episode's queries, and how it comes to say so.

    Args:
        score: accuracy, or mean squared error, over the queries.
        answers: `(query,)` predicted labels, or `(query, target)` predicted targets.
        seconds: `(2,)`, wall-clock time of adapting to the support set, and of reading the queries.
        by_shots: `(shot,)` scores on the same queries after growing parts of the support set.
        by_steps: `(step,)` scores after 0, 1, ... inner steps; empty for a learner that takes none.
        curve: `(probe,)` predictions along the contest's `probe`, where its episode is a curve.
    """

    score: float
    answers: Shaped[np.ndarray, "query *target"]
    seconds: Float[np.ndarray, " 2"]
    by_shots: Float[np.ndarray, " shot"]
    by_steps: Float[np.ndarray, " step"]
    curve: Float[np.ndarray, " probe"] | None = None


@dataclass(frozen=True, eq=False)
class Contest:
    """Several learners on one episode.

    Args:
        episode: what all of them were given.
        answers: one for each learner.
        probe: `(probe,)` inputs of the learners' curves, where the episode is a curve.
    """

    episode: Episode
    answers: tuple[EpisodeAnswers, ...]
    probe: Float[np.ndarray, " probe"] | None = None


@dataclass(frozen=True, eq=False)
class ArenaRound:
    """Several learners on identical episodes.

    Args:
        metric: "accuracy" or "mean squared error".
        names: one for each learner.
        scores: the score of each learner on each episode, `(learner, episode)`.
        seconds: wall-clock time of adapting and of reading the queries, `(learner, episode, 2)`.
        k_shot: support items per class (regression: in all) behind `scores`.
        shots: the numbers of shots behind `by_shots`, growing.
        by_shots: scores on the same queries with nested parts of the support set, `(learner, episode, shot)`.
        by_steps: scores after 0, 1, ... inner steps, `(learner, episode, step)`; NaN beyond a learner's last step, and
            throughout for one that takes none.
        seeds: the integers that drew each episode.
        settings: JSON-able: source, spec, threads.

    Raises:
        EpisodeError: if the shapes do not fit together.
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
        both = (len(self.names), len(self.seeds))
        wanted = {
            "scores": both,
            "seconds": (*both, 2),
            "by_shots": (*both, len(self.shots)),
            "by_steps": (*both, self.by_steps.shape[-1] if self.by_steps.ndim == 3 else -1),
        }
        for name, shape in wanted.items():
            if getattr(self, name).shape != shape:
                raise EpisodeError(
                    f"{name} has shape {getattr(self, name).shape}, but {both[0]} learners on {both[1]} episodes need {shape}."
                )

    @property
    def n_episodes(self) -> int:
        return len(self.seeds)

    @classmethod
    def of(
        cls,
        names: Sequence[str],
        contests: Sequence[Contest],
        *,
        k_shot: int,
        shots: Sequence[int] = (),
        settings: Mapping[str, Any] | None = None,
    ) -> Self:
        """Gather contests of the same learners.

        Raises:
            EpisodeError: if there are none, or one has another number of learners.
        """
        if not contests:
            raise EpisodeError("an arena round needs one episode or more; it got none.")
        for contest in contests:
            if len(contest.answers) != len(names):
                raise EpisodeError(
                    f"a contest has answers of {len(contest.answers)} learners, but there are {len(names)} names."
                )
            if any(len(a.by_shots) != len(shots) for a in contest.answers):
                raise EpisodeError(
                    f"a contest has scores for {len(contest.answers[0].by_shots)} numbers of shots, but shots={tuple(shots)}."
                )
        last = max((len(a.by_steps) for c in contests for a in c.answers), default=0)

        def table(read: Callable[[EpisodeAnswers], Any]) -> np.ndarray:
            return np.array([[read(c.answers[i]) for c in contests] for i in range(len(names))], np.float64)

        def padded(a: EpisodeAnswers) -> np.ndarray:
            return np.concatenate([a.by_steps, np.full(last - len(a.by_steps), np.nan)])

        both = (len(names), len(contests))
        return cls(
            "mean squared error" if contests[0].episode.is_regression else "accuracy",
            tuple(map(str, names)),
            table(lambda a: a.score),
            table(lambda a: a.seconds).reshape(*both, 2),
            k_shot,
            tuple(shots),
            table(lambda a: a.by_shots).reshape(*both, len(shots)),
            table(padded).reshape(*both, last),
            tuple(c.episode.seed for c in contests),
            dict(settings or {}),
        )

    def with_more(self, other: Self) -> Self:
        """The two rounds of the same learners as one.

        Raises:
            EpisodeError: if learners, metric or shots differ.
        """
        for name in ("metric", "names", "k_shot", "shots"):
            if getattr(self, name) != getattr(other, name):
                raise EpisodeError(
                    f"these rounds differ in {name} ({getattr(self, name)}, {getattr(other, name)}) and cannot be joined."
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
