"""Means over episodes with 95 % confidence intervals, and their text, clipped to the possible range of the score."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Shaped

from metawidgets.errors import EpisodeError

__all__ = ["Interval", "interval_text", "mean_interval", "paired_interval", "within_bounds"]


_Z95 = 1.96  # two-sided 95 % of a normal distribution, as in published few-shot results

_BOUNDS = {"accuracy": (0.0, 1.0)}  # every other score is an error or a loss, from 0 upwards


@dataclass(frozen=True)
class Interval:
    """A mean over `n` episodes, and the half width of its 95 % confidence interval."""

    mean: float
    half_width: float
    n: int

    @property
    def low(self) -> float:
        return self.mean - self.half_width

    @property
    def high(self) -> float:
        return self.mean + self.half_width

    @property
    def excludes_zero(self) -> bool:
        """Return whether the interval of a difference excludes zero."""
        return self.low > 0 or self.high < 0


def mean_interval(values: Shaped[np.ndarray, " episode"]) -> Interval:
    """Return mean +- 1.96 s / sqrt(n) over per-episode values.

    Never pool queries instead: queries of one episode share a support set, so they are not independent.

    Raises:
        EpisodeError: if `values` holds fewer than two values, or a value that is not finite.
    """
    x = np.asarray(values, np.float64)
    if x.ndim != 1 or len(x) < 2:
        raise EpisodeError(
            f"an interval over episodes needs a 1-D array of two or more values, not one of shape {x.shape}; give that."
        )
    if not np.isfinite(x).all():
        raise EpisodeError(f"the value of episode {int(np.argmin(np.isfinite(x)))} is not finite; give finite values.")
    return Interval(float(x.mean()), float(_Z95 * x.std(ddof=1) / np.sqrt(len(x))), len(x))


def paired_interval(a: Shaped[np.ndarray, " episode"], b: Shaped[np.ndarray, " same"]) -> Interval:
    """Return the interval of the differences `a - b` on the same episodes.

    It is narrower than an unpaired interval, because the difficulty of an episode affects both scores and cancels.

    Raises:
        EpisodeError: if `a` and `b` have different numbers of episodes, or `mean_interval` refuses the differences.
    """
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if a.shape != b.shape:
        raise EpisodeError(
            f"paired values must come from the same episodes, but they have shapes {a.shape} and {b.shape}; score both on one list."
        )
    return mean_interval(a - b)


def within_bounds(metric: str, *values: Any) -> tuple[Any, ...]:
    """Clip the ends of an interval to the range of its metric: 0 to 1 for an accuracy, 0 upwards for an error or a loss.

    A normal interval around a mean near a bound reaches beyond the bound, to values that are impossible. NaN stays NaN. Do not
    use this for differences of scores, which have another range.
    """
    low, high = _BOUNDS.get(metric, (0.0, np.inf))
    return tuple(np.clip(value, low, high) for value in values)


def interval_text(mean: float, half_width: float | None, metric: str, style: str = ".3g", half: str = ".2g") -> str:
    """Return an interval as text, such as "96.4 ± 0.8 %". If the interval was clipped to the metric's range, give both ends instead.

    `intervalText` in js/shared/numbers.ts returns the same text.

    Args:
        half_width: `None`, NaN or infinity if there is no interval.
        style: the format of the mean and of the ends.
        half: the format of the half width.

    >>> interval_text(0.964, 0.008, "accuracy")
    '96.4 ± 0.8 %'
    >>> interval_text(0.995, 0.009, "accuracy")
    '99.5 (98.6 to 100) %'
    >>> interval_text(0.02, 0.03, "mean squared error")
    '0.02 (0 to 0.05)'
    """
    factor, unit = (100, " %") if metric == "accuracy" else (1, "")
    centre = format(factor * mean, style)
    if half_width is None or not math.isfinite(half_width):
        return f"{centre}{unit}"
    low, high = map(float, within_bounds(metric, mean - half_width, mean + half_width))
    if (low, high) == (mean - half_width, mean + half_width):  # nothing was clipped
        return f"{centre} ± {format(factor * half_width, half)}{unit}"
    return f"{centre} ({format(factor * low, style)} to {format(factor * high, style)}){unit}"
