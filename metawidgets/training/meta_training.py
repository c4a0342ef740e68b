"""The outer loop: meta-gradient steps with validation, early stopping, checkpoints, and exact resumption after a kill."""

import math
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import torch

from metawidgets.episodes import EpisodeSampler, check_disjoint
from metawidgets.errors import LearnerError
from metawidgets.learners.base import Learner
from metawidgets.learners.loop import meta_gradient
from metawidgets.learners.network_errors import sized
from metawidgets.learners.networks.norms import EpisodeNorm
from metawidgets.learners.option_checks import count, positive_number
from metawidgets.learners.over_threads import between_tasks
from metawidgets.records import MetaStep
from metawidgets.training.control import MetaControl
from metawidgets.training.evaluation import evaluate
from metawidgets.training.run_state import TrainingRun

__all__ = ["MetaTraining", "meta_train"]

_NORMS = (torch.nn.modules.batchnorm._BatchNorm, EpisodeNorm)
_KEEP_EVERY = 20  # outer steps between copies of the parameters, to which a controlled training can return


@dataclass(frozen=True)
class MetaTraining:
    """The settings of a meta-training. All of them are saved in the checkpoint's card.

    Args:
        steps: number of outer steps.
        meta_batch_size: episodes per outer step.
        meta_lr: learning rate of the outer loop.
        schedule: "constant"; or "cosine" or "linear", which decrease `meta_lr` to 0 at the last step.
        outer: "adam", "adamw", or "plain" for `theta - meta_lr * gradient`. With Reptile's gradient, "plain" is the update of its paper.
        clip_norm: largest Euclidean norm of the meta-gradient; a larger one is scaled down. `None` does not clip.
        weight_decay: "adamw" subtracts this share of each parameter, times the learning rate, in each step (Loshchilov and Hutter
            2019); "adam" and "plain" add it times the parameter to the gradient.
        warmup: number of first steps in which the learning rate rises linearly from 0 to the schedule's.
        validate_every: outer steps between validations; the training's state is saved after each. 0 validates only at the end.
        n_validation: number of episodes per validation.
        patience: stop after this number of validations in a row without improvement; `None` never stops early.
    """

    steps: int
    meta_batch_size: int = 1
    meta_lr: float = 1e-3
    schedule: Literal["constant", "cosine", "linear"] = "constant"
    clip_norm: float | None = None
    validate_every: int = 0
    n_validation: int = 200
    patience: int | None = None
    outer: Literal["adam", "adamw", "plain"] = "adam"
    weight_decay: float = 0.0
    warmup: int = 0

    def __post_init__(self) -> None:
        for name in ("steps", "meta_batch_size", "n_validation"):
            if not isinstance(getattr(self, name), int | float) or not 1 <= getattr(self, name) < math.inf:
                raise LearnerError(f"{name}={getattr(self, name)!r} is not valid; give {name} >= 1.")
            count(name, getattr(self, name), 1, 10**9)
        positive_number("meta_lr", self.meta_lr)
        count("validate_every", self.validate_every, 0, 10**9)
        if self.clip_norm is not None:
            positive_number("clip_norm", self.clip_norm)
        if self.patience is not None:
            count("patience", self.patience, 1, 10**9)
        if self.schedule not in ("constant", "cosine", "linear"):
            raise LearnerError(f"unknown schedule={self.schedule!r}; give 'constant', 'cosine' or 'linear'.")
        if self.outer not in ("adam", "adamw", "plain"):
            raise LearnerError(f"unknown outer={self.outer!r}; give 'adam', 'adamw' or 'plain'.")
        if self.weight_decay:
            positive_number("weight_decay", self.weight_decay)
        count("warmup", self.warmup, 0, 10**9)

    def rate(self, step: int) -> float:
        """Return the learning rate of outer step `step` (from 0)."""
        top = self.meta_lr * min(1.0, (step + 1) / self.warmup) if self.warmup else self.meta_lr
        if self.schedule == "constant":
            return top
        done = step / self.steps
        return top * (1 - done if self.schedule == "linear" else 0.5 * (1 + math.cos(math.pi * done)))


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
    """Train `learner` in place, and yield a record after every outer step, so that the caller can show progress or stop.

    Every validation uses episodes 0 to `n_validation - 1` of the `validation` sampler. If this sampler is given, the learner
    has the parameters of the best validation after the iterator ends.

    With a `checkpoint` path, the learner is saved there after each validation that is the best so far. The state needed to
    resume is saved beside it, in `<name>.training.safetensors`. Call this again with the same arguments to resume a killed
    training; on the same machine and number of threads, the losses are the same as without the interruption. (Episodes are drawn
    by number, so no sampler state needs to be saved.)

    With a `control`, another thread can stop the training between two tasks, and change its learning rate and number of steps
    while it runs. Call this again with the same control to resume. If the training had stopped early, the patience starts
    again. If it had failed because a meta-gradient was not finite, it resumes from the parameters of a few steps earlier.

    Raises:
        LearnerError: if the learner has nothing to train, a meta-gradient is not finite, or the control belongs to another
            training.
        EpisodeError: if training and validation share a class.
        CheckpointError: if a checkpoint cannot be written, or belongs to another training.
        Stopped: if `control.stop` was called.
    """
    if not learner.meta_trained:
        raise LearnerError(
            f"{type(learner).__name__} has no parameters that an outer loop could train; evaluate it without training."
        )
    if validation is not None:
        check_disjoint(train=sampler.source, validation=validation.source)
    # trainings of versions without these options can still resume
    used = {name: value for name, value in how.__dict__.items() if value or name not in ("weight_decay", "warmup")}
    plan = {"how": used, "train": repr(sampler), "validation": repr(validation)}
    controlled, control = control is not None, control or MetaControl()
    run: TrainingRun | None = control.run
    if run is None:
        with sized(learner, sampler.episode(0)):
            learner.prepare(sampler.source)
        if not any(p.requires_grad for p in learner.parameters()):
            raise LearnerError(
                f"every parameter of this {type(learner).__name__} is frozen (requires_grad is False), so there is nothing to train; "
                "call requires_grad_() on some of its layers, or evaluate it without training."
            )
        kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "plain": torch.optim.SGD}[how.outer]
        optimiser = kind(learner.parameters(), lr=how.meta_lr, weight_decay=how.weight_decay)
        run = control.run = TrainingRun(
            learner, optimiser, plan, None if checkpoint is None else Path(checkpoint), facts or {}
        )
        run.begin(resume)
    elif run.learner is not learner or run.plan != plan:
        raise LearnerError("this control belongs to another training; give each training its own MetaControl().")
    elif run.stopped:  # the training had stopped early, and the caller resumes it
        run.stopped, run.since_best = False, 0
    run.reopen()
    control.step = run.step
    while run.unvalidated or (run.step < (now := _current(how, control)).steps and not run.stopped):
        with _whole_steps(run, control):
            if run.unvalidated is None:
                if controlled and run.step % _KEEP_EVERY == 0:
                    run.keep()
                run.unvalidated = _update(run, sampler, _current(how, control), control)
            evaluation, best, now = None, False, _current(how, control)
            if run.step >= now.steps or (how.validate_every and run.step % how.validate_every == 0):
                if validation is not None:
                    evaluation = evaluate(
                        learner,
                        validation,
                        how.n_validation,
                        progress=lambda *_: control.check(),
                        keep_answers=False,  # a training has hundreds of validations
                    )
                    best = run.note(evaluation)
                    run.stopped = how.patience is not None and run.since_best >= how.patience
                run.save(best or validation is None)
            step, run.unvalidated = run.unvalidated, None
            if evaluation is not None:
                step = replace(step, validation=evaluation, is_best=best)
        try:
            yield step
        except GeneratorExit:  # the caller stops iterating
            learner.eval()
            raise
    run.restore_best()
    learner.eval()


def _current(how: MetaTraining, control: MetaControl) -> MetaTraining:
    """Return the settings with the control's current changes."""
    if control.meta_lr in (None, how.meta_lr) and control.steps in (None, how.steps):
        return how
    return _changed(how, control.meta_lr or how.meta_lr, control.steps or how.steps)


@lru_cache(maxsize=8)  # called several times per step; making `MetaTraining` checks every setting
def _changed(how: MetaTraining, meta_lr: float, steps: int) -> MetaTraining:
    return replace(how, meta_lr=meta_lr, steps=steps)


def _update(run: TrainingRun, sampler: EpisodeSampler, how: MetaTraining, control: MetaControl) -> MetaStep:
    """Do one complete outer step. If it raises an error, the state is the same as before the step."""
    learner, optimiser = run.learner, run.optimiser
    begun, rate = time.perf_counter(), how.rate(run.step)
    _training_mode(learner)
    for group in optimiser.param_groups:
        group["lr"] = rate
    optimiser.zero_grad(set_to_none=True)
    with between_tasks(control.check):
        batch = sampler.batch(run.step, how.meta_batch_size)
        with sized(learner, batch):
            loss, metric = meta_gradient(learner, batch)
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


def _training_mode(learner: Learner) -> None:
    """Turn on training mode, except for frozen normalisation layers: their running averages are frozen with their parameters."""
    learner.train()
    for layer in learner.modules():
        own = list(layer.parameters(recurse=False))
        if isinstance(layer, _NORMS) and own and not any(p.requires_grad for p in own):
            layer.eval()


@contextmanager
def _whole_steps(run: TrainingRun, control: MetaControl) -> Iterator[None]:
    """Undo the outer step in this context if it is interrupted: restore the random state and the buffers (running averages)."""
    before = run.step
    random, buffers = torch.get_rng_state(), {k: b.clone() for k, b in run.learner.named_buffers()}
    try:
        yield
    except BaseException:
        # If not, the update was already complete, or the training went back to an earlier step.
        if run.step == before:
            torch.set_rng_state(random)
            for name, buffer in run.learner.named_buffers():
                buffer.copy_(buffers[name])
        control.step = run.step
        run.learner.zero_grad(set_to_none=True)
        run.learner.eval()
        raise
