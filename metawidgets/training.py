"""The outer loop: Adam on the meta-loss, with validation, early stopping, checkpoints, and exact resumption after a kill."""

import math
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import torch

from metawidgets._training_run import TrainingRun
from metawidgets.control import MetaControl
from metawidgets.errors import LearnerError
from metawidgets.evaluation import evaluate
from metawidgets.learners.base import Learner
from metawidgets.learners.loop import meta_gradient
from metawidgets.learners.numbers import count, positive_number
from metawidgets.learners.over_threads import between_tasks
from metawidgets.results import MetaStep
from metawidgets.sampling import EpisodeSampler, check_disjoint

__all__ = ["MetaTraining", "meta_train"]

_KEEP_EVERY = 20  # outer steps between copies of the parameters that a steered training could go back to


@dataclass(frozen=True)
class MetaTraining:
    """How to train. All of it goes into the checkpoint's card.

    Args:
        steps: outer steps. meta_batch_size: tasks per outer step.
        meta_lr: Adam's learning rate. schedule: "constant", or "cosine" from `meta_lr` down to 0 at `steps`.
        clip_norm: largest Euclidean norm of the meta-gradient; longer ones are scaled down. `None` leaves them.
        validate_every: outer steps between validations, which also save; 0 for only at the end.
        n_validation: episodes of one validation.
        patience: validations in a row without a better one, after which training stops; `None` never stops early.
    """

    steps: int
    meta_batch_size: int = 1
    meta_lr: float = 1e-3
    schedule: Literal["constant", "cosine"] = "constant"
    clip_norm: float | None = None
    validate_every: int = 0
    n_validation: int = 200
    patience: int | None = None

    def __post_init__(self) -> None:
        for name in ("steps", "meta_batch_size", "n_validation"):
            if not isinstance(getattr(self, name), int | float) or not 1 <= getattr(self, name) < math.inf:
                raise LearnerError(f"{name}={getattr(self, name)!r} trains nothing; give {name} >= 1.")
            count(name, getattr(self, name), 1, 10**9)
        positive_number("meta_lr", self.meta_lr)
        count("validate_every", self.validate_every, 0, 10**9)
        if self.clip_norm is not None:
            positive_number("clip_norm", self.clip_norm)
        if self.patience is not None:
            count("patience", self.patience, 1, 10**9)
        if self.schedule not in ("constant", "cosine"):
            raise LearnerError(f"unknown schedule={self.schedule!r}; give 'constant' or 'cosine'.")

    def rate(self, step: int) -> float:
        """Learning rate of outer step `step` (from 0)."""
        return self.meta_lr * (0.5 * (1 + math.cos(math.pi * step / self.steps)) if self.schedule == "cosine" else 1.0)


def meta_train(
    learner: Learner,
    sampler: EpisodeSampler,
    how: MetaTraining,
    *,
    validation: EpisodeSampler | None = None,
    checkpoint: str | Path | None = None,
    resume: bool = True,
    facts: dict[str, Any] | None = None,
    control: MetaControl | None = None,
) -> Generator[MetaStep, None, None]:
    """Train `learner` in place; yields after every outer step, so that the caller draws progress, or stops.

    Validation episodes are 0 to `n_validation - 1` of the `validation` sampler, the same each time. When the iterator ends
    with a validation sampler given, the learner holds the parameters of the best validation. With a `checkpoint` path, each
    validation that is the best so far is saved there, and everything needed to go on in `<name>.training.safetensors`
    beside it; called again with the same arguments, a killed training goes on from there and gives the same losses as an
    unbroken one on the same machine and number of threads. (Episodes are drawn by number, so there is no position to lose.)

    With a `control` it can be stopped between two tasks from another thread, and given another learning rate and end while it
    runs; called again with the same control it goes on. After a gradient that is not finite, it goes on from parameters that
    it kept a few steps before.

    Raises:
        LearnerError: if the learner has nothing to train, a meta-gradient is not finite, or the control belongs to another
            training.
        EpisodeError: if training and validation share a class.
        CheckpointError: if a checkpoint cannot be written, or belongs to another training.
        Stopped: if the control says so.
    """
    if not learner.meta_trained:
        raise LearnerError(
            f"{type(learner).__name__} has no parameters that an outer loop could train; evaluate it as it is."
        )
    if validation is not None:
        check_disjoint(train=sampler.source, validation=validation.source)
    plan = {"how": how.__dict__, "train": repr(sampler), "validation": repr(validation)}
    steered, control = control is not None, control or MetaControl()
    run: TrainingRun | None = control.run
    if run is None:
        learner.prepare(sampler.source)
        optimiser = torch.optim.Adam(learner.parameters(), lr=how.meta_lr)
        run = control.run = TrainingRun(
            learner, optimiser, plan, None if checkpoint is None else Path(checkpoint), facts or {}
        )
        run.begin(resume)
    elif run.learner is not learner or run.plan != plan:
        raise LearnerError("this control steers another training; give each training a MetaControl() of its own.")
    run.reopen()
    control.step = run.step
    while run.unvalidated or (run.step < (now := _steered(how, control)).steps and not run.stopped):
        with _whole_steps(run, control):
            if run.unvalidated is None:
                if steered and run.step % _KEEP_EVERY == 0:
                    run.keep()
                run.unvalidated = _update(run, sampler, _steered(how, control), control)
            evaluation, best, now = None, False, _steered(how, control)
            if run.step >= now.steps or (how.validate_every and run.step % how.validate_every == 0):
                if validation is not None:
                    evaluation = evaluate(learner, validation, how.n_validation, progress=lambda *_: control.check())
                    best = run.note(evaluation)
                    run.stopped = how.patience is not None and run.since_best >= how.patience
                run.save(best or validation is None)
            step, run.unvalidated = run.unvalidated, None
            if evaluation is not None:
                step = replace(step, validation=evaluation, is_best=best)
        try:
            yield step
        except GeneratorExit:  # its caller leaves it here
            learner.eval()
            raise
    run.restore_best()
    learner.eval()


def _steered(how: MetaTraining, control: MetaControl) -> MetaTraining:
    """The settings as the control has them now."""
    if control.meta_lr in (None, how.meta_lr) and control.steps in (None, how.steps):
        return how
    return _settings(how, control.meta_lr or how.meta_lr, control.steps or how.steps)


@lru_cache(maxsize=8)  # asked several times in every step, and checked anew only when somebody turns a knob
def _settings(how: MetaTraining, meta_lr: float, steps: int) -> MetaTraining:
    return replace(how, meta_lr=meta_lr, steps=steps)


def _update(run: TrainingRun, sampler: EpisodeSampler, how: MetaTraining, control: MetaControl) -> MetaStep:
    """One outer step: all of it, or an error and nothing of it."""
    learner, optimiser = run.learner, run.optimiser
    begun, rate = time.perf_counter(), how.rate(run.step)
    learner.train()
    for group in optimiser.param_groups:
        group["lr"] = rate
    optimiser.zero_grad(set_to_none=True)
    with between_tasks(control.check):
        loss, metric = meta_gradient(learner, sampler.batch(run.step, how.meta_batch_size))
    norm = torch.nn.utils.clip_grad_norm_(learner.parameters(), how.clip_norm or math.inf).item()
    if not math.isfinite(norm):
        step = run.step
        run.go_back()
        raise LearnerError(
            f"the meta-gradient at step {step + 1} is {norm} (loss {loss:.4g}); lower meta_lr={rate:.3g} or inner_lr."
        )
    optimiser.step()
    run.step += 1
    control.step = run.step
    run.seconds += time.perf_counter() - begun
    return MetaStep(run.step, loss, metric, norm, run.step * how.meta_batch_size, run.seconds, rate)


@contextmanager
def _whole_steps(run: TrainingRun, control: MetaControl) -> Iterator[None]:
    """Leave nothing of a step that was broken off: random numbers and running averages are as they were before it."""
    before = run.step
    random, buffers = torch.get_rng_state(), {k: b.clone() for k, b in run.learner.named_buffers()}
    try:
        yield
    except BaseException:
        if run.step == before:  # else the update is done and its validation broken off, or the training went back
            torch.set_rng_state(random)
            for name, buffer in run.learner.named_buffers():
                buffer.copy_(buffers[name])
        control.step = run.step
        run.learner.zero_grad(set_to_none=True)
        run.learner.eval()
        raise
