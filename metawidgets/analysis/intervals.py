"""Means over episodes with 95 % confidence intervals by Student's t, and their text within the possible range of the score."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Shaped

from metawidgets.errors import EpisodeError

__all__ = [
    "FEWEST_TO_TELL",
    "Interval",
    "difference_ends",
    "difference_text",
    "half_widths",
    "interval_note",
    "interval_text",
    "mean_interval",
    "paired_interval",
    "t_quantile",
    "within_bounds",
]


FEWEST_TO_TELL = 6
"""Fewest episodes for a clear difference. Equal signs in all of five come by chance once in 16 times, of six once in 32."""
_ROUGH = (
    30  # with fewer episodes the intervals of skewed or coarse scores cover the mean less often: benchmarks/coverage.py
)
_BOUNDS = {"accuracy": (0.0, 1.0)}  # every other score is an error or a loss, from 0 upwards

# Two-sided 95 % quantiles of Student's t for 1 to 29 degrees of freedom, and of the normal distribution.
_T95 = (
    12.706204736174705, 4.302652729749464, 3.182446305283710, 2.776445105197793, 2.570581835636315,
    2.446911851144969, 2.364624251592784, 2.306004135204167, 2.262157162798204, 2.228138851986274,
    2.200985160091639, 2.178812829667229, 2.160368656462792, 2.144786687917804, 2.131449545559775,
    2.119905299221255, 2.109815577833317, 2.100922040241039, 2.093024054408309, 2.085963447265864,
    2.079613844727680, 2.073873067904022, 2.068657610419049, 2.063898561628025, 2.059538552753298,
    2.055529438642872, 2.051830516480285, 2.048407141795244, 2.045229642132703,
)  # fmt: skip
_Z95 = 1.959963984540054


@dataclass(frozen=True)
class Interval:
    """A mean over `n` episodes, and the half width of its 95 % confidence interval: NaN for one episode, which has none."""

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
        """Return whether the interval of a difference excludes zero, as a t-test at 5 % would say; False without an interval."""
        return self.low > 0 or self.high < 0

    @property
    def is_clear(self) -> bool:
        """Return whether a difference is clear: its interval excludes zero, over at least `FEWEST_TO_TELL` episodes."""
        return self.n >= FEWEST_TO_TELL and self.excludes_zero

    @property
    def note(self) -> str:
        """Why to read the interval with care, as `interval_note`; "" if there is no reason."""
        return interval_note(self.n, self.half_width)


def t_quantile(df: Any) -> Any:
    """Return the 97.5 % quantile of Student's t, by which a standard error becomes half of a 95 % interval.

    Whole numbers of degrees of freedom below 30 are looked up. Above, the expansion of Cornish and Fisher is exact to seven
    digits (Abramowitz and Stegun 26.7.5). `tQuantile` in js/shared/numbers.ts computes the same.

    Args:
        df: degrees of freedom, a whole number or an array of them; below 1 the quantile is NaN.

    >>> round(t_quantile(9), 3)
    2.262
    """
    v, z = np.asarray(df, np.float64), _Z95
    with np.errstate(divide="ignore", invalid="ignore"):
        far = z + (z**3 + z) / (4 * v) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
        far += (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
        far += (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92160 * v**4)
    near = np.take((math.nan, *_T95), np.clip(np.nan_to_num(v), 0, len(_T95)).astype(int))
    found = np.where(v > len(_T95), far, near)
    return float(found) if found.ndim == 0 else found


def half_widths(deviation: Any, n: Any) -> Any:
    """Return half of the 95 % interval of a mean: the quantile of Student's t times s / sqrt(n); NaN where `n` is below 2.

    Args:
        deviation: standard deviation s of the values, with n - 1 in the denominator; a number or an array.
        n: how many values.
    """
    n = np.asarray(n, np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = t_quantile(n - 1) * deviation / np.sqrt(n)
    return float(found) if np.ndim(found) == 0 else found


def mean_interval(values: Shaped[np.ndarray, " episode"]) -> Interval:
    """Return the mean of per-episode values with its interval by Student's t. One episode has no interval: its half width is NaN.

    Never pool queries instead: queries of one episode share a support set, so they are not independent.

    Raises:
        EpisodeError: if `values` is empty, or holds a value that is not finite.
    """
    x = np.asarray(values, np.float64)
    if x.ndim != 1 or len(x) < 1:
        raise EpisodeError(
            f"a mean over episodes needs a 1-D array of one or more values, not one of shape {x.shape}; give that."
        )
    if not np.isfinite(x).all():
        raise EpisodeError(f"the value of episode {int(np.argmin(np.isfinite(x)))} is not finite; give finite values.")
    deviation = float(x.std(ddof=1)) if len(x) > 1 else math.nan
    # Equal values have a tiny spread from rounding errors; treat it as 0.
    deviation = 0.0 if deviation <= 1e-12 * abs(float(x.mean())) else deviation
    return Interval(float(x.mean()), half_widths(deviation, len(x)), len(x))


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

    A symmetric interval around a mean near a bound reaches beyond the bound, to values that are impossible. NaN stays NaN. Do not
    use this for differences of scores, which have another range.
    """
    low, high = _BOUNDS.get(metric, (0.0, np.inf))
    return tuple(np.clip(value, low, high) for value in values)


def interval_note(n: int, half_width: float | None = None, of: str = "episode") -> str:
    """Return why an interval over `n` values should be read with care, without a full stop; "" if there is no reason.

    `intervalNote` in js/shared/numbers.ts returns the same text.

    Args:
        half_width: half of the interval, if it is known.
        of: what the values are of, such as "task".

    >>> interval_note(20)
    'fewer than 30 episodes: a rough interval'
    """
    if n < 2:
        return f"one {of} has no interval"
    if half_width == 0:
        return f"every {of} has the same value, so the interval has no width and says little"
    return f"fewer than {_ROUGH} {of}s: a rough interval" if n < _ROUGH else ""


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
    >>> interval_text(0.5, None, "accuracy")
    '50 % (no interval)'
    """
    factor, unit = (100, " %") if metric == "accuracy" else (1, "")
    ends = _BOUNDS.get(metric, (0.0, math.inf))
    return f"{_text(mean, half_width, ends, factor, (style, half), unit)}{'' if _is_known(half_width) else ' (no interval)'}"


def difference_ends(difference: Interval, metric: str) -> tuple[float, float]:
    """Return the ends of the interval of a difference of two scores. For accuracies they are clipped to -1 and 1."""
    most = 1.0 if metric == "accuracy" else math.inf
    return max(-most, difference.low), min(most, difference.high)


def difference_text(difference: Interval, metric: str, style: str = ".3g", half: str = ".2g") -> str:
    """Return a difference of two scores as text: for accuracies in points, without a unit. Otherwise as `interval_text`.

    >>> difference_text(Interval(0.031, 0.012, 100), "accuracy", ".1f", ".1f")
    '+3.1 ± 1.2'
    """
    factor, most = (100, 1.0) if metric == "accuracy" else (1, math.inf)
    return _text(difference.mean, difference.half_width, (-most, most), factor, (f"+{style}", half), "")


def _is_known(half_width: float | None) -> bool:
    return half_width is not None and math.isfinite(half_width)


def _text(
    mean: float, half: float | None, bounds: tuple[float, float], factor: int, styles: tuple[str, str], unit: str
) -> str:
    centre = format(factor * mean, styles[0])
    if half is None or not math.isfinite(half):
        return f"{centre}{unit}"
    low, high = max(bounds[0], mean - half), min(bounds[1], mean + half)
    if (low, high) == (mean - half, mean + half):  # nothing was clipped
        return f"{centre} ± {format(factor * half, styles[1])}{unit}"
    return f"{centre} ({format(factor * low, styles[0])} to {format(factor * high, styles[0])}){unit}"
