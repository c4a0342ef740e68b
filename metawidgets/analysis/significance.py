"""Significance of differences between learners: paired t-tests over shared episodes, with Holm's correction for several tests."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Shaped

from metawidgets.analysis.intervals import Interval, paired_interval
from metawidgets.errors import EpisodeError, did_you_mean

__all__ = ["Difference", "differences", "holm", "paired_t_test", "t_tails"]


@dataclass(frozen=True)
class Difference:
    """The comparison of one learner with the reference, on the same episodes.

    Args:
        name: the learner.
        interval: the interval of its scores minus the scores of the reference.
        t: Student's t of these differences; infinite if all are equal and not 0.
        p: two-sided p value of this comparison alone.
        p_holm: the p value after Holm's correction for all comparisons with the reference.
    """

    name: str
    interval: Interval
    t: float
    p: float
    p_holm: float


def differences(scores: Mapping[str, Shaped[np.ndarray, " episode"]], reference: str) -> list[Difference]:
    """Compare every other learner with `reference`, in the given order.

    Args:
        scores: for each learner, one score per episode; all learners have the same episodes in the same order.

    Raises:
        EpisodeError: if `scores` lacks the reference, or the scores are not over the same two or more episodes.
    """
    if reference not in scores:
        raise EpisodeError(f"the reference {reference!r} was not scored; {did_you_mean(reference, scores)}")
    rivals = [name for name in scores if name != reference]
    intervals = [paired_interval(scores[name], scores[reference]) for name in rivals]
    tests = [paired_t_test(scores[name], scores[reference]) for name in rivals]
    corrected = holm([p for _, p in tests])
    return [
        Difference(name, interval, t, p, float(p_holm))
        for name, interval, (t, p), p_holm in zip(rivals, intervals, tests, corrected, strict=True)
    ]


def paired_t_test(a: Shaped[np.ndarray, " episode"], b: Shaped[np.ndarray, " same"]) -> tuple[float, float]:
    """Return Student's t of the differences `a - b` and its two-sided p value, which is 1 if no episode differs.

    Raises:
        EpisodeError: if `paired_interval` refuses the scores.
    """
    paired_interval(a, b)  # raises if the scores cannot be paired
    apart = np.asarray(a, np.float64) - np.asarray(b, np.float64)
    mean, error = float(apart.mean()), float(apart.std(ddof=1) / math.sqrt(len(apart)))
    # Equal differences still have a tiny spread from rounding errors; treat it as 0.
    if error <= 1e-12 * abs(mean):
        return (math.copysign(math.inf, mean), 0.0) if mean else (0.0, 1.0)
    return mean / error, t_tails(mean / error, len(apart) - 1)


def holm(p: Sequence[float]) -> Float[np.ndarray, " comparison"]:
    """Correct p values for multiple tests by Holm's method, which bounds the probability of any false positive.

    The smallest of n values is multiplied by n, the next by n - 1, and so on. Then each value is raised to at least the one
    before it, and limited to 1. Source: Holm, "A simple sequentially rejective multiple test procedure", Scand. J. Statist. 6 (1979).

    Raises:
        EpisodeError: if a value is not a probability.
    """
    raw = np.asarray(p, np.float64)
    if not ((raw >= 0) & (raw <= 1)).all():
        raise EpisodeError(f"the p values {raw.tolist()} are not all between 0 and 1; give probabilities.")
    order = np.argsort(raw, kind="stable")
    corrected = np.empty_like(raw)
    corrected[order] = np.minimum(np.maximum.accumulate(raw[order] * np.arange(len(raw), 0, -1)), 1.0)
    return corrected


def t_tails(t: float, df: float) -> float:
    """Return the two-sided tail probability of `t` under Student's t distribution with `df` degrees of freedom."""
    from scipy.special import stdtr  # scipy loads slowly

    return 2 * float(stdtr(df, -abs(t)))
