"""The ranking of a sweep's learners: scores pooled over seeds, and paired comparisons on the same episodes."""

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float64

from metawidgets.analysis import FEWEST_TO_TELL, Interval, half_widths, holm, paired_interval, paired_t_test, t_quantile
from metawidgets.errors import EpisodeError
from metawidgets.sweeps.scores import Score

__all__ = ["Comparisons", "Pairing", "PooledScore", "pairings", "pooled_scores"]


@dataclass(frozen=True)
class PooledScore:
    """A learner's score at one number of shots, over all seeds.

    Args:
        interval: mean and 95 % interval over the episodes of all seeds.
        low, high: the lowest and the highest mean of a single seed.
    """

    learner: str
    task: str
    metric: str
    k_shot: int
    interval: Interval
    n_seeds: int
    low: float
    high: float


@dataclass(frozen=True)
class Pairing:
    """A paired comparison of two learners on the same episodes.

    Args:
        interval: mean and interval of the first learner's scores minus the second one's.
        t: Student's t.
        p: two-sided p-value of this comparison alone.
        p_holm: p with Holm's correction for all comparisons of the sweep.
    """

    first: str
    second: str
    task: str
    metric: str
    k_shot: int
    interval: Interval
    t: float
    p: float
    p_holm: float

    @property
    def better(self) -> str:
        """The better learner; "" if the difference is not significant, or if there are fewer than `FEWEST_TO_TELL` episodes."""
        if self.p_holm >= 0.05 or self.interval.n < FEWEST_TO_TELL:
            return ""
        smaller_wins = self.metric != "accuracy"
        return self.first if (self.interval.mean < 0) == smaller_wins else self.second


def pooled_scores(scores: Iterable[Score]) -> list[PooledScore]:
    """Pool scores over seeds. Return them sorted by task and shots, the best learner first."""
    cells: dict[tuple[str, str, int, str], list[Score]] = defaultdict(list)
    for score in scores:
        cells[score.task, score.metric, score.k_shot, score.learner].append(score)
    found = [
        PooledScore(
            learner,
            task,
            metric,
            k_shot,
            _pooled(each),
            len(each),
            min(s.mean for s in each),
            max(s.mean for s in each),
        )
        for (task, metric, k_shot, learner), each in cells.items()
    ]
    sign = {"accuracy": -1}
    order = lambda s: (s.task, s.metric, s.k_shot, sign.get(s.metric, 1) * s.interval.mean, s.learner)  # noqa: E731
    return sorted(found, key=order)


@dataclass(frozen=True)
class Comparisons:
    """All paired comparisons of a sweep.

    Args:
        pairs: sorted by task and shots.
        refused: the number of pairs that could not be compared: fewer than two common episodes, or a score that is not finite.
        with_best: whether each learner was compared only with the best one of its task and shots, to limit the number of pairs.
    """

    pairs: Sequence[Pairing]
    refused: int
    with_best: bool


def pairings(
    scores: Iterable[Score], per_episode: Mapping[str, Float64[np.ndarray, " episode"]], *, most: int = 1000
) -> Comparisons:
    """Compare every two learners on the episodes that both have seen, for each task and number of shots.

    Args:
        per_episode: each report's scores, by key. A seed is left out if one of the two learners has no scores for it.
        most: the most pairs. If there are more, each learner is compared only with the best one of its task and shots.
    """
    cells: dict[tuple[str, str, int], dict[str, dict[int, Score]]] = defaultdict(lambda: defaultdict(dict))
    for score in scores:
        cells[score.task, score.metric, score.k_shot][score.learner][score.seed] = score
    with_best = sum(math.comb(len(learners), 2) for learners in cells.values()) > most
    found: list[Pairing] = []
    refused = 0
    for (task, metric, k_shot), learners in sorted(cells.items()):
        for first, second in _with_best(learners, metric) if with_best else itertools.combinations(sorted(learners), 2):
            common = sorted(learners[first].keys() & learners[second].keys())
            both = [[per_episode.get(learners[name][seed].key) for seed in common] for name in (first, second)]
            paired = [
                (a, b) for a, b in zip(*both, strict=True) if a is not None and b is not None and len(a) == len(b)
            ]
            try:
                a, b = (np.concatenate(side) for side in zip(*paired, strict=True))
                interval, (t, p) = paired_interval(a, b), paired_t_test(a, b)
            except (ValueError, EpisodeError):  # no common seed, a single episode, or a score that is not finite
                refused += 1
                continue
            found.append(Pairing(first, second, task, metric, k_shot, interval, t, p, p))
    corrected = holm([each.p for each in found])
    return Comparisons(
        [replace(each, p_holm=float(p)) for each, p in zip(found, corrected, strict=True)], refused, with_best
    )


def _with_best(learners: Mapping[str, Mapping[int, Score]], metric: str) -> list[tuple[str, str]]:
    """Pair the best learner with each of the others."""
    sign = -1 if metric == "accuracy" else 1
    means = {
        name: sign * float(np.mean([score.mean for score in by_seed.values()])) for name, by_seed in learners.items()
    }
    best = min(sorted(means), key=means.__getitem__)
    return [(best, name) for name in sorted(learners) if name != best]


def _pooled(scores: Sequence[Score]) -> Interval:
    """Return the interval over all episodes. The variance adds each report's own spread and its mean's distance from the pooled mean."""
    n = np.array([score.n_episodes for score in scores], np.float64)
    means, widths = (np.array([getattr(score, name) for score in scores]) for name in ("mean", "half_width"))
    if len(scores) == 1:
        return Interval(float(means[0]), float(widths[0]), int(n[0]))
    total = n.sum()
    if total < 2:
        return Interval(float(means.mean()), math.nan, int(total))
    mean = float((n * means).sum() / total)
    within = np.where(n > 1, (n - 1) * n * (widths / t_quantile(n - 1)) ** 2, 0)
    squares = within + n * (means - mean) ** 2
    return Interval(mean, half_widths(math.sqrt(squares.sum() / (total - 1)), total), int(total))
