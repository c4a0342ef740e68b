"""Class means in every metric, compared with scikit-learn, and the order of rows, computed by hand."""

import numpy as np
import pytest
from sklearn.metrics import pairwise
from sklearn.neighbors import NearestCentroid

from metawidgets.widgets.base.distances import METRIC_NAMES, metric_distances
from metawidgets.widgets.prototype_heatmap.metrics import (
    Space,
    nearest_prototypes,
    rows_in_order,
)
from tests.widgets.made_traces import DISTANCES, NAMES

ORACLES = {
    "squared_euclidean": lambda z, c: pairwise.euclidean_distances(z, c, squared=True),
    "euclidean": pairwise.euclidean_distances,
    "cosine": pairwise.cosine_distances,
    "manhattan": pairwise.manhattan_distances,
}


def space(seed: int = 0, way: int = 4, shots: int = 3) -> Space:
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(way), shots)
    centres = rng.normal(size=(way, 7))
    support = centres[labels] + 0.8 * rng.normal(size=(len(labels), 7))
    queries = centres[np.arange(20) % way] + 0.8 * rng.normal(size=(20, 7))
    present = np.array([np.arange(len(labels)) < t for t in range(len(labels) + 1)])
    return Space(queries.astype(np.float32), support.astype(np.float32), labels, present, way)


@pytest.mark.parametrize("metric", METRIC_NAMES)
def test_distances_to_class_means_are_scikit_learns(metric):
    s = space()
    means = np.stack([s.support[s.labels == k].astype(np.float64).mean(0) for k in range(4)])
    np.testing.assert_allclose(s.distances(-1, metric), ORACLES[metric](s.queries.astype(np.float64), means), rtol=1e-9)


def test_decisions_are_those_of_nearest_centroid():
    s = space()
    model = NearestCentroid(metric="euclidean").fit(s.support.astype(np.float64), s.labels)
    decided = nearest_prototypes(s.distances(-1, "euclidean")).first
    np.testing.assert_array_equal(decided, model.predict(s.queries.astype(np.float64)))
    assert len(set(decided)) == 4


def test_a_mean_is_of_what_is_there_at_the_step():
    s = space()
    np.testing.assert_allclose(s.prototypes(2)[0], s.support[:2].mean(0), rtol=1e-6)
    assert np.isnan(s.prototypes(2)[1:]).all()
    assert np.isnan(s.distances(0, "cosine")).all()


def test_the_cosine_to_a_zero_vector_is_one_as_the_learners_have_it():
    assert metric_distances(np.zeros((1, 3)), np.ones((1, 3)), "cosine") == 1


def test_rows_by_class_margin_and_error():
    y = np.repeat(np.arange(3), 2)  # nearest 0 1 1 1 2 1, margins 3 2.5 5 1 6 0.25
    assert rows_in_order("class", DISTANCES, y, NAMES) == [(NAMES[k], [2 * k, 2 * k + 1]) for k in range(3)]
    assert rows_in_order("margin", DISTANCES, y, NAMES) == [("Smallest margin first", [5, 3, 1, 0, 2, 4])]
    assert rows_in_order("error", DISTANCES, y, NAMES) == [
        ("Wrong, the farthest off first", [1, 5]),  # 5 - 2.5 before 2.25 - 2
        ("Right, smallest margin first", [3, 0, 2, 4]),
    ]


def test_a_class_without_support_is_as_wrong_as_can_be_and_nothing_decided_comes_last():
    d = np.array([[np.nan, 2, 3], [9, 1, 2], [np.nan, np.nan, np.nan]])
    assert rows_in_order("error", d, np.array([0, 0, 1]), NAMES) == [
        ("Wrong, the farthest off first", [0, 1]),
        ("Without a decision", [2]),
    ]
