"""Comparisons of learners made by hand, with known scores."""

import numpy as np

from metawidgets.episodes import Episode
from metawidgets.records import ArenaRound, EpisodeAnswers, EpisodeComparison
from metawidgets.widgets import LearnerArena, YouAreTheLearner
from tests.widgets.examples import HOSTILE, curve, points, sheet

LEARNERS = ("Right", "Last wrong", HOSTILE)
SHOTS = (1, 2, 3)
NAMES = ("aleph", "beth", HOSTILE)


def answer(episode: Episode, said: np.ndarray, *, milliseconds: float = 2.0, steps: int = 0) -> EpisodeAnswers:
    truth = episode.query_y
    score = float(((said - truth) ** 2).mean() if episode.is_regression else (said == truth).mean())
    return EpisodeAnswers(
        score,
        said,
        np.array([milliseconds, 1.0]) / 1000,
        np.linspace(score / 2, score, len(SHOTS)),
        np.linspace(score / 4, score, steps + 1) if steps else np.empty(0),
    )


def comparison(index: int = 0) -> EpisodeComparison:
    """Make a comparison on three classes with four queries each. The first learner is always right. The second one is wrong at the
    last `index % 4` queries. The third one always predicts class 0."""
    episode = sheet((1, 1, 1), 4, NAMES).drawn_by(7, index)
    y = np.array(episode.query_y)
    last = y.copy()
    if index % 4:
        last[-(index % 4) :] = 0
    zero = np.zeros_like(y)
    return EpisodeComparison(
        episode, (answer(episode, y), answer(episode, last, steps=3, milliseconds=30.0), answer(episode, zero, steps=2))
    )


def comparisons(n: int = 8) -> list[EpisodeComparison]:
    return [comparison(i) for i in range(n)]


def played(n: int = 8) -> ArenaRound:
    settings = {"source": "tiles", "n_way": 3, "threads": 1}
    return ArenaRound.of(LEARNERS, comparisons(n), k_shot=1, shots=SHOTS, settings=settings)


def arena(n: int = 8, n_open: int = 3, *, play: bool = False, **kwargs) -> LearnerArena:
    from metawidgets.widgets.base.episode_facts import episode_key

    keys = {i: episode_key(c.episode) for i, c in enumerate(comparisons(n))}
    opened = dict(enumerate(comparisons(n_open)))
    return LearnerArena(played(n), opened, comparison if play else None, keys=keys, **kwargs)


def you(n: int = 3, n_query: int | None = 2, **kwargs) -> YouAreTheLearner:
    return YouAreTheLearner(LEARNERS, comparisons(n), n_query=n_query, **kwargs)


def curves(n: int = 2) -> list[EpisodeComparison]:
    """Make comparisons on the curve x**2 with two queries (targets 1 and 16). The learners' errors are 0 and 2."""
    probe = np.linspace(-3, 4, 15, dtype=np.float32)
    found = []
    for i in range(n):
        e = curve().drawn_by(1, i)
        right = EpisodeAnswers(0.0, e.query_y, np.array([1e-3, 1e-3]), np.array([4.0, 1.0, 0.0]), np.empty(0), probe**2)
        off = EpisodeAnswers(
            4.0, e.query_y + 2, np.array([2e-3, 1e-3]), np.array([9.0, 6.0, 4.0]), np.array([16.0, 4.0]), probe**2 + 2
        )
        found.append(EpisodeComparison(e, (right, off), probe))
    return found


def plane() -> list[EpisodeComparison]:
    e = points().drawn_by(2, 0)
    y = np.array(e.query_y)
    return [EpisodeComparison(e, (answer(e, y), answer(e, 1 - y)))]
