"""Cosines of meta-gradients, for settings with known results."""

import numpy as np
import pytest
import torch

from metawidgets import learners
from metawidgets.learners import loop
from metawidgets.learners.landscape.meta_gradient_agreement import agreement
from tests.learners.by_hand import batch_of, network_of


@pytest.mark.parametrize("kind", ["curve", "point", "image"])
def test_gradients_are_those_of_the_learners_and_cosines_theirs(kind: str) -> None:
    network = network_of(kind, "support_stats")
    before = {k: v.clone() for k, v in network.state_dict().items()}
    found = agreement(network, batch_of(kind), inner_lr=0.05, inner_steps=2)
    assert found.names == ("second_order", "first_order", "reptile", "implicit", "anil")
    assert all(torch.equal(v, before[k]) for k, v in network.state_dict().items())
    assert all(p.grad is None for p in network.parameters())
    learner = learners.MAML(network, inner_lr=0.05, inner_steps=2).train()
    loop.meta_gradient(learner, batch_of(kind))
    np.testing.assert_allclose(found.gradients[0], torch.cat([p.grad.flatten() for p in network.parameters()]).numpy())  # pyright: ignore[reportOptionalMemberAccess]
    a, b = found.gradients[0], found.gradients[1]
    assert found.cosines[0, 1] == pytest.approx(a @ b / np.sqrt((a @ a) * (b @ b)))
    np.testing.assert_allclose(np.diag(found.cosines), 1)
    np.testing.assert_allclose(found.cosines, found.cosines.T)


def test_all_agree_when_hardly_anything_moves() -> None:
    """With an inner rate of almost 0 nothing adapts, so all meta-gradients but Reptile's equal the query loss's gradient at the start."""
    found = agreement(network_of("point"), batch_of("point"), inner_lr=1e-7, proximal_strength=1e7)
    np.testing.assert_allclose(found.cosines[np.ix_([0, 1, 3], [0, 1, 3])], 1, atol=1e-6)


def test_reptiles_first_step_is_the_gradient_on_all_items() -> None:
    batch = batch_of("curve")
    found = agreement(network_of("curve"), batch, inner_lr=0.1)
    x, y = np.concatenate([batch.support_x, batch.query_x], 1), np.concatenate([batch.support_y, batch.query_y], 1)
    network = network_of("curve")
    (
        network(torch.tensor(x).double().flatten(0, 1)) - torch.tensor(y).double().flatten(0, 1)
    ).square().mean().backward()
    expected = torch.cat([p.grad.flatten() for p in network.parameters()]).numpy()  # pyright: ignore[reportOptionalMemberAccess]
    np.testing.assert_allclose(found.gradients[2], 0.1 * expected, rtol=1e-10)
