"""The losses at which a landscape's contours are drawn."""

import math

import numpy as np
from jaxtyping import Float

__all__ = ["contour_levels"]

MOST_LEVELS = 11
# Series of round numbers within a decade, from dense to sparse. The densest one that gives at most MOST_LEVELS levels is used.
_DECADES = ((1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8), (1, 1.5, 2, 3, 4, 6), (1, 2, 5), (1, 3), (1,))


def contour_levels(loss: Float[np.ndarray, "row column"]) -> list[float]:
    """Return round losses for contours: evenly spaced, or in geometric steps where the losses span more than a factor of 8."""
    losses = loss[np.isfinite(loss)]
    if not losses.size:
        return []
    low, high = (float(v) for v in np.quantile(losses, (0.01, 0.99)))
    if high - low <= 1e-6 * max(abs(high), 1e-30):
        return []
    if low >= 0 and high > 8 * low:
        return _by_ratio(max(low, 1e-3 * high), high)
    return _evenly(low, high)


def _by_ratio(low: float, high: float) -> list[float]:
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for series in _DECADES:
        levels = [float(f"{m}e{e}") for e in decades for m in series if low <= float(f"{m}e{e}") <= high]
        if len(levels) <= MOST_LEVELS:
            break
    return levels


def _evenly(low: float, high: float) -> list[float]:
    raw = (high - low) / (MOST_LEVELS - 1)
    unit = 10.0 ** math.floor(math.log10(raw))
    step = next(m * unit for m in (1, 2, 2.5, 5, 10) if m * unit >= raw * (1 - 1e-9))
    return [float(f"{i * step:.6g}") for i in range(math.ceil(low / step), math.floor(high / step) + 1)]
