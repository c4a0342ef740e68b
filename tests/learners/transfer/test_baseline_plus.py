"""Baseline++ by hand."""

import numpy as np
import pytest
import torch
from torch import nn

from metawidgets.episodes import Episode
from metawidgets.learners import BaselinePlusPlus, loop

# Features are the points themselves; class 0 points right, class 1 up.
AXES = Episode(
    support_x=np.array([[2, 0], [0, 1]], np.float32),
    support_y=np.array([0, 1]),
    query_x=np.array([[3, 4]], np.float32),
    query_y=np.array([1]),
    class_names=("a", "b"),
)


def plus(scale: float = 10.0, **options: float) -> BaselinePlusPlus:
    learner = BaselinePlusPlus(nn.Identity(), pretraining_head=(2, 7), **options)  # pyright: ignore
    with torch.no_grad():
        learner.scale.fill_(scale)
    return learner


def test_scores_before_the_first_step_by_hand() -> None:
    trace = loop.trace(plus(scale=4.0), AXES)
    np.testing.assert_allclose(trace["prototypes"][0], [[1, 0], [0, 1]])  # imprinted vectors have length 1
    np.testing.assert_allclose(trace["distances"][0], [[0.4, 0.2]], rtol=1e-5)  # 1 - 3/5 and 1 - 4/5
    np.testing.assert_allclose(trace["outputs"][0], [[2.4, 3.2]], rtol=1e-6)


def test_a_step_by_hand() -> None:
    lr, scale = 0.5, 4.0
    trace = loop.trace(plus(scale=scale, inner_lr=lr, inner_steps=1), AXES)
    # Both items equal their class's vector: the logits are (4, 0) and (0, 4), and p is the wrong class's probability. A vector moves only
    # orthogonally to itself: away from the other class's item, by scale * p / 2 of that item.
    p = 1 / (1 + np.exp(scale))
    moved = lr * scale * p / 2
    np.testing.assert_allclose(trace["prototypes"][1], [[1, -moved], [-moved, 1]], rtol=1e-5)
    assert trace["gradient_norm"][0] == pytest.approx(np.sqrt(2) * moved / lr, rel=1e-5)


def test_the_head_over_the_pool_has_the_learned_scale() -> None:
    learner, head = plus(scale=3.0), nn.Linear(2, 3, bias=False)
    with torch.no_grad():
        head.weight.copy_(torch.tensor([[5.0, 0], [0, 2], [-1, 0]]))
    outputs = learner.pretraining_outputs(head, torch.tensor([[6.0, 8.0]]))
    torch.testing.assert_close(outputs, torch.tensor([[1.8, 2.4, -1.8]]))
    outputs.sum().backward()
    assert learner.scale.grad is not None
    assert learner.scale.grad.item() == pytest.approx(0.8)  # the sum of the cosines


def test_a_class_without_support_stays_out_of_the_gradient() -> None:
    episode = Episode(AXES.support_x, AXES.support_y, AXES.query_x, AXES.query_y, ("a", "b", "nobody"))
    trace, without = loop.trace(plus(), episode), loop.trace(plus(), AXES)
    np.testing.assert_allclose(trace["probabilities"][..., :2], without["probabilities"], rtol=1e-6)
    assert (trace["probabilities"][..., 2] == 0).all()
    assert np.isnan(trace["prototypes"][:, 2]).all()
    assert np.isnan(trace["distances"][..., 2]).all()
    np.testing.assert_allclose(trace["gradient_norm"], without["gradient_norm"], rtol=1e-5)
