"""Whether learners differ: paired t-tests over the episodes that they share, and Holm's correction for making several."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Shaped

from metawidgets.analysis import Interval, paired_interval
from metawidgets.errors import EpisodeError, did_you_mean

__all__ = ["Difference", "differences", "holm", "paired_t_test", "t_tails"]


@dataclass(frozen=True)
class Difference:
    """One learner against the reference, on the same episodes.

    Args:
        name: the learner. interval: of its scores minus the reference's.
        t: Student's t of these differences; infinite if all are the same and not 0.
        p: two-sided, of this comparison alone. p_holm: with Holm's correction for all comparisons with the reference.
    """

    name: str
    interval: Interval
    t: float
    p: float
    p_holm: float


def differences(scores: Mapping[str, Shaped[np.ndarray, " episode"]], reference: str) -> list[Difference]:
    """Every learner but `reference` against it, in the order given.

    Args:
        scores: for each learner one number an episode, of the same episodes in the same order.

    Raises:
        EpisodeError: if the reference is none of them, or the scores are not over the same two episodes or more.
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
    """Student's t of the differences `a - b`, and its two-sided p value: 1 where no episode differs.

    Raises:
        EpisodeError: as `paired_interval`.
    """
    paired_interval(a, b)  # refuses what cannot be paired
    apart = np.asarray(a, np.float64) - np.asarray(b, np.float64)
    mean, error = float(apart.mean()), float(apart.std(ddof=1) / math.sqrt(len(apart)))
    # Equal differences leave a spread of rounding errors, which would pass for a tiny one.
    if error <= 1e-12 * abs(mean):
        return (math.copysign(math.inf, mean), 0.0) if mean else (0.0, 1.0)
    return mean / error, t_tails(mean / error, len(apart) - 1)


def holm(p: Sequence[float]) -> Float[np.ndarray, " comparison"]:
    """p values corrected for their number: the chance of any false alarm among them stays below the level that is read off.

    The smallest is multiplied by how many there are, the next by one less, and so on; none is below one before it, or above 1.
    Source: Holm, "A simple sequentially rejective multiple test procedure", Scand. J. Statist. 6 (1979).

    Raises:
        EpisodeError: if one is no probability.
    """
    raw = np.asarray(p, np.float64)
    if not ((raw >= 0) & (raw <= 1)).all():
        raise EpisodeError(f"p values lie from 0 to 1, and these are {raw.tolist()}.")
    order = np.argsort(raw, kind="stable")
    corrected = np.empty_like(raw)
    corrected[order] = np.minimum(np.maximum.accumulate(raw[order] * np.arange(len(raw), 0, -1)), 1.0)
    return corrected


def t_tails(t: float, df: float) -> float:
    """How probable a value as far from 0 as `t`, on either side, is under Student's t distribution with `df` degrees of freedom."""
    from scipy.special import stdtr  # at use: it takes longer to load than the rest of this module

    return 2 * float(stdtr(df, -abs(t)))
