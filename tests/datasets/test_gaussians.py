from typing import Any

import numpy as np
import pytest

from metawidgets.datasets import load
from metawidgets.episodes import Episode, EpisodeSampler


def episode(n_way: int = 4, n_query: int = 4000, **options: Any) -> Episode:
    return EpisodeSampler(load("gaussians", **options).source(), n_way=n_way, k_shot=1, n_query=n_query).episode(0)


def shapes(e: Episode) -> tuple[np.ndarray, np.ndarray]:
    """Return the variance along the long and the short axis of every cloud, `(way, cloud)`."""
    values = np.linalg.eigvalsh(np.array(e.task["covariances"]))
    return values[..., 1], values[..., 0]


def test_points_come_from_the_clouds_that_the_task_names() -> None:
    e = episode()
    for label in range(4):
        points = e.query_x[e.query_y == label].astype(float)
        covariance = np.array(e.task["covariances"][label][0])
        error = np.sqrt(np.diag(covariance) / len(points))
        assert (np.abs(points.mean(0) - e.task["means"][label][0]) < 5 * error).all()
        np.testing.assert_allclose(np.cov(points.T), covariance, atol=0.1 * covariance.max())


def test_size_is_kept_while_shape_varies() -> None:
    long, short = shapes(episode(n_way=60, n_query=1, anisotropy=4.0, spread_within=0.5))
    np.testing.assert_allclose(np.sqrt(long * short), 0.5**2)
    ratio = np.sqrt(long / short)
    assert 1 <= ratio.min() < 1.3
    assert 3.3 < ratio.max() <= 4.0 + 1e-9


def test_anisotropy_of_one_makes_clouds_round() -> None:
    long, short = shapes(episode(n_way=10, n_query=1, anisotropy=1))
    np.testing.assert_allclose(long, short)


def test_spread_between_is_the_deviation_of_the_means() -> None:
    means = np.array(episode(n_way=2000, n_query=1, spread_between=3.0).task["means"])
    assert means.std() == pytest.approx(3.0, rel=0.08)
    still = np.array(episode(n_way=5, n_query=1, spread_between=0.0).task["means"])
    np.testing.assert_array_equal(still, 0)


def test_a_shared_shape_is_one_for_all_classes_of_a_task() -> None:
    covariances = np.array(episode(n_query=1, shared_shape=True).task["covariances"])
    np.testing.assert_array_equal(covariances, np.broadcast_to(covariances[:1], covariances.shape))
    apart = np.array(episode(n_query=1).task["covariances"])
    assert not np.allclose(apart[0], apart[1])


def test_a_class_may_have_several_clouds() -> None:
    e = episode(n_way=3, clouds=3, spread_between=10.0, spread_within=0.05, anisotropy=1.0)
    assert np.shape(e.task["means"]) == (3, 3, 2)
    for label in range(3):
        points = e.query_x[e.query_y == label]
        nearest = np.linalg.norm(points[:, None] - np.array(e.task["means"][label]), axis=-1)  # (query, cloud)
        assert (nearest.min(1) < 0.3).all()
        assert np.bincount(nearest.argmin(1), minlength=3).min() > 1000  # a third of 4,000 each


def test_names_go_on_after_z() -> None:
    e = episode(n_way=28, n_query=1)
    assert e.class_names[:2] + e.class_names[25:] == ("A", "B", "Z", "A1", "B1")


def test_classes_of_two_tasks_are_never_one() -> None:
    sampler = EpisodeSampler(load("gaussians").source(), k_shot=1, n_query=1)
    seen = {item.class_id for i in range(50) for item in sampler.episode(i).support_items}
    assert len(seen) == 50 * 5
