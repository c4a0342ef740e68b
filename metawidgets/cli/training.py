"""`metawidgets train`, `metawidgets evaluate` and `metawidgets challenge`."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.markup import escape

from metawidgets.cli.console import (
    Dataset,
    DatasetOptions,
    KShot,
    LearnerOptions,
    NQuery,
    NWay,
    Seed,
    bar,
    errors,
    options_from,
    out,
)

if TYPE_CHECKING:
    from metawidgets.learners import Learner
    from metawidgets.results import MetaStep
    from metawidgets.sampling import EpisodeSampler
    from metawidgets.training import MetaTraining

__all__ = ["challenge", "evaluate", "train", "train_with_progress"]


def train(
    checkpoint: Annotated[
        Path, typer.Argument(help="File for the trained learner, such as build/protonet.safetensors.")
    ],
    learner: Annotated[str, typer.Option("--learner", "-l", help="`metawidgets learners` lists them.")] = "protonet",
    learner_option: LearnerOptions = None,
    dataset: Dataset = "glyphs",
    dataset_option: DatasetOptions = None,
    n_way: NWay = None,
    k_shot: KShot = 1,
    n_query: NQuery = 5,
    train_way: Annotated[
        int | None,
        typer.Option(min=2, help="Classes in a training episode, if more than in validation (good for ProtoNet)."),
    ] = None,
    steps: Annotated[int, typer.Option(min=1, help="Outer steps.")] = 1000,
    meta_batch_size: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Episodes per outer step; by default 1, for learners that adapt by gradient steps 8, for curves 25.",
        ),
    ] = None,
    meta_lr: Annotated[float, typer.Option(min=1e-6, max=1.0, help="Adam's learning rate in the outer loop.")] = 1e-3,
    schedule: Annotated[
        Literal["constant", "cosine"], typer.Option(help="Of the learning rate; cosine goes from meta-lr down to 0.")
    ] = "constant",
    clip_norm: Annotated[
        float | None, typer.Option(min=0.0, help="Scale longer meta-gradients down to this norm.")
    ] = None,
    validate_every: Annotated[
        int, typer.Option(min=0, help="Outer steps between validations; 0: only at the end.")
    ] = 250,
    n_validation: Annotated[int, typer.Option(min=1, help="Episodes of one validation.")] = 200,
    patience: Annotated[
        int | None, typer.Option(min=1, help="Stop after so many validations in a row without a better one.")
    ] = None,
    seed: Seed = 0,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Begin again, even if this training was begun before.")
    ] = False,
) -> None:
    """Meta-train a learner and keep the best one that validation saw.

    A training that was stopped or killed goes on where it last validated when the same command is given again. Beside
    the checkpoint lies a readable card: data, settings, steps, versions and the measured accuracy.

    Example: `metawidgets train build/maml.safetensors --learner maml -L inner_lr=0.4 --steps 2000`
    """
    import torch

    from metawidgets import datasets, learners
    from metawidgets.allocator import keep_freed_memory
    from metawidgets.sampling import EpisodeSampler
    from metawidgets.training import MetaTraining

    keep_freed_memory()
    options = options_from(dataset_option)
    data = datasets.load(dataset, **options)
    training = EpisodeSampler(data.source("train"), n_way=train_way or n_way, k_shot=k_shot, n_query=n_query, seed=seed)
    validation = EpisodeSampler(data.source("validation"), n_way=n_way, k_shot=k_shot, n_query=15, seed=seed + 1)
    torch.manual_seed(seed)  # the network's first parameters
    example = validation.episode(0)
    model = learners.build(
        learner, item_shape=example.item_shape, output_dim=example.output_dim, **options_from(learner_option)
    )
    if meta_batch_size is None:
        meta_batch_size = 25 if example.is_regression else 8 if model.axis == "inner_step" else 1
    how = MetaTraining(
        steps=steps,
        meta_batch_size=meta_batch_size,
        meta_lr=meta_lr,
        schedule=schedule,
        clip_norm=clip_norm,
        validate_every=validate_every,
        n_validation=n_validation,
        patience=patience,
    )
    facts = {"data": {"dataset": dataset, "options": options}, "seed": seed}
    begun = time.perf_counter()
    try:
        last = train_with_progress(
            model, training, how, validation=validation, checkpoint=checkpoint, resume=not fresh, facts=facts
        )
    except KeyboardInterrupt:
        # Not by rich: one that comes as it enters its buffer leaves that open, and nothing more is written.
        sys.stderr.write("Stopped. The same command goes on from the last validation.\n")
        raise
    if last is None:
        out.print(f"{checkpoint} was trained to its end before; --fresh begins again.")
        return
    out.print(f"{type(model).__name__} on {dataset}: {last.step} steps in {time.perf_counter() - begun:.0f} s.")
    out.print(f"[bold]{checkpoint}[/]  evaluate it: metawidgets evaluate {checkpoint}")


def train_with_progress(
    model: "Learner", sampler: "EpisodeSampler", how: "MetaTraining", *, label: str = "training", **kwargs: Any
) -> "MetaStep | None":
    """`meta_train` behind a progress bar; returns the last step, or `None` if there was nothing left to do."""
    from metawidgets.training import meta_train

    last, smooth, first = None, None, None
    with bar("{task.fields[rate]}", "{task.fields[loss]}") as progress:
        task = progress.add_task(label, total=how.steps, rate="", loss="")
        for last in meta_train(model, sampler, how, **kwargs):
            first = first or last
            smooth = last.loss if smooth is None else 0.95 * smooth + 0.05 * last.loss
            seen, seconds = last.episodes - first.episodes, last.seconds - first.seconds
            rate = f"{seen / seconds:.0f} episodes/s" if seconds else ""
            progress.update(task, completed=last.step, rate=rate, loss=f"loss {smooth:.3f}")
            if last.validation is not None:
                note = " (best so far)" if last.is_best else ""
                progress.console.print(f"{label} step {last.step}: validation {last.validation}{note}")
    return last


def evaluate(
    checkpoint: Annotated[
        Path | None,
        typer.Argument(
            help="A file that `metawidgets train` wrote, or a name that `metawidgets trained` lists. Leave it out to use --learner."
        ),
    ] = None,
    learner: Annotated[
        str | None, typer.Option("--learner", "-l", help="A learner that needs no training, such as nearest.")
    ] = None,
    learner_option: LearnerOptions = None,
    dataset: Annotated[
        str | None, typer.Option("--dataset", "-d", help="By default the checkpoint's own; without one, glyphs.")
    ] = None,
    dataset_option: DatasetOptions = None,
    split: Annotated[
        Literal["train", "validation", "test", "all"],
        typer.Option(help="Which classes; all is for a learner that was trained on another dataset."),
    ] = "test",
    n_way: NWay = None,
    k_shot: KShot = 1,
    n_query: NQuery = 15,
    n_episodes: Annotated[int, typer.Option(min=1, help="Episodes; 600 or more for a figure worth quoting.")] = 600,
    seed: Seed = 0,
) -> None:
    """Score a learner on held-out episodes: accuracy or mean squared error, with its 95 % interval over episodes.

    Example: `metawidgets evaluate build/protonet.safetensors --dataset digits`
    """
    from metawidgets import datasets, learners, trained
    from metawidgets.errors import ParameterError
    from metawidgets.evaluation import evaluate as score
    from metawidgets.reports.overlap import overlap
    from metawidgets.sampling import EpisodeSampler

    if (checkpoint is None) == (learner is None):
        raise ParameterError("give either a checkpoint file or --learner, not both or neither.")
    model = None if checkpoint is None else trained.load(str(checkpoint))
    trained_on = {} if model is None else getattr(model, "card", {}).get("data", {})
    dataset = dataset or str(trained_on.get("dataset", "glyphs"))
    own = trained_on.get("options", {}) if dataset == trained_on.get("dataset") else {}
    source = datasets.load(dataset, **{**own, **options_from(dataset_option)}).source(split)
    sampler = EpisodeSampler(source, n_way=n_way, k_shot=k_shot, n_query=n_query, seed=seed)
    if model is None:
        example = sampler.episode(0)
        model = learners.build(
            learner or "", item_shape=example.item_shape, output_dim=example.output_dim, **options_from(learner_option)
        )
    elif learner_option:
        raise ParameterError("a checkpoint brings its own options; leave --learner-option out.")
    if model.meta_trained and (warning := overlap(getattr(model, "card", {}), source)):
        errors.print(f"[bold]Careful.[/] {escape(warning)}")
    with bar() as progress:
        task = progress.add_task("evaluating", total=n_episodes)
        result = score(model, sampler, n_episodes, progress=lambda done, _: progress.update(task, completed=done))
    way = "" if sampler.spec.n_way is None else f"{sampler.spec.n_way}-way "
    out.print(f"{type(model).__name__} on {dataset} ({split}), {way}{k_shot}-shot: [bold]{result}[/]")
    out.print(f"batch statistics: {model.statistics}; seed {seed}")


def challenge(
    checkpoint: Annotated[str, typer.Argument(help="A name that `metawidgets trained` lists, or a checkpoint file.")],
    runs: Annotated[Path, typer.Argument(help="Omniglot's all_runs.zip, or the folder that it was unpacked to.")],
) -> None:
    """Score a learner on Omniglot's one-shot challenge: 20 runs of 20 characters of one alphabet, one drawing of each.

    Example: `metawidgets challenge omniglot-protonet all_runs.zip`
    """
    import numpy as np

    from metawidgets import trained
    from metawidgets.datasets import one_shot_runs
    from metawidgets.evaluation import score
    from metawidgets.results import Evaluation

    episodes, model = one_shot_runs(runs), trained.load(checkpoint)
    with bar() as progress:
        scores = [score(model, episode) for episode in progress.track(episodes, description="runs")]
    result = Evaluation("accuracy", np.array(scores))
    out.print(
        f"{type(model).__name__}, {len(episodes)} runs: [bold]{100 * (1 - result.mean):.1f} % errors[/], {result}"
    )
    out.print(f"batch statistics: {model.statistics}")
