"""Statistics of embeddings, probabilities and scores: projection, geometry, calibration, intervals and significance tests.

Everything is plain numpy, so that a notebook, a component and a report compute the same number in the same way.
"""

from metawidgets.analysis.calibration import Calibration, calibration
from metawidgets.analysis.geometry import (
    ClassGeometry,
    class_geometry,
    class_means,
    cosine_similarity,
    nearest_prototype_distance,
    pairwise_angles,
    pairwise_distances,
    silhouette,
    task_embedding,
)
from metawidgets.analysis.intervals import Interval, interval_text, mean_interval, paired_interval, within_bounds
from metawidgets.analysis.projection import Projection, fit_projection
from metawidgets.analysis.significance import Difference, differences, holm, paired_t_test, t_tails

__all__ = [
    "Calibration",
    "ClassGeometry",
    "Difference",
    "Interval",
    "Projection",
    "calibration",
    "class_geometry",
    "class_means",
    "cosine_similarity",
    "differences",
    "fit_projection",
    "holm",
    "interval_text",
    "mean_interval",
    "nearest_prototype_distance",
    "paired_interval",
    "paired_t_test",
    "pairwise_angles",
    "pairwise_distances",
    "silhouette",
    "t_tails",
    "task_embedding",
    "within_bounds",
]
