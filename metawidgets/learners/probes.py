"""The probe grid of a trace: points on a line or a plane where predictions are recorded, to draw curves and decision regions."""

import numpy as np
from jaxtyping import Float

from metawidgets.episodes import Episode

__all__ = ["probe_grid"]

CURVE_POINTS, GRID_SIDE = 101, 33


def probe_grid(episode: Episode) -> Float[np.ndarray, "probe dim"] | None:
    """Return the probe grid of an episode, or `None` if its items are neither numbers on a line nor points in a plane.

    1-D items get 101 sorted x over their range; 2-D items get a 33x33 grid (row by row, y then x).
    """
    if episode.is_image or episode.item_shape[0] > 2:
        return None
    x = np.concatenate([episode.support_x, episode.query_x])
    low, high = x.min(0), x.max(0)
    if episode.item_shape == (1,):
        low, high = np.minimum(low, -5.0), np.maximum(high, 5.0)  # at least the whole range of the sinusoids
        return np.linspace(low, high, CURVE_POINTS, dtype=np.float32)
    margin = 0.1 * np.maximum(high - low, 1e-3)
    across = np.linspace(low[0] - margin[0], high[0] + margin[0], GRID_SIDE)
    up = np.linspace(low[1] - margin[1], high[1] + margin[1], GRID_SIDE)
    return np.stack([np.tile(across, GRID_SIDE), np.repeat(up, GRID_SIDE)], -1).astype(np.float32)
