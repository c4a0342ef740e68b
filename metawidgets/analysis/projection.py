"""Projection of embeddings to a few principal axes (PCA), to draw them as points."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from metawidgets.errors import TraceError

__all__ = ["Projection", "fit_projection"]


@dataclass(frozen=True, eq=False)
class Projection:
    """A linear map to a few principal axes, fitted once so that the points of all steps share one coordinate system.

    Args:
        mean: `(feature,)`, the centre of the fitted points.
        components: `(axis, feature)`, orthonormal rows; the entry of largest magnitude in each is positive.
        explained: `(axis,)`, fraction of the fitted points' variance along each axis, in [0, 1].
    """

    mean: Float[np.ndarray, " feature"]
    components: Float[np.ndarray, "axis feature"]
    explained: Float[np.ndarray, " axis"]

    def __call__(self, points: Float[np.ndarray, "*point feature"]) -> Float[np.ndarray, "*point axis"]:
        """Project points of any leading shape; a point with a NaN stays NaN."""
        return (np.asarray(points, np.float64) - self.mean) @ self.components.T


def fit_projection(points: Float[np.ndarray, "*point feature"], n_axes: int = 2) -> Projection:
    """Fit principal axes to all finite points. All dimensions before the last (steps, items, prototypes) are flattened.

    The sign of an axis is arbitrary in a singular value decomposition and may differ between machines; here
    the largest loading is always positive. Axes beyond the data's dimension are zero, so even a 1-feature embedding gives
    two coordinates.

    Raises:
        TraceError: if no point is finite.
    """
    flat = np.asarray(points, np.float64).reshape(-1, np.shape(points)[-1])  # (point, feature)
    flat = flat[np.isfinite(flat).all(axis=1)]
    if len(flat) == 0:
        raise TraceError(
            "a projection needs at least one finite point, but all points are NaN or infinite; give a finite one."
        )
    mean = flat.mean(axis=0)
    _, singular, axes = np.linalg.svd(flat - mean, full_matrices=False)
    variance = singular**2
    total = variance.sum()
    components = np.zeros((n_axes, flat.shape[1]))
    explained = np.zeros(n_axes)
    n = min(n_axes, len(singular))
    largest = np.take_along_axis(axes[:n], np.abs(axes[:n]).argmax(axis=1)[:, None], axis=1)
    components[:n] = axes[:n] * np.where(largest < 0, -1.0, 1.0)
    explained[:n] = variance[:n] / total if total > 0 else 0.0
    return Projection(mean, components, explained)
