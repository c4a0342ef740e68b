"""`metawidgets demo`: train, adapt, evaluate and report in two minutes, on data that comes with the package."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from metawidgets.cli.console import bar, errors, out
from metawidgets.cli.report import report_with_progress
from metawidgets.cli.training import train_with_progress
from metawidgets.training.allocator import keep_freed_memory

if TYPE_CHECKING:
    from metawidgets.episodes import EpisodeSampler
    from metawidgets.learners import Learner

__all__ = ["demo"]


def demo(
    folder: Annotated[Path, typer.Option("--out", help="Folder for the checkpoints and the report.")] = Path(
        "build/demo"
    ),
    seed: Annotated[int, typer.Option(min=0, help="Seed of all random draws.")] = 0,
    smoke: Annotated[
        bool, typer.Option("--smoke", help="Use only a few steps and episodes, to test that it runs.")
    ] = False,
) -> None:
    """Train two learners on procedural characters, adapt them to unseen characters and to real digits, and write a report.

    Nothing is downloaded. The demo takes one to two minutes on two cores. The last line of the output is the path of the report.
    """
    # torch and numpy load slowly
    import torch

    from metawidgets import datasets, learners
    from metawidgets.analysis import interval_note
    from metawidgets.episodes import EpisodeSampler
    from metawidgets.training import MetaTraining

    keep_freed_memory()
    n_episodes = 4 if smoke else 100
    glyphs = datasets.load("glyphs")
    plans = {
        # Training with 20 classes gives a better embedding than training with 5 (Snell 2017, section 3.1).
        "protonet": (20, {}, MetaTraining(steps=150, meta_batch_size=1, meta_lr=2e-3, schedule="cosine")),
        "maml": (5, {"inner_lr": 0.2}, MetaTraining(steps=200, meta_batch_size=4, meta_lr=2e-3, schedule="cosine")),
    }
    models: list[Learner] = []
    for name, (way, options, how) in plans.items():
        torch.manual_seed(seed)
        models.append(learners.build(name, item_shape=(1, 28, 28), output_dim=5, **options))
        label = f"Training {type(models[-1]).__name__} on procedural characters"
        errors.print(f"{label}.")
        train_with_progress(
            models[-1],
            EpisodeSampler(glyphs.source("train"), n_way=way, k_shot=1, n_query=5, seed=seed),
            replace(how, steps=2) if smoke else how,
            label=label,
            checkpoint=folder / f"{name}.safetensors",
            resume=False,
            facts={"data": {"dataset": "glyphs", "options": {}}, "seed": seed},
        )

    tests = {
        "unseen glyphs": EpisodeSampler(glyphs.source("test"), n_way=5, k_shot=1, seed=seed),
        "real digits": EpisodeSampler(datasets.load("digits").source("all"), n_way=5, k_shot=1, seed=seed),
    }
    table = Table("5-way 1-shot", *tests, title="Accuracy before → after adaptation", title_justify="left")
    for model in models:
        scores = (_before_and_after(model, sampler, n_episodes) for sampler in tests.values())
        table.add_row(type(model).__name__, *scores)
    out.print(table)
    note = interval_note(n_episodes)
    few = f" ({note})" if note else ""
    out.print(f"Means over {n_episodes} episodes with 95 % confidence intervals{few}. Chance is 20 %.")

    errors.print("Running the report of ProtoNet on unseen characters and on real digits.")
    values = {
        "checkpoint": str(folder / "protonet.safetensors"),
        "dataset": "glyphs",
        "transfer": "digits",
        "seed": seed,
    }
    done = report_with_progress("few_shot", folder / "report", {**values, "n_episodes": n_episodes, "smoke": smoke})
    out.print("The report; open it in a browser:")
    out.print(f"[bold]{done.html}[/]")


def _before_and_after(model: "Learner", sampler: "EpisodeSampler", n_episodes: int) -> str:
    """Score a learner before and after adaptation, as text for the table."""
    # torch and numpy load slowly
    import numpy as np

    from metawidgets.analysis import interval_text
    from metawidgets.learners.loop import trace
    from metawidgets.records import Evaluation

    scores = np.empty((2, n_episodes))
    with bar() as progress:
        task = progress.add_task(f"Adapting {type(model).__name__} to {sampler.source.name}", total=n_episodes)
        for i in range(n_episodes):
            accuracy = trace(model, sampler.episode(i))["query_accuracy"]
            scores[:, i] = accuracy[0], accuracy[-1]
            progress.advance(task)
    before, after = (Evaluation("accuracy", s) for s in scores)
    return f"{100 * before.mean:.1f} → {interval_text(after.mean, after.half_width, 'accuracy', '.1f', '.1f')}"
