"""Statistics of embeddings, probabilities and scores: projection, geometry, calibration, intervals and significance tests.

Everything is plain numpy, so that a notebook, a component and a report compute the same number in the same way.
"""

from metawidgets.analysis.calibration import Calibration, binned_calibration, calibration
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
from metawidgets.analysis.intervals import (
    FEWEST_TO_TELL,
    Interval,
    difference_ends,
    difference_text,
    half_widths,
    interval_note,
    interval_text,
    mean_interval,
    paired_interval,
    t_quantile,
    within_bounds,
)
from metawidgets.analysis.projection import Projection, fit_projection
from metawidgets.analysis.significance import Difference, differences, holm, paired_t_test, t_tails
from metawidgets.analysis.verdicts import comparison, factor_text, standing, trend, typical

__all__ = [
    "FEWEST_TO_TELL",
    "Calibration",
    "ClassGeometry",
    "Difference",
    "Interval",
    "Projection",
    "binned_calibration",
    "calibration",
    "class_geometry",
    "class_means",
    "comparison",
    "cosine_similarity",
    "difference_ends",
    "difference_text",
    "differences",
    "factor_text",
    "fit_projection",
    "half_widths",
    "holm",
    "interval_note",
    "interval_text",
    "mean_interval",
    "nearest_prototype_distance",
    "paired_interval",
    "paired_t_test",
    "pairwise_angles",
    "pairwise_distances",
    "silhouette",
    "standing",
    "t_quantile",
    "t_tails",
    "task_embedding",
    "trend",
    "typical",
    "within_bounds",
]
