"""Training from scratch: plain gradient descent from the untrained network."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from metawidgets import learners
from metawidgets.errors import LearnerError
from metawidgets.learners import FromScratch, loop
from metawidgets.learners.networks.encoders import MLP
from metawidgets.training import MetaTraining, meta_train
from tests.learners.conftest import sampler_of


def test_it_is_plain_gradient_descent_from_its_initialisation() -> None:
    torch.manual_seed(0)
    network, twin = MLP((2,), 3, hidden=(8,)), MLP((2,), 3, hidden=(8,))
    twin.load_state_dict(network.state_dict())
    learner, episode = FromScratch(network, inner_lr=0.2, inner_steps=12), sampler_of("point").episode(0)
    optimiser = torch.optim.SGD(twin.parameters(), lr=0.2)
    for _ in range(12):
        optimiser.zero_grad()
        F.cross_entropy(twin(torch.tensor(episode.support_x)), torch.tensor(episode.support_y)).backward()
        optimiser.step()
    expected = twin(torch.tensor(episode.query_x)).detach()
    trace = loop.trace(learner, episode)
    np.testing.assert_allclose(trace["outputs"][-1], expected, rtol=1e-4, atol=1e-5)
    assert trace["support_loss"][-1] < trace["support_loss"][0]
    assert len(trace) == 13


def test_more_steps_may_be_asked_for() -> None:
    assert learners.build("from_scratch", item_shape=(2,), output_dim=3, inner_steps=200).hyper["inner_steps"] == 200


def test_an_outer_loop_has_nothing_to_train() -> None:
    learner = learners.build("from_scratch", item_shape=(2,), output_dim=3)
    with pytest.raises(LearnerError, match="no parameters that an outer loop could train"):
        next(meta_train(learner, sampler_of("point"), MetaTraining(steps=1)))
