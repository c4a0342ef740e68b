"""Prototypical networks, with numbers that can be checked by hand."""

from inspect import signature
from typing import Any

import numpy as np
import pytest
import torch
from scipy.spatial.distance import cdist
from torch import nn

from metawidgets import learners
from metawidgets.episodes import Episode
from metawidgets.errors import LearnerError
from metawidgets.learners import LinearProbe, ProtoNet, loop
from metawidgets.training import MetaTraining, meta_train
from metawidgets.training.evaluation import evaluate
from tests.learners.conftest import sampler_of

# Two classes on a plane: class 0 at (0, 0) and (2, 0), so its prototype is (1, 0); class 1 at (4, 3).
PAPER = Episode(
    support_x=np.array([[0, 0], [4, 3], [2, 0]], np.float32),
    support_y=np.array([0, 1, 0]),
    query_x=np.array([[1, 0], [4, 0]], np.float32),
    query_y=np.array([0, 1]),
    class_names=("a", "b"),
)


def test_prototypes_and_distances_by_hand() -> None:
    trace = loop.trace(ProtoNet(nn.Identity()), PAPER)
    np.testing.assert_allclose(trace["prototypes"][-1], [[1, 0], [4, 3]])
    np.testing.assert_allclose(trace["distances"][-1], [[0, 18], [9, 9]])
    np.testing.assert_allclose(trace["outputs"][-1], [[0, -18], [-9, -9]])
    np.testing.assert_allclose(
        trace["probabilities"][-1], [[1 / (1 + np.exp(-18)), 1 / (1 + np.exp(18))], [0.5, 0.5]], rtol=1e-6
    )
    assert trace["query_accuracy"][-1] == pytest.approx(0.75)  # the second query is a tie, which counts as half right
    assert trace["query_loss"][-1] == pytest.approx((np.log1p(np.exp(-18)) + np.log(2)) / 2)


def test_prototypes_as_support_is_absorbed() -> None:
    trace = loop.trace(ProtoNet(nn.Identity()), PAPER)
    assert np.isnan(trace["prototypes"][0]).all()
    np.testing.assert_array_equal(trace["prototypes"][1], [[0, 0], [np.nan, np.nan]])
    np.testing.assert_array_equal(trace["prototypes"][2], [[0, 0], [4, 3]])
    np.testing.assert_array_equal(trace["absorbed"], [[0, 0, 0], [1, 0, 0], [1, 1, 0], [1, 1, 1]])
    np.testing.assert_allclose(trace["probabilities"][0], 0.5)
    np.testing.assert_allclose(trace["probabilities"][1], [[1, 0], [1, 0]])


@pytest.mark.parametrize(
    ("metric", "scipy_name"), [("squared_euclidean", "sqeuclidean"), ("euclidean", "euclidean"), ("cosine", "cosine")]
)
def test_distances_equal_scipys(metric: Any, scipy_name: Any) -> None:
    learner = ProtoNet(nn.Identity(), metric=metric)
    episode = sampler_of("point").episode(0)
    trace = loop.trace(learner, episode)
    centres = np.stack([episode.support_x[episode.support_y == c].mean(0) for c in range(3)])
    np.testing.assert_allclose(
        trace["distances"][-1], cdist(episode.query_x, centres, scipy_name), rtol=1e-4, atol=1e-5
    )
    factor = 10.0 if metric == "cosine" else 1.0
    np.testing.assert_allclose(trace["outputs"][-1], -factor * trace["distances"][-1], rtol=1e-5)


def test_the_euclidean_metric_has_a_finite_slope_on_a_prototype() -> None:
    encoder = nn.Linear(2, 2)
    learner = ProtoNet(encoder, metric="euclidean")
    support = loop.support_of(learner, PAPER)
    query = torch.tensor([[1.0, 0.0]])  # embeds exactly onto the first prototype
    learner.task_outputs(support, query).sum().backward()
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in encoder.parameters())


@pytest.mark.parametrize(
    "kind", [ProtoNet, learners.FullContextMatching, learners.RelationNetwork, learners.BaselinePlusPlus, LinearProbe]
)
def test_an_encoder_in_float64_makes_a_learner_in_float64(kind: Any) -> None:
    options = {"feature_shape": (4,)} if "feature_shape" in signature(kind).parameters else {}
    learner = kind(nn.Linear(2, 4).double(), **options)
    learner.prepare(sampler_of("point").source)
    assert {p.dtype for p in learner.parameters()} == {torch.float64}
    assert loop.trace(learner, PAPER)["outputs"].dtype == np.float64


def test_unknown_metric_names_the_nearest() -> None:
    with pytest.raises(LearnerError, match="did you mean 'euclidean'"):
        ProtoNet(nn.Identity(), metric="euclidian")  # pyright: ignore[reportArgumentType]


@pytest.mark.quick_cases("protonet")
@pytest.mark.parametrize("name", ["protonet", "matching", "relation", "linear_probe", "finetune", "baseline_plus"])
def test_ways_in_training_may_differ_from_those_at_test(name: str) -> None:
    torch.manual_seed(0)
    options = {"inner_lr": 0.1} if name == "finetune" else {}
    learner = learners.build(name, item_shape=(2,), output_dim=3, hidden=(16, 16), **options)
    for _ in meta_train(
        learner, sampler_of("point", n_way=8), MetaTraining(steps=200, meta_batch_size=2, meta_lr=3e-3)
    ):
        pass
    assert evaluate(learner, sampler_of("point", n_way=3), 30).mean > 0.85
    assert loop.predict(learner, sampler_of("point", n_way=11).episode(0)).shape == (44, 11)
