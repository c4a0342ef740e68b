"""A meta-batch on several threads, compared with the same tasks one after the other."""

import threading

import pytest
import torch
from torch import nn

from metawidgets import learners
from metawidgets.errors import LearnerError
from metawidgets.learners import loop
from metawidgets.learners.networks.encoders import Conv4
from metawidgets.learners.over_threads import n_workers, over_threads
from tests.learners.by_hand import batch_of, network_of


@pytest.fixture
def threads():
    """Return a function that sets PyTorch's number of threads; restore the number afterwards."""
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


def gradients(learner: learners.Learner, tasks: int = 5) -> tuple[loop.MetaGradient, list[torch.Tensor]]:
    learner.zero_grad()
    result = loop.meta_gradient(learner.train(), batch_of("image", tasks))
    return result, [p.grad for p in learner.parameters() if p.grad is not None]


@pytest.mark.parametrize("options", [{}, {"first_order": True}, {"multi_step_loss": 10}, {"learned_rates": True}])
@pytest.mark.parametrize("policy", ["support_stats", "transductive", "groupnorm"])
def test_threads_change_nothing_but_the_order_of_a_sum(threads, policy, options):
    learner = learners.MAML(network_of("image", policy), inner_lr=0.1, inner_steps=2, **options)
    threads(1)
    alone, of_one = gradients(learner)
    if options.get("multi_step_loss"):
        learner.meta_steps.zero_()
    threads(3)
    assert n_workers(learner, 5) == 3
    together, of_three = gradients(learner)
    assert together == pytest.approx(alone, rel=1e-12)
    assert len(of_one) == len(of_three) == len(list(learner.parameters()))
    for a, b in zip(of_one, of_three, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-10, atol=1e-13)


def test_the_same_threads_give_the_same_bits(threads):
    learner = learners.MAML(network_of("image", "support_stats"), inner_lr=0.1)
    threads(2)
    (first, a), (second, b) = gradients(learner), gradients(learner)
    assert first == second
    assert all(torch.equal(x, y) for x, y in zip(a, b, strict=True))


def test_gradients_add_to_those_that_are_there(threads):
    learner = learners.MAML(network_of("image", "support_stats"), inner_lr=0.1)
    threads(2)
    _, once = gradients(learner)
    once = [g.clone() for g in once]
    loop.meta_gradient(learner, batch_of("image", 5))
    for p, g in zip(learner.parameters(), once, strict=True):
        torch.testing.assert_close(p.grad, 2 * g)


def test_running_averages_and_dropout_keep_the_tasks_in_order(threads):
    threads(2)
    running = learners.MAML(network_of("image", "running"), inner_lr=0.1).train()
    drops = learners.MAML(nn.Sequential(nn.Flatten(), nn.Dropout(0.5), nn.Linear(256, 3)), inner_lr=0.1)
    assert n_workers(running, 4) == 1
    assert n_workers(drops.train(), 4) == 1
    assert n_workers(drops.eval(), 4) == 2
    assert n_workers(drops, 1) == 1


def test_each_thread_has_its_own_module_of_the_same_parameters(threads):
    learner = learners.MAML(network_of("image", "support_stats"), inner_lr=0.1)
    found = over_threads(learner, [[1], [2]], lambda module, share: (module, share, torch.get_num_threads()))
    assert [share for _, share, _ in found] == [[1], [2]]
    assert len({id(learner), *(id(module) for module, _, _ in found)}) == 3
    for module, _, n in found:
        assert n == 1
        assert all(a is b for a, b in zip(module.parameters(), learner.parameters(), strict=True))


def test_an_error_in_a_thread_reaches_the_caller(threads):
    threads(2)
    learner = learners.MAML(Conv4((1, 16, 16), 4, width=4, statistics="support_stats").double(), inner_lr=0.1)
    with pytest.raises(LearnerError, match="4 classes"):
        loop.meta_gradient(learner, batch_of("image", 4))


def test_a_module_that_cannot_be_copied_takes_its_tasks_in_turn(threads):
    threads(2)
    learner = learners.MAML(network_of("image", "support_stats"), inner_lr=0.1)
    loss, expected = gradients(learner)
    # A lock, which cannot be copied; a module with a logger may contain one
    object.__setattr__(learner, "held", threading.Lock())
    again, found = gradients(learner)
    assert again == pytest.approx(loss, rel=1e-12)
    for a, b in zip(found, expected, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-10, atol=1e-13)
