"""`metawidgets challenge`: score a learner on Omniglot's one-shot challenge."""

from pathlib import Path
from typing import Annotated

import typer

from metawidgets.cli.console import Trust, bar, out, queries_of

__all__ = ["challenge"]


def challenge(
    checkpoint: Annotated[str, typer.Argument(help="A name that `metawidgets trained` lists, or a checkpoint file.")],
    runs: Annotated[Path, typer.Argument(help="Omniglot's all_runs.zip, or its unpacked folder.")],
    trust: Trust = False,
) -> None:
    """Score a learner on Omniglot's one-shot challenge: 20 runs of 20-way 1-shot classification within one alphabet.

    Example: `metawidgets challenge omniglot-protonet all_runs.zip`
    """
    # torch and numpy load slowly
    import numpy as np

    from metawidgets import trained
    from metawidgets.datasets import one_shot_runs
    from metawidgets.records import Evaluation
    from metawidgets.training.evaluation import score

    episodes, model = one_shot_runs(runs), trained.load(checkpoint)
    with bar() as progress:
        scores = [score(model, episode) for episode in progress.track(episodes, description="runs")]
    result = Evaluation("accuracy", np.array(scores))
    out.print(
        f"{type(model).__name__}, {len(episodes)} runs: [bold]{100 * (1 - result.mean):.1f} % errors[/], {result}"
    )
    out.print(f"batch statistics: {model.statistics}; {queries_of(model)}")
