"""Scores per item: by hand, by enumeration, and against traces."""

from itertools import permutations

import numpy as np
import pytest
import torch
from torch import nn

from metawidgets.datasets import load
from metawidgets.datasets.linear_functions import least_squares_error_by_context
from metawidgets.episodes import EpisodeSampler
from metawidgets.errors import EpisodeError, LearnerError
from metawidgets.learners import InContext, NearestNeighbour, ProtoNet, RecurrentLearner, loop
from metawidgets.learners import build as build_learner
from metawidgets.learners.curves import accuracy_by_appearance, appearances, error_by_context, ideal_first_guess
from metawidgets.learners.losses import task_metrics
from metawidgets.records import EvaluationCurve
from tests.learners.conftest import blob_pool, sampler_of


def test_appearances_by_hand() -> None:
    assert appearances(np.array([2, 0, 2, 2, 1, 0])).tolist() == [1, 1, 2, 3, 1, 2]
    assert appearances(np.array([[0, 0], [0, 1]])).tolist() == [[1, 2], [1, 1]]


@pytest.mark.parametrize("n_way", [2, 3, 5])
def test_the_ideal_first_guess_by_enumeration(n_way: int) -> None:
    """The classes appear one after the other, under every assignment of labels; the guesser answers the smallest unused label."""
    hits = []
    for labels in permutations(range(n_way)):
        for j, label in enumerate(labels):
            hits.append(label == min(set(range(n_way)) - set(labels[:j])))
    assert ideal_first_guess(n_way) == pytest.approx(np.mean(hits))


def test_the_line_to_draw_for_five_classes() -> None:
    assert ideal_first_guess(5) == pytest.approx(0.45667, abs=1e-5)


def test_a_neighbour_of_clear_classes_knows_them_from_the_second_appearance_on() -> None:
    curve = accuracy_by_appearance(NearestNeighbour(), blob_pool("image"), 30, seed=1, n_way=3, n_items=5)
    assert (curve.metric, curve.axis, curve.points.tolist()) == ("accuracy", "appearance", [1, 2, 3, 4, 5])
    assert curve.per_episode.shape == (30, 5)
    assert (curve.per_episode[:, 1:] == 1).all()
    # It never guesses an unseen class. At the first item it knows nothing, so it is right in one case of three.
    np.testing.assert_allclose(curve.per_episode[:, 0], 1 / 9)
    assert curve.settings["learner"] == "NearestNeighbour"


@pytest.mark.quick_cases(1)
@pytest.mark.parametrize("name", ["lstm", "mann", "snail", "in_context"])
def test_each_item_is_scored_on_what_came_before_it(name: str) -> None:
    torch.manual_seed(0)
    learner = build_learner(name, item_shape=(2,), output_dim=3)
    sampler = EpisodeSampler(blob_pool("point"), n_way=3, k_shot=3, n_query=1, seed=5)
    curve = accuracy_by_appearance(learner, blob_pool("point"), 23, seed=5, n_way=3, n_items=3)
    by_context = error_by_context(learner, sampler, 23)
    for i in (0, 22):
        episode = sampler.episode(i)
        support_outputs = loop.trace(learner, episode)["support_outputs"]  # (step, support, way)
        right = [
            task_metrics(torch.tensor(support_outputs[t, t : t + 1]), torch.tensor(episode.support_y[t : t + 1])).item()
            for t in range(9)
        ]
        np.testing.assert_allclose(by_context.per_episode[i, :9], right)
        number = appearances(episode.support_y)
        expected = [np.mean([r for r, n in zip(right, number, strict=True) if n == k]) for k in (1, 2, 3)]
        np.testing.assert_allclose(curve.per_episode[i], expected)


def test_the_error_by_context_is_paired_with_that_of_least_squares() -> None:
    sampler = EpisodeSampler(load("linear_functions", dim=3).source(), k_shot=4, n_query=2, seed=3)
    neighbour, best = error_by_context(NearestNeighbour(), sampler, 50), least_squares_error_by_context(sampler, 50)
    assert neighbour.metric == best.metric == "mean squared error"
    np.testing.assert_array_equal(neighbour.points, best.points)
    # Without an example, both predict 0; with one example, the nearest neighbour repeats its target.
    np.testing.assert_allclose(neighbour.per_episode[:, 0], best.per_episode[:, 0], rtol=1e-5)
    episodes = [sampler.episode(i) for i in range(50)]
    repeated = [(e.support_y[1, 0] - e.support_y[0, 0]) ** 2 for e in episodes]
    np.testing.assert_allclose(neighbour.per_episode[:, 1], repeated, rtol=1e-4)
    assert best.mean[-1] < 1e-6 < neighbour.mean[-1]


def test_reading_side_by_side_equals_reading_alone() -> None:
    torch.manual_seed(0)
    learner = InContext(nn.Identity(), output_dim=1, feature_shape=(1,), embed_dim=8, n_layers=1, n_heads=2).double()
    sampler = sampler_of("curve")
    curve = error_by_context(learner, sampler, 21)
    for i in (0, 20):
        trace = loop.trace(learner, sampler.episode(i))
        assert curve.per_episode[i, -1] == pytest.approx(float(trace["query_loss"][-1]), rel=1e-10)


def test_means_and_intervals_by_hand() -> None:
    scores = np.array([[1.0, 0.0], [0.5, np.nan], [0.0, 1.0]])
    curve = EvaluationCurve("accuracy", "context", np.arange(2), scores)
    np.testing.assert_allclose(curve.mean, [0.5, 0.5])
    np.testing.assert_allclose(curve.half_width, [1.96 * 0.5 / np.sqrt(3), 1.96 * np.sqrt(0.5) / np.sqrt(2)])
    assert np.isnan(EvaluationCurve("accuracy", "context", np.arange(2), scores[:1]).half_width).all()


def test_what_cannot_be_scored_is_refused() -> None:
    maml = build_learner("maml", item_shape=(1,), output_dim=1)
    with pytest.raises(LearnerError, match="MAML adapts to its whole support set at every step"):
        error_by_context(maml, sampler_of("curve"), 2)
    with pytest.raises(EpisodeError, match="n_episodes=0"):
        error_by_context(ProtoNet(nn.Identity()), sampler_of("point"), 0)
    with pytest.raises(LearnerError, match="made for 2 classes, the episode has 3"):
        accuracy_by_appearance(
            RecurrentLearner(nn.Identity(), output_dim=2, feature_shape=(2,)), blob_pool("point"), 2, n_way=3, n_items=2
        )
