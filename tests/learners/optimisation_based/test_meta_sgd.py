"""Meta-SGD by hand: one learning rate per element, learned through the inner gradients."""

import numpy as np
import pytest
import torch

from metawidgets import learners
from metawidgets.learners import loop
from tests.learners.by_hand import (
    CASES,
    assert_finite_differences,
    assert_gradients,
    batch_of,
    mean_query_loss,
    network_of,
    outputs_of,
    start_of,
    tensors_of,
)
from tests.learners.conftest import sampler_of


def rough(kind: str, statistics: str, steps: int) -> learners.MetaSGD:
    """Make a learner whose rates differ from element to element; some are negative."""
    learner = learners.MetaSGD(network_of(kind, statistics), inner_lr=0.03, inner_steps=steps).train()
    with torch.no_grad():
        for rate in learner.learned:
            rate.add_(0.03 * torch.randn_like(rate))
    assert min(rate.min().item() for rate in learner.learned) < 0
    return learner


@pytest.mark.parametrize(("kind", "statistics"), CASES)
@pytest.mark.parametrize("steps", [1, 3])
def test_gradients_of_parameters_and_rates_equal_a_plain_double_backward(
    kind: str, statistics: str, steps: int
) -> None:
    learner = rough(kind, statistics, steps)
    start, learned = start_of(learner), [rate.detach().clone().requires_grad_() for rate in learner.learned]
    rates = [dict(zip(start, learned, strict=True))] * steps
    loss = mean_query_loss(outputs_of(kind, statistics), start, tensors_of(learner, batch_of(kind)), rates)
    found = torch.autograd.grad(loss, (*start.values(), *learned))
    names = [f"_network.{n}" for n in start] + [f"learned.{i}" for i in range(len(learned))]
    loop.meta_gradient(learner, batch_of(kind))
    assert_gradients(learner, dict(zip(names, found, strict=True)))


@pytest.mark.quick_cases("curve", "point")
@pytest.mark.parametrize(("kind", "statistics"), CASES)
def test_gradients_equal_finite_differences(kind: str, statistics: str) -> None:
    learner = rough(kind, statistics, 2)
    loop.meta_gradient(learner, batch_of(kind))
    assert_finite_differences(learner, lambda: loop.meta_loss(learner, batch_of(kind)).item())


def test_one_step_by_hand() -> None:
    learner = rough("curve", "none", 1)
    support = loop.support_of(learner, sampler_of("curve").episode(0))
    before = dict(learner.network.named_parameters())
    loss = (outputs_of("curve")(before, support.x) - support.y).square().mean()
    after = learner.adapted(support).parameters
    for (name, p), g, rate in zip(
        before.items(), torch.autograd.grad(loss, tuple(before.values())), learner.learned, strict=True
    ):
        torch.testing.assert_close(after[name], p - rate * g)


def test_rates_begin_as_one_number_drawn_as_in_the_paper() -> None:
    firsts = []
    for seed in range(40):
        torch.manual_seed(seed)
        learner = learners.MetaSGD(torch.nn.Linear(2, 2))
        values = torch.cat([rate.detach().flatten() for rate in learner.learned])
        assert (values == values[0]).all()
        assert learner.hyper["inner_lr"] == pytest.approx(values[0].item())
        firsts.append(values[0].item())
    assert 0.005 <= min(firsts) < 0.02
    assert 0.085 < max(firsts) <= 0.1


def test_the_trace_holds_each_layers_mean_rate() -> None:
    learner = rough("curve", "none", 2)
    trace = loop.trace(learner, sampler_of("curve").episode(0))
    assert trace["learned_rates"].shape == (3, 6)
    expected = [rate.mean().item() for rate in learner.learned]
    np.testing.assert_allclose(trace["learned_rates"], [expected] * 3)
