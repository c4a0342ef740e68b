"""Which learner answers best in a sweep: scores pooled over seeds, and learners paired on the same episodes."""

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float64

from metawidgets.analysis import Interval, paired_interval
from metawidgets.errors import EpisodeError
from metawidgets.significance import holm, paired_t_test
from metawidgets.sweeps.scores import Score

__all__ = ["Comparisons", "Pairing", "Standing", "pairings", "standings"]

_Z95 = 1.96


@dataclass(frozen=True)
class Standing:
    """A learner at one number of shots, over all seeds.

    Args:
        interval: over the episodes of all seeds. low, high: of the seeds' own means.
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
    """Two learners on the same episodes.

    Args:
        interval: of the first one's scores minus the second one's. t: Student's.
        p: two-sided, of this comparison alone. p_holm: with Holm's correction for all comparisons of the sweep.
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
        """The learner that is better; "" where they cannot be told apart: over few episodes an interval means little."""
        if self.p_holm >= 0.05 or self.interval.n < 5:
            return ""
        smaller_wins = self.metric != "accuracy"
        return self.first if (self.interval.mean < 0) == smaller_wins else self.second


def standings(scores: Iterable[Score]) -> list[Standing]:
    """Scores pooled over seeds, by task and shots, the best learner first."""
    cells: dict[tuple[str, str, int, str], list[Score]] = defaultdict(list)
    for score in scores:
        cells[score.task, score.metric, score.k_shot, score.learner].append(score)
    found = [
        Standing(
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
    """All pairs of learners that were compared.

    Args:
        pairs: by task and shots. refused: how many pairs share no episodes, or have a score that is not finite.
        with_best: whether each learner was compared only with the best of its task and shots, since every two were too many.
    """

    pairs: Sequence[Pairing]
    refused: int
    with_best: bool


def pairings(
    scores: Iterable[Score], per_episode: Mapping[str, Float64[np.ndarray, " episode"]], *, most: int = 1000
) -> Comparisons:
    """Every two learners on the episodes that both have seen, by task and shots.

    Args:
        per_episode: each report's scores, by key; seeds of which one of the two has none are left out.
        most: pairs; where there are more, each learner is compared with the best of its task and shots alone.
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
            except (ValueError, EpisodeError):  # no seed in common, one episode only, or a score that is not finite
                refused += 1
                continue
            found.append(Pairing(first, second, task, metric, k_shot, interval, t, p, p))
    corrected = holm([each.p for each in found])
    return Comparisons(
        [replace(each, p_holm=float(p)) for each, p in zip(found, corrected, strict=True)], refused, with_best
    )


def _with_best(learners: Mapping[str, Mapping[int, Score]], metric: str) -> list[tuple[str, str]]:
    """The best learner and each of the others."""
    sign = -1 if metric == "accuracy" else 1
    means = {
        name: sign * float(np.mean([score.mean for score in by_seed.values()])) for name, by_seed in learners.items()
    }
    best = min(sorted(means), key=means.__getitem__)
    return [(best, name) for name in sorted(learners) if name != best]


def _pooled(scores: Sequence[Score]) -> Interval:
    """As one list of episodes: each report's own spread, and how far its mean is from that of all."""
    n = np.array([score.n_episodes for score in scores], np.float64)
    means, widths = (np.array([getattr(score, name) for score in scores]) for name in ("mean", "half_width"))
    if len(scores) == 1:
        return Interval(float(means[0]), float(widths[0]), int(n[0]))
    total = n.sum()
    if total < 2:
        return Interval(float(means.mean()), math.nan, int(total))
    mean = float((n * means).sum() / total)
    squares = (n - 1) * n * (widths / _Z95) ** 2 + n * (means - mean) ** 2
    return Interval(mean, float(_Z95 * math.sqrt(squares.sum() / (total - 1) / total)), int(total))
