"""`metawidgets train` and `metawidgets evaluate`: train a learner and score it."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.markup import escape

from metawidgets.cli.console import (
    AsJSON,
    Dataset,
    DatasetOptions,
    KShot,
    LearnerOptions,
    NQuery,
    NWay,
    Seed,
    Trust,
    bar,
    errors,
    options_from,
    out,
    print_json,
    queries_of,
)
from metawidgets.errors import ParameterError
from metawidgets.training.allocator import keep_freed_memory

if TYPE_CHECKING:
    from metawidgets.episodes import EpisodeSampler
    from metawidgets.learners import Learner
    from metawidgets.records import MetaStep
    from metawidgets.training import MetaTraining

__all__ = ["evaluate", "train", "train_with_progress"]


def train(
    checkpoint: Annotated[Path, typer.Argument(help="The file to write, such as build/protonet.safetensors.")],
    learner: Annotated[
        str,
        typer.Option(
            "--learner",
            "-l",
            help="The learner to train, from `metawidgets learners`, or your own as package.module:Class.",
        ),
    ] = "protonet",
    learner_option: LearnerOptions = None,
    dataset: Dataset = "glyphs",
    dataset_option: DatasetOptions = None,
    n_way: NWay = None,
    k_shot: KShot = 1,
    n_query: NQuery = 5,
    train_way: Annotated[
        int | None,
        typer.Option(
            min=2, help="Classes per training episode, by default as in validation. More classes help ProtoNet."
        ),
    ] = None,
    steps: Annotated[int, typer.Option(min=1, help="Number of outer steps.")] = 1000,
    meta_batch_size: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Episodes per outer step; by default 1, or 8 for learners with inner steps, or 25 for curves.",
        ),
    ] = None,
    meta_lr: Annotated[float, typer.Option(min=1e-6, max=1.0, help="Learning rate of the outer loop.")] = 1e-3,
    schedule: Annotated[
        Literal["constant", "cosine", "linear"],
        typer.Option(help="Schedule of the learning rate; cosine and linear decrease it from meta-lr to 0."),
    ] = "constant",
    outer: Annotated[
        Literal["adam", "adamw", "plain"],
        typer.Option(
            help="Adam, AdamW, or plain gradient steps; Reptile's paper uses plain, with a meta-lr up to 1 and --schedule linear."
        ),
    ] = "adam",
    weight_decay: Annotated[
        float, typer.Option(min=0.0, help="Weight decay: decoupled with adamw, part of the gradient otherwise.")
    ] = 0.0,
    warmup: Annotated[int, typer.Option(min=0, help="Number of first steps in which the learning rate rises.")] = 0,
    clip_norm: Annotated[
        float | None, typer.Option(min=0.0, help="Scale meta-gradients with a larger norm down to this norm.")
    ] = None,
    validate_every: Annotated[
        int, typer.Option(min=0, help="Outer steps between validations; 0 validates only at the end.")
    ] = 250,
    n_validation: Annotated[int, typer.Option(min=1, help="Episodes per validation.")] = 200,
    patience: Annotated[
        int | None, typer.Option(min=1, help="Stop after this number of validations in a row without improvement.")
    ] = None,
    seed: Seed = 0,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Start again, even if a saved training could be resumed.")
    ] = False,
) -> None:
    """Meta-train a learner, and save the parameters of its best validation.

    If the training is stopped or killed, rerun the command to resume from the last validation. A JSON file beside the checkpoint
    lists data, settings, steps, versions and the measured score.

    Example: `metawidgets train build/maml.safetensors --learner maml -L inner_lr=0.4 --steps 2000`
    """
    # torch and numpy load slowly
    import torch

    from metawidgets import datasets, learners
    from metawidgets.episodes import EpisodeSampler
    from metawidgets.training import MetaTraining

    keep_freed_memory()
    options = options_from(dataset_option)
    data = datasets.load(dataset, **options)
    training = EpisodeSampler(data.source("train"), n_way=train_way or n_way, k_shot=k_shot, n_query=n_query, seed=seed)
    validation = EpisodeSampler(data.source("validation"), n_way=n_way, k_shot=k_shot, n_query=15, seed=seed + 1)
    torch.manual_seed(seed)  # for the network's initial parameters
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
        outer=outer,
        weight_decay=weight_decay,
        warmup=warmup,
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
        # Do not use rich here: if Ctrl-C interrupted it while it was writing, it may write nothing more.
        sys.stderr.write("Stopped. Rerun the command to resume from the last validation.\n")
        raise
    if last is None:
        out.print(f"The training of {checkpoint} is already complete; --fresh starts again.")
        return
    out.print(f"{type(model).__name__} on {dataset}: {last.step} steps in {time.perf_counter() - begun:.0f} s.")
    is_own = ":" in learner or any(given.startswith("network=") for given in learner_option or ())
    trusted = " --trust" if is_own else ""
    out.print(f"[bold]{checkpoint}[/]  Evaluate it: metawidgets evaluate {checkpoint}{trusted}")


def train_with_progress(
    model: "Learner", sampler: "EpisodeSampler", how: "MetaTraining", *, label: str = "training", **kwargs: Any
) -> "MetaStep | None":
    """Run `meta_train` with a progress bar, and return the last step, or `None` if the training was already complete."""
    from metawidgets.training import meta_train  # torch loads slowly

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
            help="A file from `metawidgets train`, or a name from `metawidgets trained`. Leave it out to use --learner."
        ),
    ] = None,
    learner: Annotated[
        str | None,
        typer.Option(
            "--learner",
            "-l",
            help="A learner that needs no training, such as nearest, or your own as package.module:Class.",
        ),
    ] = None,
    learner_option: LearnerOptions = None,
    dataset: Annotated[
        str | None,
        typer.Option(
            "--dataset", "-d", help="By default the dataset of the checkpoint, or glyphs without a checkpoint."
        ),
    ] = None,
    dataset_option: DatasetOptions = None,
    split: Annotated[
        Literal["train", "validation", "test", "all"],
        typer.Option(help="The classes to test on; use all for a learner that was trained on another dataset."),
    ] = "test",
    episodes: Annotated[
        Path | None,
        typer.Option(help="A file of episodes from EpisodeList.save, to score on exactly these, instead of a dataset."),
    ] = None,
    n_way: NWay = None,
    k_shot: KShot = 1,
    n_query: NQuery = 15,
    n_episodes: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Number of episodes, by default 600 or all of the file; use 600 or more for a score that you report.",
        ),
    ] = None,
    seed: Seed = 0,
    trust: Trust = False,
    as_json: AsJSON = False,
) -> None:
    """Score a learner on held-out episodes: accuracy or mean squared error, with a 95 % confidence interval over episodes.

    Example: `metawidgets evaluate build/protonet.safetensors --dataset digits`
    """
    # torch and numpy load slowly
    from metawidgets import datasets, learners, trained
    from metawidgets.episodes import EpisodeList, EpisodeSampler
    from metawidgets.reports.overlap import overlap
    from metawidgets.training.evaluation import evaluate as score

    if (checkpoint is None) == (learner is None):
        raise ParameterError("give a checkpoint file or --learner, and not both.")
    model = None if checkpoint is None else trained.load(str(checkpoint))
    trained_on = {} if model is None else model.card.get("data", {})
    dataset = dataset or str(trained_on.get("dataset", "glyphs"))
    own = trained_on.get("options", {}) if dataset == trained_on.get("dataset") else {}
    if episodes is None:
        source = datasets.load(dataset, **{**own, **options_from(dataset_option)}).source(split)
        sampler = EpisodeSampler(source, n_way=n_way, k_shot=k_shot, n_query=n_query, seed=seed)
        n_episodes = n_episodes or 600
    else:
        source, sampler = None, EpisodeList.load(episodes)
        n_episodes = n_episodes or len(sampler)
    if model is None:
        example = sampler.episode(0)
        model = learners.build(
            learner or "", item_shape=example.item_shape, output_dim=example.output_dim, **options_from(learner_option)
        )
    elif learner_option:
        raise ParameterError(
            "--learner-option does not apply to a checkpoint, which has its own options; leave it out."
        )
    if source is not None and model.meta_trained and (warning := overlap(model.card, source)):
        errors.print(f"[bold]Careful.[/] {escape(warning)}")
    with bar() as progress:
        task = progress.add_task("evaluating", total=n_episodes)
        result = score(model, sampler, n_episodes, progress=lambda done, _: progress.update(task, completed=done))
    if as_json:
        half_width = result.half_width if n_episodes > 1 else None  # JSON does not allow NaN
        figures = {"metric": result.metric, "mean": result.mean, "half_width": half_width, "n_episodes": n_episodes}
        where = {"dataset": dataset, "split": split} if episodes is None else {"episodes": str(episodes)}
        said = {"per_episode": result.per_episode.tolist(), "verdict": result.verdict if result.replies else None}
        print_json({**figures, **where, **said, **result.settings})
        return
    size, where = sampler.settings, f"{dataset} ({split})" if episodes is None else episodes.name
    way = "" if size["n_way"] is None else f"{size['n_way']}-way "
    out.print(f"{model.title} on {escape(where)}, {way}{size['k_shot']}-shot: [bold]{result}[/]")
    out.print(
        f"batch statistics: {model.statistics}; {queries_of(model)}" + (f"; seed {seed}" if episodes is None else "")
    )
    if result.replies:
        out.print(f"Expected calibration error {result.calibration().ece:.3f}.")
        if result.faults:
            out.print(escape(result.verdict))
