"""The nearest-neighbour baseline against scikit-learn."""

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

from metawidgets.learners import NearestNeighbour, loop
from tests.learners.conftest import sampler_of


@pytest.mark.parametrize("kind", ["image", "point"])
def test_classes_equal_scikit_learns(kind: str) -> None:
    episode = sampler_of(kind, k_shot=4).episode(0)
    reference = KNeighborsClassifier(1).fit(
        episode.support_x.reshape(len(episode.support_x), -1) / 255.0, episode.support_y
    )
    expected = reference.predict(episode.query_x.reshape(len(episode.query_x), -1) / 255.0)
    assert np.array_equal(loop.predict(NearestNeighbour(), episode).argmax(-1), expected)


def test_targets_equal_scikit_learns() -> None:
    episode = sampler_of("curve").episode(0)
    reference = KNeighborsRegressor(1).fit(episode.support_x, episode.support_y)
    np.testing.assert_allclose(loop.predict(NearestNeighbour(), episode), reference.predict(episode.query_x))


def test_it_learns_one_item_a_step() -> None:
    episode = sampler_of("point").episode(0)
    trace = loop.trace(NearestNeighbour(), episode)
    assert len(trace) == 1 + len(episode.support_x)
    assert np.isnan(trace["distances"][0]).all()
    seen = np.isfinite(trace["distances"]).any(1).sum(-1)  # classes seen after each step
    assert [len(set(episode.support_y[:t].tolist())) for t in range(len(trace))] == seen.tolist()
