"""`metawidgets demo`: the whole way through the house in two minutes, on data that comes with it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from metawidgets.cli.console import bar, out
from metawidgets.cli.pages import report_with_progress
from metawidgets.cli.training import train_with_progress

if TYPE_CHECKING:
    from metawidgets.learners import Learner
    from metawidgets.sampling import EpisodeSampler

__all__ = ["demo"]

N_EPISODES = 100
"""Episodes behind each figure of the table: enough for an interval of two points, few enough to wait for."""


def demo(
    folder: Annotated[Path, typer.Option("--out", help="Folder for the checkpoints and the report.")] = Path(
        "build/demo"
    ),
    seed: Annotated[int, typer.Option(min=0, help="Seed of everything that is drawn.")] = 0,
) -> None:
    """Train two learners on procedural characters, adapt them to unseen ones and to real digits, and write a report.

    Nothing is downloaded. It takes about two minutes on two cores; the last line is the path of the report.
    """
    import torch

    from metawidgets import datasets, learners
    from metawidgets.sampling import EpisodeSampler
    from metawidgets.training import MetaTraining

    glyphs = datasets.load("glyphs", n_classes=300)
    plans = {
        # 20-way training makes a better metric space than 5-way, for the price of larger batches (Snell 2017)
        "protonet": (20, MetaTraining(steps=150, meta_batch_size=1, meta_lr=2e-3, schedule="cosine")),
        "maml": (5, MetaTraining(steps=150, meta_batch_size=4, meta_lr=2e-3, schedule="cosine")),
    }
    models: dict[str, Learner] = {}
    for name, (way, how) in plans.items():
        torch.manual_seed(seed)
        model = learners.build(name, item_shape=(1, 28, 28), output_dim=5)
        sampler = EpisodeSampler(glyphs.source("train"), n_way=way, k_shot=1, n_query=5, seed=seed)
        train_with_progress(
            model,
            sampler,
            how,
            label=f"training {type(model).__name__}",
            checkpoint=folder / f"{name}.safetensors",
            resume=False,
            facts={"data": {"dataset": "glyphs", "options": {"n_classes": 300}}, "seed": seed},
        )
        models[name] = model

    tests = {
        "unseen glyphs": EpisodeSampler(glyphs.source("test"), n_way=5, k_shot=1, seed=seed),
        "real digits": EpisodeSampler(datasets.load("digits").source("all"), n_way=5, k_shot=1, seed=seed),
    }
    table = Table("5-way 1-shot", *tests, title="Accuracy before and after adaptation", title_justify="left")
    for model in models.values():
        table.add_row(type(model).__name__, *(_before_and_after(model, sampler) for sampler in tests.values()))
    out.print(table)
    out.print(f"Means over {N_EPISODES} episodes with their 95 % intervals. Guessing gives 20 %.")

    values = {"checkpoint": str(folder / "maml.safetensors"), "dataset": "digits", "split": "all", "seed": seed}
    page = report_with_progress("few_shot", folder / "report", {**values, "n_episodes": N_EPISODES})
    out.print(f"The report of MAML on real digits, open it in a browser:\n[bold]{page}[/]")


def _before_and_after(model: "Learner", sampler: "EpisodeSampler") -> str:
    import numpy as np

    from metawidgets.learners.loop import trace
    from metawidgets.results import Evaluation

    scores = np.empty((2, N_EPISODES))
    with bar() as progress:
        task = progress.add_task(f"adapting {type(model).__name__} to {sampler.source.name}", total=N_EPISODES)
        for i in range(N_EPISODES):
            accuracy = trace(model, sampler.episode(i))["query_accuracy"]
            scores[:, i] = accuracy[0], accuracy[-1]
            progress.advance(task)
    before, after = (Evaluation("accuracy", s) for s in scores)
    return f"{100 * before.mean:.1f} → {100 * after.mean:.1f} ± {100 * after.half_width:.1f} %"
