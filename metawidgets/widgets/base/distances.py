"""Distances between embeddings and class means, under each metric that a component offers."""

import numpy as np
from jaxtyping import Float

__all__ = ["METRIC_NAMES", "metric_distances"]

METRIC_NAMES = {
    "squared_euclidean": "squared Euclidean distance",
    "euclidean": "Euclidean distance",
    "cosine": "cosine distance",
    "manhattan": "Manhattan distance",
}


def metric_distances(
    z: Float[np.ndarray, "item feature"], centres: Float[np.ndarray, "way feature"], metric: str
) -> Float[np.ndarray, "item way"]:
    """Return the distance of every item to every centre, in float64. It is NaN where a centre is NaN."""
    z, centres = np.asarray(z, np.float64), np.asarray(centres, np.float64)
    if metric == "cosine":
        lengths = [np.maximum(np.linalg.norm(a, axis=1, keepdims=True), 1e-12) for a in (z, centres)]
        return 1 - (z / lengths[0]) @ (centres / lengths[1]).T
    away = [z - centre for centre in centres]  # one class at a time, since an (item, way, feature) array would be large
    if metric == "manhattan":
        return np.stack([np.abs(a).sum(1) for a in away], 1)
    squared = np.stack([(a * a).sum(1) for a in away], 1)
    return squared if metric == "squared_euclidean" else np.sqrt(squared)
