"""The test cases of the browser's distances (js/shared/distances.ts), computed by Python."""

import numpy as np

from metawidgets.widgets.base.distances import METRIC_NAMES, metric_distances
from tests.fixtures import check_fixture


def test_distances_are_what_the_browser_is_tested_with():
    rng = np.random.default_rng(0)
    z = rng.normal(size=(5, 4)).astype(np.float32)
    centres = rng.normal(size=(4, 4)).astype(np.float32)
    z[1] = 0
    centres[2] = 0  # a zero vector has no direction
    centres[3] = np.nan  # a class without support
    distances = {metric: metric_distances(z, centres, metric) for metric in METRIC_NAMES}
    check_fixture("shared/distances", {"z": z, "centres": centres, "distances": distances})
