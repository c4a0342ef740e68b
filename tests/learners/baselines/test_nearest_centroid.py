"""The nearest-centroid baseline against scikit-learn, and its sums after each support item."""

import numpy as np
import pytest
from sklearn.neighbors import NearestCentroid as Reference

from metawidgets.learners import NearestCentroid, loop
from tests.learners.conftest import sampler_of


@pytest.mark.parametrize("kind", ["image", "point"])
def test_classes_and_centroids_equal_scikit_learns(kind: str) -> None:
    episode = sampler_of(kind, k_shot=4).episode(0)
    unit = 255.0 if kind == "image" else 1.0
    flat = lambda x: x.reshape(len(x), -1) / unit  # noqa: E731
    reference = Reference().fit(flat(episode.support_x), episode.support_y)
    trace = loop.trace(NearestCentroid(), episode)
    np.testing.assert_allclose(trace["prototypes"][-1], reference.centroids_, rtol=1e-5, atol=1e-6)
    assert np.array_equal(trace["outputs"][-1].argmax(-1), reference.predict(flat(episode.query_x)))


def test_it_absorbs_one_item_a_step() -> None:
    episode = sampler_of("point").episode(0)
    trace = loop.trace(NearestCentroid(), episode)
    first = episode.support_y[0]
    assert np.isnan(trace["prototypes"][0]).all()
    np.testing.assert_allclose(trace["prototypes"][1][first], episode.support_x[0])
    assert np.isnan(np.delete(trace["prototypes"][1], first, 0)).all()
