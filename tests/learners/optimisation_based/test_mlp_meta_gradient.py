"""The meta-gradient that is written out, compared with autograd and with finite differences."""

import copy
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
import torch

from metawidgets.episodes import EpisodeBatch
from metawidgets.errors import LearnerError
from metawidgets.learners import MAML, MetaSGD, loop
from metawidgets.learners.networks.encoders import MLP
from metawidgets.learners.optimisation_based.mlp_meta_gradient import meta_gradients
from metawidgets.learners.optimisation_based.without_autograd import meta_gradient_of_mlp

SHAPES = {"one hidden layer": (5,), "two of one width": (6, 6), "three": (5, 7, 4), "none": ()}


def batch_of(n_way: int | None, inputs: int = 3, tasks: int = 4, support: int = 6, query: int = 5) -> EpisodeBatch:
    generator = np.random.default_rng(0)
    items = [generator.normal(size=(tasks, n, inputs)).astype(np.float32) for n in (support, query)]
    if n_way:
        targets = [np.stack([np.arange(n) % n_way for _ in range(tasks)]) for n in (support, query)]
    else:
        targets = [generator.normal(size=(tasks, n, 2)).astype(np.float32) for n in (support, query)]
    return EpisodeBatch(items[0], targets[0], items[1], targets[1], n_way)


def network(hidden: tuple[int, ...], batch: EpisodeBatch) -> MLP:
    torch.manual_seed(3)
    return MLP(batch.support_x.shape[2:], batch.n_way or batch.support_y.shape[-1], hidden=hidden).double()


def found_by(differentiate, learner, batch: EpisodeBatch) -> tuple[loop.MetaGradient, dict[str, torch.Tensor]]:
    learner = copy.deepcopy(learner)
    result = differentiate(learner, batch)
    return result, {name: p.grad for name, p in learner.named_parameters() if p.grad is not None}


def assert_equal(learner, batch: EpisodeBatch) -> None:
    result, gradients = found_by(loop.meta_gradient, learner, batch)
    expected, by_autograd = found_by(loop.differentiate, learner, batch)
    assert result.loss == pytest.approx(expected.loss, abs=1e-12)
    assert result.metric == pytest.approx(expected.metric, abs=1e-12)
    for name, gradient in by_autograd.items():
        torch.testing.assert_close(gradients[name], gradient, rtol=0, atol=1e-10)
    assert set(gradients) == set(by_autograd)


@pytest.mark.parametrize("n_way", [None, 3], ids=["squared error", "cross-entropy"])
@pytest.mark.parametrize("hidden", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("steps", [0, 1, 2, 5])
def test_the_gradient_is_autograd_s(n_way: int | None, hidden: tuple[int, ...], steps: int) -> None:
    batch = batch_of(n_way)
    learner = MAML(network(hidden, batch), inner_lr=0.2, inner_steps=steps)
    assert meta_gradient_of_mlp(copy.deepcopy(learner), batch) is not None
    assert_equal(learner, batch)


@pytest.mark.parametrize("n_way", [None, 3])
@pytest.mark.parametrize(
    "make",
    [
        lambda net: MAML(net, inner_lr=0.2, inner_steps=3, learned_rates=True),
        lambda net: MAML(net, inner_lr=0.2, inner_steps=3, first_order=True),
        lambda net: MAML(net, inner_lr=0.2, inner_steps=3, remember="parameters"),
        lambda net: MetaSGD(net, inner_steps=1),
        lambda net: MetaSGD(net, inner_lr=0.1, inner_steps=3),
    ],
    ids=["learned rates", "first order", "remembers parameters", "Meta-SGD", "Meta-SGD, three steps"],
)
def test_so_are_those_of_the_other_learners(make, n_way: int | None) -> None:
    batch = batch_of(n_way)
    learner = make(network((6, 6), batch)).double()
    assert meta_gradient_of_mlp(copy.deepcopy(learner), batch) is not None
    with torch.no_grad():
        for p in learner.parameters():  # every rate another, or a transposed one would look right
            p += 0.01 * torch.arange(p.numel()).reshape(p.shape) / p.numel()
    assert_equal(learner, batch)


@pytest.mark.parametrize("n_way", [None, 3])
def test_the_gradient_is_that_of_finite_differences(n_way: int | None) -> None:
    batch = batch_of(n_way)
    sides = ((batch.support_x, batch.support_y), (batch.query_x, batch.query_y))
    parameters = [p.detach().numpy() for p in network((6, 6), batch).parameters()]
    for place, exact in zip(parameters, meta_gradients(parameters, *sides, 0.1, 2).parameters, strict=True):
        spot, step = (-1,) * place.ndim, 1e-6
        losses = []
        for sign in (1, -1):
            place[spot] += sign * step
            losses.append(meta_gradients(parameters, *sides, 0.1, 2).loss)
            place[spot] -= sign * step
        assert exact[spot] == pytest.approx((losses[0] - losses[1]) / (2 * step), abs=1e-7)


def test_a_later_call_changes_no_earlier_result() -> None:
    batch = batch_of(3)
    parameters = [p.detach().numpy() for p in network((6,), batch).parameters()]
    query = (batch.query_x, batch.query_y)
    first = meta_gradients(parameters, (batch.support_x, batch.support_y), query, 0.1, 2)
    kept = copy.deepcopy(first)
    second = meta_gradients([2 * p for p in parameters], (3 * batch.support_x, batch.support_y), query, 0.3, 2)
    np.testing.assert_array_equal(first.outputs, kept.outputs)
    for ours, theirs, others in zip(first.parameters, kept.parameters, second.parameters, strict=True):
        np.testing.assert_array_equal(ours, theirs)
        assert not np.array_equal(ours, others)


def test_sizes_may_alternate_and_threads_may_work_at_once() -> None:
    batches = [batch_of(3, tasks=tasks, query=query) for tasks in (1, 4) for query in (3, 5, 8)]
    parameters = [p.detach().numpy() for p in network((6,), batches[0]).parameters()]

    def loss(batch: EpisodeBatch) -> float:
        sides = ((batch.support_x, batch.support_y), (batch.query_x, batch.query_y))
        return meta_gradients(parameters, *sides, 0.1, 2).loss

    alone = [loss(batch) for batch in batches]
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(loss, batches * 20)) == alone * 20


class _Scaled(MAML):
    def rates(self, t: int) -> tuple[float | torch.Tensor, ...]:
        return tuple(2 * rate for rate in super().rates(t))


def _frozen(net: MLP) -> MAML:
    net.layers[0].requires_grad_(False)
    return MAML(net, inner_lr=0.1)


def _hooked(net: MLP) -> MAML:
    net.layers[0].register_forward_hook(lambda module, args, output: None)
    return MAML(net, inner_lr=0.1)


@pytest.mark.parametrize(
    "make",
    [
        lambda net: _Scaled(net, inner_lr=0.1),
        lambda net: MAML(net, inner_lr=0.1, inner_steps=2, multi_step_loss=10),
        lambda net: MAML(net, inner_lr=0.1, first_order=True, learned_rates=True),
        lambda net: MAML(torch.nn.Sequential(torch.nn.Linear(3, 3)).double(), inner_lr=0.1),
        _frozen,
        _hooked,
    ],
    ids=["a subclass", "the multi-step loss", "first order with rates", "another network", "frozen parts", "hooks"],
)
def test_what_it_does_not_cover_goes_through_autograd(make, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = batch_of(3)
    learner = make(network((6,), batch))
    monkeypatch.setattr(
        "metawidgets.learners.optimisation_based.without_autograd.meta_gradients",
        lambda *args, **kwargs: pytest.fail("the gradient was written out"),
    )
    loop.meta_gradient(learner, batch)
    assert any(p.grad is not None and p.grad.abs().sum() > 0 for p in learner.parameters())


@pytest.mark.parametrize("wrong", [{"n_way": 4}, {"inputs": 2}])
def test_a_batch_that_does_not_fit_has_its_usual_error(wrong: dict[str, int]) -> None:
    learner = MAML(network((6,), batch_of(3)), inner_lr=0.1)
    with pytest.raises((LearnerError, RuntimeError)):
        loop.meta_gradient(learner, batch_of(**{"n_way": 3, **wrong}))


def test_a_gradient_is_added_to_what_is_there() -> None:
    batch = batch_of(3)
    learner = MAML(network((6,), batch), inner_lr=0.1)
    loop.meta_gradient(learner, batch)
    once = [p.grad.clone() for p in learner.parameters() if p.grad is not None]
    loop.meta_gradient(learner, batch)
    for p, gradient in zip(learner.parameters(), once, strict=True):
        torch.testing.assert_close(p.grad, 2 * gradient)


def test_a_loop_that_diverges_has_an_infinite_loss_without_a_warning() -> None:
    batch = batch_of(None)
    batch = replace(batch, support_x=1e6 * batch.support_x)
    result = loop.meta_gradient(MAML(network((6,), batch), inner_lr=1e6, inner_steps=20), batch)
    assert not np.isfinite(result.loss)
