"""A loss landscape as a component's state: arrays to send, and the levels at which its contours are drawn."""

import math
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Shaped

from metawidgets.results import InnerPaths, Landscape, MetaGradients

__all__ = ["bilinear", "contour_levels", "pack_gradients", "pack_landscapes", "pack_paths"]

MOST_LEVELS = 11
# Round numbers within a decade, from dense to sparse: the densest series with few enough levels is taken.
_DECADES = ((1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8), (1, 1.5, 2, 3, 4, 6), (1, 2, 5), (1, 3), (1,))


def pack_landscapes(grids: Sequence[Landscape | None]) -> dict[str, Shaped[np.ndarray, "..."]]:
    """`support_loss.k` and `query_loss.k` of each task whose grid is known, `(row, column)`."""
    known = [(k, grid) for k, grid in enumerate(grids) if grid is not None]
    return {f"{side}.{k}": getattr(grid, side) for k, grid in known for side in ("support_loss", "query_loss")}


def pack_paths(paths: InnerPaths, prefix: str) -> dict[str, Shaped[np.ndarray, "..."]]:
    return {f"{prefix}{name}": getattr(paths, name) for name in ("path", "off_plane", "support_loss", "query_loss")}


def pack_gradients(gradients: MetaGradients) -> dict[str, Shaped[np.ndarray, "..."]]:
    """Of each task, and of their mean where there are several."""
    return {
        "gradients": gradients.in_plane,
        "gradient_share": gradients.share,
        "gradient_norm": gradients.norm,
        "gradient_cosines": gradients.cosines[:, 0],
    }


def contour_levels(loss: Float[np.ndarray, "row column"]) -> list[float]:
    """Round losses at which contours are drawn: evenly spaced, or by ratios where the losses span more than a factor of 8."""
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


def bilinear(grid: Float[np.ndarray, "row column"], rows: int, columns: int) -> Float[np.ndarray, "rows columns"]:
    """The grid at more places: pixel centres of a picture that spans it, its first row at the bottom still."""
    n_rows, n_columns = grid.shape
    v = (np.arange(rows) + 0.5) / rows * (n_rows - 1)
    u = (np.arange(columns) + 0.5) / columns * (n_columns - 1)
    r, c = np.minimum(v.astype(int), n_rows - 2), np.minimum(u.astype(int), n_columns - 2)
    fv, fu = (v - r)[:, None], (u - c)[None]
    low = grid[r][:, c] * (1 - fu) + grid[r][:, c + 1] * fu
    high = grid[r + 1][:, c] * (1 - fu) + grid[r + 1][:, c + 1] * fu
    return low * (1 - fv) + high * fv
