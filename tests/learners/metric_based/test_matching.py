"""Matching networks by hand, and against numpy."""

import numpy as np
import pytest
import torch
from torch import nn

from metawidgets.episodes import Episode
from metawidgets.errors import LearnerError
from metawidgets.learners import MatchingNetwork, Support, loop
from tests.learners.conftest import sampler_of

# Support items on the axes of the plane: class 0 points right; class 1 has one item up and one left.
AXES = Episode(
    support_x=np.array([[2, 0], [0, 1], [-3, 0]], np.float32),
    support_y=np.array([0, 1, 1]),
    query_x=np.array([[5, 0], [1, 1]], np.float32),
    query_y=np.array([0, 1]),
    class_names=("a", "b"),
)


def test_attention_by_hand() -> None:
    trace = loop.trace(MatchingNetwork(nn.Identity(), scale=1.0), AXES)
    e, root = np.e, np.sqrt(0.5)
    first = np.array([e, 1, 1 / e]) / (e + 1 + 1 / e)  # cosines 1, 0, -1
    second = np.exp([root, root, -root]) / np.exp([root, root, -root]).sum()
    np.testing.assert_allclose(trace["attention"][-1, 0], [first, second], rtol=1e-6)
    np.testing.assert_allclose(trace["probabilities"][-1, :, 0], [first[0], second[0]], rtol=1e-6)
    assert trace["query_loss"][-1] == pytest.approx(-(np.log(first[0]) + np.log(second[1:].sum())) / 2)


def test_one_item_is_written_a_step() -> None:
    trace = loop.trace(MatchingNetwork(nn.Identity()), AXES)
    assert trace.axis == "write"
    assert not trace["attention"][0].any()
    np.testing.assert_allclose(trace["probabilities"][0], 0.5)
    np.testing.assert_allclose(trace["attention"][1, 0], [[1, 0, 0], [1, 0, 0]])
    np.testing.assert_allclose(trace["probabilities"][1], [[1, 0], [1, 0]])  # class 1 has no support yet
    np.testing.assert_allclose(trace["attention"].sum(-1)[1:], 1, rtol=1e-6)


@pytest.mark.parametrize("scale", [1.0, 10.0])
def test_probabilities_equal_numpys(scale: float) -> None:
    episode = sampler_of("point", k_shot=3).episode(0)
    unit = lambda x: x / np.linalg.norm(x, axis=-1, keepdims=True)  # noqa: E731
    weights = np.exp(scale * unit(episode.query_x) @ unit(episode.support_x).T)
    weights /= weights.sum(-1, keepdims=True)
    expected = weights @ np.eye(3)[episode.support_y]  # equation 1
    found = loop.predict(MatchingNetwork(nn.Identity(), scale=scale), episode)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


def test_targets_are_read_with_the_same_weights() -> None:
    episode = sampler_of("curve").episode(0)
    lift = nn.Linear(1, 4)  # the cosine of two numbers is only the sign of their product
    trace = loop.trace(MatchingNetwork(lift, scale=5.0), episode)
    np.testing.assert_allclose(trace["outputs"], trace["attention"][:, 0] @ episode.support_y, atol=1e-5)
    assert (trace["outputs"][0] == 0).all()


def test_a_class_without_support_leaves_finite_gradients() -> None:
    encoder = nn.Linear(2, 3)
    learner = MatchingNetwork(encoder)
    support = Support(torch.tensor(AXES.support_x), torch.tensor([0, 0, 0]), 2)
    outputs = learner.task_outputs(support, torch.tensor(AXES.query_x))
    assert torch.isneginf(outputs[:, 1]).all()
    outputs[:, 0].sum().backward()
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in encoder.parameters())


@pytest.mark.parametrize("scale", [0.0, -1.0, float("nan")])
def test_bad_scales(scale: float) -> None:
    with pytest.raises(LearnerError, match="scale="):
        MatchingNetwork(nn.Identity(), scale=scale)
