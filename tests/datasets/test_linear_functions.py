"""Linear functions and their least-squares reference, against numpy's least squares and the normal distribution's moments."""

from typing import Any

import numpy as np
import pytest

from metawidgets.datasets import load
from metawidgets.datasets.linear_functions import least_squares_error_by_context, least_squares_predictions
from metawidgets.episodes import EpisodeSampler, EpisodeSpec
from metawidgets.errors import DatasetError, EpisodeError


def sampler(k_shot: int = 6, n_query: int = 3, split: Any = "train", **options: Any) -> EpisodeSampler:
    return EpisodeSampler(load("linear_functions", **options).source(split), k_shot=k_shot, n_query=n_query, seed=2)


def inputs(shift: str, dim: int = 4, n: int = 3000) -> tuple[np.ndarray, np.ndarray]:
    """Return the support and query inputs of many test tasks, `(task, item, dim)`."""
    batch = sampler(k_shot=8, n_query=8, split="test", dim=dim, test_shift=shift).batch(0, n)
    return batch.support_x.astype(float), batch.query_x.astype(float)


def test_the_task_draws_its_own_function() -> None:
    for i in range(20):
        episode = sampler(dim=3).episode(i)
        weights = np.array(episode.task["weights"])[:, None]
        assert episode.item_shape == (3,)
        for x, y in ((episode.support_x, episode.support_y), (episode.query_x, episode.query_y)):
            np.testing.assert_allclose(y, x.astype(float) @ weights, atol=1e-5)


def test_the_defaults_are_those_of_the_paper() -> None:
    weights = np.array([sampler().episode(i).task["weights"] for i in range(300)])
    x = sampler().batch(0, 300).support_x
    assert weights.shape == (300, 20)
    assert x.shape == (300, 6, 20)
    for values in (weights, x):
        assert abs(values.mean()) < 5 / np.sqrt(values.size)
        assert values.std() == pytest.approx(1, abs=5 / np.sqrt(2 * values.size))


def test_noise_has_the_deviation_that_was_asked_for() -> None:
    off = []
    for i in range(300):
        episode = sampler(dim=3, noise=0.5).episode(i)
        off.append(episode.query_y - episode.query_x @ np.array(episode.task["weights"])[:, None])
    assert np.std(off) == pytest.approx(0.5, rel=0.1)


def test_a_shift_is_of_test_tasks_alone() -> None:
    train, plain = sampler(test_shift="scaled"), sampler()
    np.testing.assert_array_equal(train.batch(0, 3).support_x, plain.batch(0, 3).support_x)
    shifted = sampler(split="test", test_shift="scaled")
    np.testing.assert_allclose(shifted.batch(0, 3).support_x, 3 * plain.batch(0, 3).support_x, rtol=1e-6)
    assert shifted.episode(0).task["shift"] == "scaled"
    assert train.episode(0).task["shift"] == "none"


def test_skewed_inputs_have_the_papers_eigenvalues_and_no_fixed_direction() -> None:
    support, query = inputs("skewed")
    x = np.concatenate([support, query], 1)
    expected = 4 * np.array([1, 1 / 4, 1 / 9, 1 / 16]) / np.sum([1, 1 / 4, 1 / 9, 1 / 16])
    assert np.square(x).sum(-1).mean() == pytest.approx(expected.sum(), rel=0.03)
    # the trace of the squared covariance, without bias: mean over pairs of one task's items of (a . b)^2
    pairs = np.square(np.einsum("tid,tjd->tij", support, query)).mean()
    assert pairs == pytest.approx(np.square(expected).sum(), rel=0.08)
    covariance = np.einsum("tid,tie->de", x, x) / x[..., 0].size
    np.testing.assert_allclose(covariance, np.eye(4), atol=0.06)  # over all tasks, every direction is equally likely


def test_subspace_inputs_span_half_of_the_dimensions() -> None:
    support, query = inputs("subspace", n=50)
    for x in np.concatenate([support, query], 1):
        assert np.linalg.svd(x, compute_uv=False)[2] < 1e-5  # float32
        assert np.linalg.matrix_rank(x, tol=1e-3) == 2


def test_the_support_lies_in_one_orthant_and_queries_in_any() -> None:
    support, query = inputs("orthants", n=500)
    signs = np.sign(support)
    assert (signs == signs[:, :1]).all()
    assert len({tuple(s) for s in signs[:, 0]}) == 16
    assert abs((np.sign(query) == signs[:, :1]).mean() - 0.5) < 0.02


def test_least_squares_equals_numpys() -> None:
    rng = np.random.default_rng(0)
    x, y, query_x = rng.normal(size=(7, 3)), rng.normal(size=(7, 2)), rng.normal(size=(4, 3))
    guesses, outputs = least_squares_predictions(x, y, query_x)
    assert (guesses[0] == 0).all()
    np.testing.assert_allclose(
        guesses[1], x[1] @ np.outer(x[0], y[0]) / (x[0] @ x[0])
    )  # the w of smallest norm with w . x0 = y0
    for n in range(3, 7):  # enough equations for one best solution
        w = np.linalg.solve(x[:n].T @ x[:n], x[:n].T @ y[:n])
        np.testing.assert_allclose(guesses[n], x[n] @ w, rtol=1e-8)
    np.testing.assert_allclose(outputs, query_x @ np.linalg.lstsq(x, y)[0])


def test_least_squares_error_falls_to_nothing_at_as_many_examples_as_dimensions() -> None:
    curve = least_squares_error_by_context(sampler(k_shot=6, n_query=10, dim=4), 400)
    assert curve.points.tolist() == list(range(7))
    assert curve.per_episode.shape == (400, 7)
    # with n < dim examples, the solution of smallest norm is wrong in the dim - n directions without an example
    np.testing.assert_allclose(curve.mean[:4], [4, 3, 2, 1], rtol=0.35)
    assert (np.abs(curve.mean[:4] - [4, 3, 2, 1]) < 2 * curve.half_width[:4]).all()
    assert (curve.mean[4:] < 1e-6).all()


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(DatasetError, match="dim=0"):
        load("linear_functions", dim=0)
    with pytest.raises(DatasetError, match="did you mean 'skewed'"):
        load("linear_functions", test_shift="skew")
    with pytest.raises(EpisodeError, match="n_way=5, but 'linear_functions' draws functions"):
        load("linear_functions").source().draw(np.random.default_rng(0), EpisodeSpec(5, 1, 1))
