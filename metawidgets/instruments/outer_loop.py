"""Live meta-training, with the learner behind it."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from metawidgets.episodes import Episode
from metawidgets.sampling import EpisodeSampler

if TYPE_CHECKING:
    from metawidgets.control import MetaControl
    from metawidgets.learners import Learner
    from metawidgets.results import MetaStep
    from metawidgets.traces import Trace
    from metawidgets.training import MetaTraining
    from metawidgets.widgets import OuterLoopMonitor, Selection

__all__ = ["outer_loop_monitor"]


def outer_loop_monitor(
    learner: "Learner",
    sampler: EpisodeSampler,
    how: "MetaTraining",
    *,
    validation: EpisodeSampler | None = None,
    held: Episode | None = None,
    every: int | None = None,
    checkpoint: str | Path | None = None,
    selection: "Selection | None" = None,
) -> "OuterLoopMonitor":
    """Meta-train `learner` in place, live: `monitor.start()`, or its buttons. A monitored training gives the same losses as one
    by `meta_train` with the same arguments.

    Args:
        sampler, how, validation, checkpoint: as `meta_train` takes them.
        held: the episode adapted to again every so often; by default number 0 of the validation, or else of the sampler
            (whose training batches are others).
        every: outer steps between these; by default a 40th of `how.steps`.

    Raises:
        LearnerError: if the learner has nothing to train, or cannot take the held episode.
    """
    import torch

    from metawidgets.errors import LearnerError
    from metawidgets.learners.expected import expect_learner, expect_sampler
    from metawidgets.learners.loop import trace
    from metawidgets.training import meta_train
    from metawidgets.widgets import OuterLoopMonitor

    expect_learner(learner)
    expect_sampler(sampler)
    if not learner.meta_trained:
        raise LearnerError(
            f"{type(learner).__name__} has no parameters that an outer loop could train; evaluate it as it is."
        )
    episode = held if held is not None else (validation or sampler).episode(0)
    # parameters and the state of the random generator before the first step
    beginning: tuple[dict[str, torch.Tensor], torch.Tensor] | None = None
    threads = torch.get_num_threads()

    def meta_steps(control: "MetaControl") -> "Iterator[MetaStep]":
        nonlocal beginning
        torch.set_num_threads(threads)  # a new thread has PyTorch's default, whatever was set in the notebook's
        first = beginning is None
        if beginning is None:
            learner.prepare(sampler.source)
            beginning = {k: v.clone() for k, v in learner.state_dict().items()}, torch.get_rng_state()
        elif control.run is None:  # once more from the beginning
            learner.load_state_dict(beginning[0])
            torch.set_rng_state(beginning[1])
        yield from meta_train(
            learner, sampler, how, validation=validation, checkpoint=checkpoint, resume=first, control=control
        )

    def retrace() -> "Trace":
        random = torch.get_rng_state()  # a learner that draws some here must not shift those of the training
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
        label=f"{type(learner).__name__} meta-trains on {sampler.source.name}",
        settings=_settings(learner, sampler, how),
        metric="mean squared error" if n_way is None else "accuracy",
        chance=None if n_way is None else 1 / n_way,
        loss_unit="squared error" if n_way is None else "nats",
        selection=selection,
    )


def _settings(learner: "Learner", sampler: EpisodeSampler, how: "MetaTraining") -> str:
    spec = sampler.spec
    episodes = f"{spec.k_shot} shots" if spec.n_way is None else f"{spec.n_way}-way {spec.k_shot}-shot"
    tasks = "1 task" if how.meta_batch_size == 1 else f"{how.meta_batch_size} tasks"
    hyper = [f"{k} {v}" for k, v in learner.hyper.items() if k in ("inner_lr", "inner_steps", "metric")]
    schedule = "" if how.schedule == "constant" else f"meta_lr falling as a {how.schedule}"
    clip = f"gradients clipped at {how.clip_norm:g}" if how.clip_norm else ""
    return ", ".join(filter(None, [episodes, f"{tasks} a step", *hyper, schedule, clip]))
