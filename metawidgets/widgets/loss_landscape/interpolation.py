"""Interpolation of a grid of losses at the pixels of a picture."""

import numpy as np
from jaxtyping import Float

__all__ = ["bilinear"]


def bilinear(grid: Float[np.ndarray, "row column"], rows: int, columns: int) -> Float[np.ndarray, "rows columns"]:
    """Interpolate the grid at the pixel centres of a picture that spans it. The first row stays at the bottom."""
    n_rows, n_columns = grid.shape
    v = (np.arange(rows) + 0.5) / rows * (n_rows - 1)
    u = (np.arange(columns) + 0.5) / columns * (n_columns - 1)
    r, c = np.minimum(v.astype(int), n_rows - 2), np.minimum(u.astype(int), n_columns - 2)
    fv, fu = (v - r)[:, None], (u - c)[None]
    low = grid[r][:, c] * (1 - fu) + grid[r][:, c + 1] * fu
    high = grid[r + 1][:, c] * (1 - fu) + grid[r + 1][:, c + 1] * fu
    return low * (1 - fv) + high * fv
