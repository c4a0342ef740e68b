"""Calibration: how well confidence and accuracy agree."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from metawidgets.errors import TraceError

__all__ = ["Calibration", "binned_calibration", "calibration"]


@dataclass(frozen=True, eq=False)
class Calibration:
    """Confidence and accuracy per bin, and the expected calibration error.

    Args:
        ece: expected calibration error in [0, 1], the count-weighted mean of |accuracy - confidence|.
        edges: `(bin + 1,)` edges of the bins, from 0 to 1.
        confidence, accuracy: `(bin,)` means, NaN for an empty bin.
        count: `(bin,)` number of items.
    """

    ece: float
    edges: Float[np.ndarray, " edge"]
    confidence: Float[np.ndarray, " bin"]
    accuracy: Float[np.ndarray, " bin"]
    count: Int[np.ndarray, " bin"]


def calibration(
    probabilities: Float[np.ndarray, "item way"], labels: Int[np.ndarray, " item"], n_bins: int = 10
) -> Calibration:
    """Compute the expected calibration error over equal-width bins `(low, high]` of the largest probability.

    Source: Guo et al., "On calibration of modern neural networks", ICML 2017, equation 3.

    Raises:
        TraceError: if the shapes do not fit together, `probabilities` holds no items, or a probability is outside [0, 1].
    """
    p = np.asarray(probabilities, np.float64)
    if p.ndim != 2 or np.shape(labels) != p.shape[:1]:
        raise TraceError(
            f"probabilities have shape {p.shape} and labels {np.shape(labels)}; give (item, way) probabilities and one label for each item."
        )
    if len(p) == 0:
        raise TraceError(
            "calibration needs at least one item, but there are none; give at least one row of probabilities."
        )
    if not ((p >= 0) & (p <= 1 + 1e-6)).all():
        worst = p.flat[int(np.argmax(np.where(np.isnan(p), np.inf, np.abs(p - 0.5))))]
        raise TraceError(f"a probability is {worst:.4g}; calibration needs probabilities in [0, 1], not logits.")
    return binned_calibration(np.minimum(p.max(axis=1), 1.0), p.argmax(axis=1) == labels, n_bins)


def binned_calibration(
    stated: Float[np.ndarray, " item"], right: Bool[np.ndarray, " item"], n_bins: int = 10
) -> Calibration:
    """Compute the calibration from each item's largest probability, and from whether its answer is right.

    Raises:
        TraceError: if there are no items.
    """
    if len(stated) == 0:
        raise TraceError("calibration needs at least one item, but there are none; give at least one answer.")
    edges = np.linspace(0.0, 1.0, n_bins + 1)
    which = np.clip(np.searchsorted(edges, stated, side="left") - 1, 0, n_bins - 1)
    count = np.bincount(which, minlength=n_bins)
    means = [
        np.divide(np.bincount(which, weights=v, minlength=n_bins), count, out=np.full(n_bins, np.nan), where=count > 0)
        for v in (stated, right.astype(np.float64))
    ]
    ece = float(np.nansum(count * np.abs(means[1] - means[0])) / len(stated))
    return Calibration(ece, edges, means[0], means[1], count)
