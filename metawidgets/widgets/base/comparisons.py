"""The rule by which a paired difference between learners counts as clear."""

from metawidgets.analysis import Interval

__all__ = ["difference_ends", "is_clear"]

_FEW = 5  # with fewer episodes, an interval from the normal distribution is too narrow to call a difference clear


def is_clear(difference: Interval) -> bool:
    """Return whether a paired difference is clear: its interval excludes zero and covers five episodes or more."""
    return difference.excludes_zero and difference.n >= _FEW


def difference_ends(difference: Interval, metric: str) -> tuple[float, float]:
    """Return the ends of the interval. For accuracies they are clipped to -1 and 1."""
    most = 1.0 if metric == "accuracy" else float("inf")
    return max(-most, difference.low), min(most, difference.high)
