"""The control of a training: stop between tasks, resume, change the rate and the end, and restore a state."""

import threading
from typing import Any

import numpy as np
import pytest
import torch

from metawidgets import datasets, learners
from metawidgets.episodes import EpisodeSampler
from metawidgets.errors import LearnerError
from metawidgets.learners import loop
from metawidgets.learners.over_threads import between_tasks, n_workers
from metawidgets.training import MetaTraining, meta_train
from metawidgets.training.control import MetaControl, Stopped
from tests.learners.by_hand import batch_of, network_of
from tests.learners.conftest import blob_pool
from tests.training.test_meta_training import HOW, equal, parts


class StopAt(MetaControl):
    """A control that stops the training at its nth check."""

    def __init__(self, look: int) -> None:
        super().__init__()
        self.looks, self.look = 0, look

    def check(self) -> None:
        self.looks += 1
        if self.looks == self.look:
            self.stop()
        super().check()


def parts_of(name: str) -> tuple[learners.Learner, EpisodeSampler, EpisodeSampler]:
    if name == "protonet":
        return parts()
    pool = blob_pool("image", classes=12)
    torch.manual_seed(0)
    statistics = {"statistics": "running"} if name == "maml" else {}
    learner = learners.build(name, item_shape=(1, 16, 16), output_dim=3, width=4, **statistics)
    samplers = [EpisodeSampler(pool.subset(part), n_way=3, k_shot=2, n_query=4) for part in (range(8), range(8, 12))]
    return learner, samplers[0], samplers[1]


def run(name: str, control: MetaControl, how: MetaTraining = HOW) -> tuple[learners.Learner, list[Any], int]:
    """Train to the end, and resume after each stop. Return the learner, the steps and the number of stops."""
    torch.manual_seed(1)
    learner, sampler, validation = parts_of(name)
    torch.manual_seed(2)
    steps, breaks = [], 0
    while True:
        try:
            steps.extend(meta_train(learner, sampler, how, validation=validation, control=control))
            return learner, steps, breaks
        except Stopped:
            assert not learner.training
            breaks += 1
            control.go_on()


def told(steps: list[Any]) -> list[tuple]:
    return [
        (s.step, s.loss, s.metric, s.gradient_norm, s.episodes, s.validation and s.validation.mean, s.is_best)
        for s in steps
    ]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["protonet", "maml", "reptile"])
def test_stopped_anywhere_and_taken_up_it_is_as_unbroken(name: str) -> None:
    """A stop may also come within a meta-batch or a validation, and where steps draw random numbers or update running averages."""
    how = MetaTraining(steps=5, meta_batch_size=3, schedule="cosine", validate_every=2, n_validation=3)
    whole, steps, _ = run(name, counting := StopAt(-1), how)
    assert counting.looks > 15
    for look in range(1, counting.looks + 1, 4):
        broken, again, breaks = run(name, StopAt(look), how)
        assert breaks == 1
        assert told(again) == told(steps)
        assert equal(whole, broken)


def test_a_training_without_control_is_the_same() -> None:
    _, steered, _ = run("protonet", MetaControl())
    learner, sampler, validation = parts()
    assert told(list(meta_train(learner, sampler, HOW, validation=validation))) == told(steered)


def test_what_was_stopped_left_the_parameters_of_the_last_whole_step() -> None:
    learner, sampler, _ = parts()
    control = MetaControl()
    training = meta_train(learner, sampler, HOW, control=control)
    next(training)
    before = {k: v.clone() for k, v in learner.state_dict().items()}
    control.stop()
    with pytest.raises(Stopped):
        next(training)
    assert control.step == 1
    assert all(torch.equal(v, before[k]) for k, v in learner.state_dict().items())
    assert all(p.grad is None for p in learner.parameters())


@pytest.mark.parametrize("threads", [1, 3])
def test_the_check_comes_before_every_task_in_every_thread(threads: int) -> None:
    learner = learners.MAML(network_of("image", "support_stats"), inner_lr=0.1)
    before, seen, lock = torch.get_num_threads(), [], threading.Lock()
    torch.set_num_threads(threads)
    try:
        assert n_workers(learner, 5) == threads

        def check() -> None:
            with lock:
                seen.append(threading.get_ident())
                if len(seen) > 5 + 2:  # all tasks are drawn beforehand; then two of them may run
                    raise Stopped

        with between_tasks(check), pytest.raises(Stopped):
            loop.meta_gradient(learner, batch_of("image", 5))
        # Each thread stops at its next check; one that had a single task, and ran it, has no next check.
        assert 5 + 2 < len(seen) <= 5 + 2 + threads
        assert all(p.grad is None for p in learner.parameters())
        loop.meta_gradient(learner, batch_of("image", 5))  # outside a training, nothing calls the check
        assert len(seen) == 5 + 2 + threads
    finally:
        torch.set_num_threads(before)


def test_the_rate_and_the_end_are_looked_up_at_every_step() -> None:
    learner, sampler, _ = parts()
    control = MetaControl()
    how = MetaTraining(steps=4, meta_lr=1e-3, schedule="cosine")
    rates = []
    for step in meta_train(learner, sampler, how, control=control):
        rates.append(step.meta_lr)
        if step.step == 2:
            control.meta_lr, control.steps = 1e-2, 6
    base = [1e-3, 1e-3, 1e-2, 1e-2, 1e-2, 1e-2]
    end = [4, 4, 6, 6, 6, 6]
    assert rates == pytest.approx(
        [b * 0.5 * (1 + np.cos(np.pi * i / n)) for i, (b, n) in enumerate(zip(base, end, strict=True))]
    )


def test_after_its_end_it_goes_on_from_its_last_step_and_not_from_its_best() -> None:
    long = MetaTraining(steps=8, meta_batch_size=2, validate_every=2, n_validation=6)
    learner, sampler, validation = parts()
    whole = list(meta_train(learner, sampler, long, validation=validation))
    twin, sampler, validation = parts()
    control = MetaControl(steps=4)
    first = list(meta_train(twin, sampler, long, validation=validation, control=control))
    assert len(first) == 4
    control.steps = None
    assert told(first + list(meta_train(twin, sampler, long, validation=validation, control=control))) == told(whole)
    assert equal(learner, twin)


def test_after_a_gradient_that_is_not_finite_it_goes_back_and_can_go_on() -> None:
    data = datasets.load("sinusoids")
    sampler = EpisodeSampler(data.source("train"), k_shot=5, n_query=5)
    torch.manual_seed(0)
    learner = learners.build("maml", item_shape=(1,), output_dim=1, inner_lr=0.01)
    control = MetaControl()
    training = meta_train(learner, sampler, MetaTraining(steps=60, meta_batch_size=4), control=control)
    for step in training:
        if step.step == 20:
            kept = {k: v.clone() for k, v in learner.state_dict().items()}
        if step.step == 23:
            with torch.no_grad():
                next(learner.parameters()).fill_(float("inf"))
            break
    with pytest.raises(LearnerError, match="meta-gradient at step 24 is nan"):
        next(training)
    assert control.step == 20
    assert all(torch.equal(v, kept[k]) for k, v in learner.state_dict().items())
    control.meta_lr = 1e-4
    step = next(meta_train(learner, sampler, MetaTraining(steps=60, meta_batch_size=4), control=control))
    assert (step.step, step.meta_lr) == (21, 1e-4)
    assert np.isfinite(step.loss)


def test_a_control_steers_one_training() -> None:
    learner, sampler, _ = parts()
    control = MetaControl()
    next(meta_train(learner, sampler, HOW, control=control))
    other, _, _ = parts()
    with pytest.raises(LearnerError, match="belongs to another training"):
        next(meta_train(other, sampler, HOW, control=control))
