"""The ends of a paired difference between learners."""

from metawidgets.analysis import Interval

__all__ = ["difference_ends"]


def difference_ends(difference: Interval, metric: str) -> tuple[float, float]:
    """Return the ends of the interval. For accuracies they are clipped to -1 and 1."""
    most = 1.0 if metric == "accuracy" else float("inf")
    return max(-most, difference.low), min(most, difference.high)
