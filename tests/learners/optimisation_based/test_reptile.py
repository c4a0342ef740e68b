"""Reptile's update by hand, and with PyTorch's own optimisers."""

import copy

import pytest
import torch

from metawidgets import learners
from metawidgets.errors import LearnerError
from metawidgets.learners import loop
from metawidgets.learners.optimisation_based.reptile import InnerOptimiser, minibatches
from tests.learners.by_hand import (
    CASES,
    assert_gradients,
    batch_of,
    descend,
    network_of,
    outputs_of,
    start_of,
    tensors_of,
)
from tests.learners.conftest import sampler_of


@pytest.mark.parametrize(("kind", "statistics"), CASES)
def test_the_update_by_hand(kind: str, statistics: str) -> None:
    """Plain gradient descent on `meta_gradient` with rate epsilon gives theta + epsilon (mean of theta' - theta)."""
    learner = learners.Reptile(network_of(kind, statistics), inner_lr=0.05, inner_steps=3).train()
    start = {n: p.detach().clone().requires_grad_() for n, p in start_of(learner).items()}
    ends = []
    for xs, ys, xq, yq in tensors_of(learner, batch_of(kind)):
        x, y = torch.cat([xs, xq]), torch.cat([ys, yq])
        ends.append(descend(outputs_of(kind, statistics), start, x, y, [dict.fromkeys(start, 0.05)] * 3, second=False))
    loop.meta_gradient(learner, batch_of(kind))
    assert_gradients(learner.network, {n: p - torch.stack([e[n] for e in ends]).mean(0) for n, p in start.items()})
    torch.optim.SGD(learner.parameters(), lr=0.3).step()
    for n, p in start_of(learner).items():
        expected = start[n] + 0.3 * (torch.stack([e[n] for e in ends]).mean(0) - start[n])
        torch.testing.assert_close(p, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("optimiser", "rate"), [("sgd", 0.05), ("adam", 0.003)])
@pytest.mark.parametrize("kind", ["image", "point", "curve"])
def test_inner_steps_are_those_of_pytorchs_optimisers(optimiser: InnerOptimiser, rate: float, kind: str) -> None:
    network = network_of(kind)
    learner = learners.Reptile(network, inner_lr=rate, inner_steps=6, inner_optimiser=optimiser)
    support = loop.support_of(learner, sampler_of(kind).episode(0))
    found = learner.adapted(support).parameters
    own = copy.deepcopy(network)
    inner = (
        torch.optim.SGD(own.parameters(), lr=rate)
        if optimiser == "sgd"
        else torch.optim.Adam(own.parameters(), lr=rate, betas=(0.0, 0.999))
    )
    for _ in range(6):
        inner.zero_grad()
        outputs = own(support.x)
        loss = (
            (outputs - support.y).square().mean()
            if kind == "curve"
            else torch.nn.functional.cross_entropy(outputs, support.y)
        )
        loss.backward()
        inner.step()
    torch.testing.assert_close(found, dict(own.named_parameters()), rtol=1e-9, atol=1e-9)


def test_training_uses_minibatches_of_support_and_queries() -> None:
    """With exactly enough steps for one epoch, each item is in one minibatch; computed by hand from the same draw."""
    learner = learners.Reptile(network_of("point"), inner_lr=0.1, inner_steps=3, batch_size=6).train()
    batch = batch_of("point", 2)
    torch.manual_seed(5)
    order = minibatches((2,), 18, 6, 3)
    expected = {n: torch.zeros_like(p) for n, p in start_of(learner).items()}
    for i, (xs, ys, xq, yq) in enumerate(tensors_of(learner, batch)):
        x, y, p = torch.cat([xs, xq]), torch.cat([ys, yq]), start_of(learner)
        for chosen in order:
            at = chosen[i]
            p = descend(outputs_of("point"), p, x[at], y[at], [dict.fromkeys(p, 0.1)], second=False)
        expected = {n: e + (start_of(learner)[n] - p[n]).detach() / 2 for n, e in expected.items()}
    torch.manual_seed(5)
    loop.meta_gradient(learner, batch)
    assert_gradients(learner.network, expected)


@pytest.mark.parametrize(
    ("n_items", "size", "n_batches"), [(18, 6, 3), (18, 5, 7), (4, 10, 3), (7, None, 2), (5, 2, 0)]
)
def test_minibatches_go_through_all_items_before_any_comes_again(
    n_items: int, size: int | None, n_batches: int
) -> None:
    found = minibatches((3,), n_items, size, n_batches)
    assert len(found) == n_batches
    each = n_items if size is None else min(size, n_items)
    assert all(batch.shape == (3, each) for batch in found)
    for of_task in torch.cat(found, -1) if found else ():
        for at in range(0, len(of_task), n_items):
            round_ = of_task[at : at + n_items].tolist()
            assert len(set(round_)) == len(round_)


def test_adapting_draws_nothing() -> None:
    learner = learners.Reptile(network_of("point"), inner_steps=4, batch_size=2, inner_optimiser="adam").eval()
    state = torch.get_rng_state()
    loop.trace(learner, sampler_of("point").episode(0))
    assert torch.equal(state, torch.get_rng_state())


def test_its_loss_is_that_after_training() -> None:
    learner = learners.Reptile(network_of("curve"), inner_lr=0.05, inner_steps=3).train()
    losses = []
    for xs, ys, xq, yq in tensors_of(learner, batch_of("curve")):
        x, y = torch.cat([xs, xq]), torch.cat([ys, yq])
        p = descend(outputs_of("curve"), start_of(learner), x, y, [dict.fromkeys(start_of(learner), 0.05)] * 3, False)
        losses.append((outputs_of("curve")(p, xq) - yq).square().mean().item())
    assert loop.meta_gradient(learner, batch_of("curve")).loss == pytest.approx(sum(losses) / 3)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"inner_optimiser": "adm"}, "did you mean 'adam'"),
        ({"batch_size": 0}, "batch_size=0"),
        ({"batch_size": True}, "batch_size=True"),
    ],
)
def test_bad_options(options: dict[str, object], message: str) -> None:
    with pytest.raises(LearnerError, match=message):
        learners.build("reptile", item_shape=(1,), output_dim=1, **options)
