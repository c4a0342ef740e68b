"""Geometry of embeddings, calibration and intervals, compared with scikit-learn and with numbers computed by hand."""

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.metrics import pairwise, silhouette_score

from metawidgets import analysis
from metawidgets.errors import EpisodeError, TraceError

NAN = np.nan


@pytest.fixture
def points() -> tuple[np.ndarray, np.ndarray]:
    """Make 60 points of 4 classes of unequal size in 5 dimensions."""
    rng = np.random.default_rng(3)
    labels = np.repeat(np.arange(4), (10, 25, 5, 20))
    return rng.normal(0, 1, (60, 5)) * (3, 2, 1, 0.5, 0.1) + 2 * rng.normal(0, 1, (4, 5))[labels], labels


def test_projection_is_the_principal_components(points: tuple[np.ndarray, np.ndarray]) -> None:
    x, _ = points
    ours, theirs = analysis.fit_projection(x, 3), PCA(3, svd_solver="full").fit(x)
    np.testing.assert_allclose(ours.explained, theirs.explained_variance_ratio_)
    np.testing.assert_allclose(np.abs(ours(x)), np.abs(theirs.transform(x)), atol=1e-9)


def test_projection_is_fitted_on_all_leading_axes_and_keeps_them(points: tuple[np.ndarray, np.ndarray]) -> None:
    x, _ = points
    steps = x.reshape(6, 10, 5)
    ours = analysis.fit_projection(steps)
    assert ours(steps).shape == (6, 10, 2)
    np.testing.assert_allclose(ours(steps).reshape(60, 2), analysis.fit_projection(x)(x))


def test_projection_does_not_depend_on_signs_or_missing_points(points: tuple[np.ndarray, np.ndarray]) -> None:
    x, _ = points
    ours = analysis.fit_projection(x)
    largest = np.abs(ours.components).argmax(axis=1)
    assert (ours.components[[0, 1], largest] > 0).all()
    with_gap = np.concatenate([x, np.full((2, 5), NAN)])
    np.testing.assert_allclose(analysis.fit_projection(with_gap).components, ours.components)
    assert np.isnan(ours(with_gap)[-1]).all()


def test_projection_of_one_feature_or_one_point() -> None:
    line = analysis.fit_projection(np.array([[1.0], [3.0]]))
    np.testing.assert_allclose(line(np.array([[1.0], [3.0]])), [[-1, 0], [1, 0]])
    np.testing.assert_allclose(line.explained, [1, 0])
    still = analysis.fit_projection(np.array([[2.0, 5.0]]))
    np.testing.assert_allclose(still(np.array([[2.0, 5.0]])), [[0, 0]])
    assert still.explained.tolist() == [0, 0]


def test_projection_of_nothing_is_refused() -> None:
    with pytest.raises(TraceError, match="all points are NaN or infinite"):
        analysis.fit_projection(np.full((3, 2), NAN))


def test_scatter_by_hand() -> None:
    x = np.array([[0.0, 0], [2, 0], [10, 0], [12, 0]])
    geometry = analysis.class_geometry(x, np.array([0, 0, 1, 1]))
    # the class means are 1 and 11, the overall mean is 6
    assert geometry.within == pytest.approx(1)
    assert geometry.between == pytest.approx(25)
    assert geometry.ratio == pytest.approx(25)
    # item 0: mean distance 2 to its own class and (10 + 12) / 2 to the other; item 1: 2 and (8 + 10) / 2; the other two are symmetric
    assert geometry.silhouette == pytest.approx((9 / 11 + 7 / 9) / 2)


def test_scatter_adds_up_to_the_variance(points: tuple[np.ndarray, np.ndarray]) -> None:
    x, labels = points
    geometry = analysis.class_geometry(x, labels)
    assert geometry.within + geometry.between == pytest.approx(x.var(axis=0).sum())
    assert geometry.silhouette == pytest.approx(silhouette_score(x, labels))


def test_silhouette_of_single_items_and_of_one_point(points: tuple[np.ndarray, np.ndarray]) -> None:
    x, labels = points
    lonely = np.concatenate([labels[:-1], [9]])  # one class has a single item, and the labels have a gap
    assert analysis.silhouette(x, lonely) == pytest.approx(silhouette_score(x, lonely))
    assert analysis.silhouette(np.zeros((4, 2)), np.array([0, 0, 1, 1])) == 0
    assert analysis.class_geometry(np.array([[0.0], [0], [1], [1]]), np.array([0, 0, 1, 1])).ratio == np.inf


def test_geometry_needs_two_classes_and_numbers() -> None:
    with pytest.raises(TraceError, match="needs at least two classes, but these 3 items have 1"):
        analysis.class_geometry(np.zeros((3, 2)), np.zeros(3, int))
    with pytest.raises(TraceError, match="NaN or infinite"):
        analysis.silhouette(np.array([[0.0], [NAN]]), np.array([0, 1]))


def test_distances_and_cosines(points: tuple[np.ndarray, np.ndarray]) -> None:
    x, _ = points
    np.testing.assert_allclose(analysis.pairwise_distances(x, x[:7]), pairwise.euclidean_distances(x, x[:7]), atol=1e-7)
    np.testing.assert_allclose(analysis.cosine_similarity(x, x[:7]), pairwise.cosine_similarity(x, x[:7]))
    assert analysis.pairwise_distances(x[:0], x).shape == (0, 60)


def test_small_distances_between_far_points_are_exact() -> None:
    a = np.array([[1e6, 1e6]])
    assert analysis.pairwise_distances(a, a + 1e-6)[0, 0] == pytest.approx(np.sqrt(2) * 1e-6, rel=1e-3)


def test_angles() -> None:
    corners = np.array([[1.0, 0], [0, 2], [-3, 0], [1, 1]])
    angles = analysis.pairwise_angles(corners)
    np.testing.assert_allclose(angles[0], [0, 90, 180, 45], atol=1e-9)
    np.testing.assert_allclose(angles, angles.T)
    seen_from = analysis.pairwise_angles(np.array([[2.0, 1], [1, 2]]), origin=np.array([1.0, 1.0]))
    assert seen_from[0, 1] == pytest.approx(90)
    assert np.isnan(analysis.pairwise_angles(np.array([[0.0, 0], [1, 0]]))[0]).all()


def test_task_embedding_counts_classes_alike() -> None:
    x = np.array([[0.0, 0], [0, 2], [0, 4], [6, 0]])
    np.testing.assert_allclose(analysis.class_means(x, np.array([0, 0, 0, 1])), [[0, 2], [6, 0]])
    np.testing.assert_allclose(analysis.task_embedding(x, np.array([0, 0, 0, 1])), [3, 1])


def test_nearest_prototype_distance() -> None:
    a = np.array([[0.0], [10]])
    b = np.array([[1.0], [2], [10]])
    # from a: 1 and 0; from b: 1, 2 and 0
    assert analysis.nearest_prototype_distance(a, b) == pytest.approx((0.5 + 1) / 2)
    assert analysis.nearest_prototype_distance(b, a) == analysis.nearest_prototype_distance(a, b)
    assert analysis.nearest_prototype_distance(a, a[::-1]) == 0


def test_calibration_by_hand() -> None:
    p = np.array([[0.9, 0.1], [0.85, 0.15], [0.55, 0.45], [0.4, 0.6]])
    found = analysis.calibration(p, np.array([0, 1, 0, 1]), n_bins=5)
    # bin (0.8, 1]: confidence 0.875, accuracy 0.5; bin (0.4, 0.6]: confidence 0.575, accuracy 1
    assert found.count.tolist() == [0, 0, 2, 0, 2]
    np.testing.assert_allclose(found.confidence, [NAN, NAN, 0.575, NAN, 0.875])
    np.testing.assert_allclose(found.accuracy, [NAN, NAN, 1, NAN, 0.5])
    assert found.ece == pytest.approx((2 * 0.425 + 2 * 0.375) / 4)
    np.testing.assert_allclose(found.edges, [0, 0.2, 0.4, 0.6, 0.8, 1])


def test_a_calibrated_guesser_has_little_error() -> None:
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(5), 20_000)
    labels = np.array([rng.choice(5, p=row) for row in p])
    assert analysis.calibration(p, labels).ece < 0.02
    assert analysis.calibration(p, (p.argmax(1) + 1) % 5).ece == pytest.approx(p.max(1).mean())


def test_certainty_and_float32_rounding_fall_in_the_last_bin() -> None:
    p = np.array([[1.0, 0.0], [np.float32(1.0000001), 0.0]])
    assert analysis.calibration(p, np.array([0, 0])).count[-1] == 2


@pytest.mark.parametrize(
    ("p", "said"),
    [
        (np.zeros((0, 2)), "at least one item"),
        (np.array([[3.0, -1]]), "a probability is 3"),
        (np.array([[NAN, 1]]), "is nan"),
    ],
)
def test_calibration_of_what_is_no_probability(p: np.ndarray, said: str) -> None:
    with pytest.raises(TraceError, match=said):
        analysis.calibration(p, np.zeros(len(p), int))


def test_mean_interval_by_hand() -> None:
    interval = analysis.mean_interval(np.array([1.0, 2, 3, 4]))
    assert interval.mean == 2.5
    assert interval.half_width == pytest.approx(1.96 * np.sqrt(5 / 3) / 2)
    assert interval.n == 4
    assert (interval.low, interval.high) == (2.5 - interval.half_width, 2.5 + interval.half_width)


def test_mean_interval_covers_the_mean_in_95_of_100() -> None:
    rng = np.random.default_rng(1)
    draws = rng.binomial(15, 0.9, (2000, 100)) / 15
    covered = [abs(i.mean - 0.9) <= i.half_width for i in map(analysis.mean_interval, draws)]
    assert 0.93 < np.mean(covered) < 0.965


def test_pairing_takes_out_what_episodes_share() -> None:
    rng = np.random.default_rng(2)
    hardness = rng.normal(0, 0.1, 200)
    a, b = 0.8 + hardness + rng.normal(0, 0.01, 200), 0.79 + hardness + rng.normal(0, 0.01, 200)
    paired = analysis.paired_interval(a, b)
    assert paired.mean == pytest.approx(a.mean() - b.mean())
    assert paired.excludes_zero
    assert paired.half_width < 0.2 * analysis.mean_interval(a).half_width
    assert not analysis.paired_interval(a, a[::-1]).excludes_zero


def test_a_paired_interval_by_hand() -> None:
    """The differences 0.8, -0.4 and -0.4 have mean 0 and standard deviation sqrt(0.48)."""
    paired = analysis.paired_interval(np.array([0.9, 0.1, 0.5]), np.array([0.1, 0.5, 0.9]))
    assert paired.mean == pytest.approx(0, abs=1e-12)
    assert paired.half_width == pytest.approx(1.96 * np.sqrt(0.48 / 3))


def test_intervals_refuse_what_has_none() -> None:
    with pytest.raises(EpisodeError, match=r"two or more values, not one of shape \(1,\)"):
        analysis.mean_interval(np.array([0.5]))
    with pytest.raises(EpisodeError, match="episode 1 is not finite"):
        analysis.mean_interval(np.array([0.5, NAN, 0.7]))
    with pytest.raises(EpisodeError, match="same episodes"):
        analysis.paired_interval(np.zeros(3), np.zeros(4))


def test_public_names_exist() -> None:
    assert all(hasattr(analysis, name) for name in analysis.__all__)
