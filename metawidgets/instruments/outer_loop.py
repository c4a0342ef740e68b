"""The outer-loop monitor: live meta-training of a learner."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from metawidgets.episodes import Episode, EpisodeSampler
from metawidgets.errors import LearnerError
from metawidgets.instruments.outer_loop_validation import default_validation

if TYPE_CHECKING:
    from metawidgets.learners import Learner
    from metawidgets.records import MetaStep, Trace
    from metawidgets.training import MetaTraining
    from metawidgets.training.control import MetaControl
    from metawidgets.widgets import OuterLoopMonitor, Selection

__all__ = ["outer_loop_monitor"]


def outer_loop_monitor(
    learner: "Learner",
    sampler: EpisodeSampler,
    how: "MetaTraining",
    *,
    validation: EpisodeSampler | Literal[False] | None = None,
    held: Episode | None = None,
    every: int | None = None,
    checkpoint: str | Path | None = None,
    selection: "Selection | None" = None,
) -> "OuterLoopMonitor":
    """Meta-train `learner` in place and show the training live. Start it with `monitor.start()` or with the buttons.

    The losses are the same as in `meta_train` with the same arguments.

    The default validation uses 20 episodes of the dataset's validation split or, for regression, of other functions. It runs
    about 15 times and after the last step, or less often, so that it uses at most half as many episodes as the training. There
    is none if the sampler's pool is not the training split of a dataset, or if the validation split is too small.

    Args:
        learner: the learner to train.
        sampler, how, checkpoint: as in `meta_train`.
        validation: a sampler of validation episodes, as in `meta_train`: after training, the learner has the parameters of the
            best validation. `None`: a default validation, which only draws a curve and does not change the training. `False`: no
            validation.
        held: the held-out episode. The monitor adapts the learner to this episode again and again during training, and shows
            each adaptation. By default it is episode 0 of the validation sampler or, without validation, of `sampler`. No
            training batch contains this episode.
        every: outer steps between two adaptations to the held-out episode; by default a 40th of `how.steps`.
        selection: a selection that other components share.

    Raises:
        LearnerError: if the learner has nothing to train, or cannot take the held-out episode.
    """
    # torch and ipywidgets load slowly
    import torch

    from metawidgets.learners.argument_checks import expect_learner, expect_sampler
    from metawidgets.learners.loop import trace
    from metawidgets.training import meta_train
    from metawidgets.widgets import OuterLoopMonitor

    expect_learner(learner)
    expect_sampler(sampler)
    if not learner.meta_trained:
        raise LearnerError(
            f"{type(learner).__name__} has no parameters that an outer loop could train; evaluate it without training."
        )
    given = None if validation is False else validation
    if given is not None:
        expect_sampler(given)
    chosen = default_validation(sampler, how) if validation is None else None
    seen = given or (chosen.sampler if chosen else sampler)
    episode = held if held is not None else seen.episode(0)
    # parameters and random state before the first step
    initial: tuple[dict[str, torch.Tensor], torch.Tensor] | None = None
    threads = torch.get_num_threads()

    def meta_steps(control: "MetaControl") -> "Iterator[MetaStep]":
        nonlocal initial
        torch.set_num_threads(threads)  # a new thread starts with PyTorch's default, not with the notebook's setting
        first = initial is None
        if initial is None:
            learner.prepare(sampler.source)
            initial = {k: v.clone() for k, v in learner.state_dict().items()}, torch.get_rng_state()
        elif control.run is None:  # a restart
            learner.load_state_dict(initial[0])
            torch.set_rng_state(initial[1])
        steps = meta_train(
            learner, sampler, how, validation=given, checkpoint=checkpoint, resume=first, control=control
        )
        yield from steps if chosen is None else chosen.watch(learner, steps, control)

    def retrace() -> "Trace":
        random = torch.get_rng_state()  # random numbers drawn here must not change the training
        try:
            return trace(learner, episode)
        finally:
            torch.set_rng_state(random)

    n_way = episode.n_way
    return OuterLoopMonitor(
        meta_steps,
        retrace=retrace,
        steps=how.steps,
        meta_lr=how.meta_lr,
        every=every,
        label=f"{learner.title} meta-trains on {sampler.source.name}",
        settings=_settings(learner, sampler, how),
        metric="mean squared error" if n_way is None else "accuracy",
        validation=chosen.about if chosen else _validated(given, how),
        chance=None if n_way is None else 1 / n_way,
        loss_unit="squared error" if n_way is None else "nats",
        selection=selection,
    )


def _validated(validation: EpisodeSampler | None, how: "MetaTraining") -> str:
    if validation is None:
        return ""
    when = f"every {how.validate_every:,} outer steps and at the end" if how.validate_every else "at the end"
    return f"Validation on {how.n_validation:,} episodes of {validation.source.name}, {when}; the best parameters are kept."


def _settings(learner: "Learner", sampler: EpisodeSampler, how: "MetaTraining") -> str:
    spec = sampler.spec
    episodes = f"{spec.k_shot} shots" if spec.n_way is None else f"{spec.n_way}-way {spec.k_shot}-shot"
    tasks = "1 task" if how.meta_batch_size == 1 else f"{how.meta_batch_size} tasks"
    hyper = [f"{k} {v}" for k, v in learner.hyper.items() if k in ("inner_lr", "inner_steps", "metric")]
    schedule = {"constant": "", "cosine": "meta_lr falling as a cosine", "linear": "meta_lr falling linearly"}[
        how.schedule
    ]
    outer = "" if how.outer == "adam" else "plain outer steps"
    clip = f"gradients clipped at {how.clip_norm:g}" if how.clip_norm else ""
    return ", ".join(filter(None, [episodes, f"{tasks} a step", *hyper, outer, schedule, clip]))
