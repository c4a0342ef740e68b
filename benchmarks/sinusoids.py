"""MAML on sinusoids beside a network pretrained on all tasks and fine-tuned the same way.

    python benchmarks/sinusoids.py build/sinusoids            # about 12 minutes on one core; resumes where it was stopped

MAML is trained on the query losses after its first and its second gradient step, in equal parts (the multi-step loss of
Antoniou 2019, never annealed). Trained on the first alone, as in the paper, it reaches 0.29 after one step, but goes on to
sharpen that one step until a few tasks diverge at five.

Both learners see the same tasks for the same number of outer steps. Fine-tuning then gets what favours it: its learning rate
is chosen on validation tasks, separately for each number of gradient steps. MAML keeps the rate it was trained with.
"""

import argparse
import json
from pathlib import Path

import torch
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from metawidgets import checkpoints, learners
from metawidgets.datasets import load
from metawidgets.evaluation import evaluate
from metawidgets.npz import replacing
from metawidgets.results import Evaluation
from metawidgets.sampling import EpisodeSampler
from metawidgets.training import MetaTraining, meta_train

STEPS = (1, 5, 10)
RATES = (0.001, 0.003, 0.01, 0.02, 0.03, 0.05, 0.1)


def sampler(seed: int, n_query: int = 10) -> EpisodeSampler:
    return EpisodeSampler(load("sinusoids").source(), k_shot=10, n_query=n_query, seed=seed)


def trained(name: str, folder: Path, steps: int, console: Console, **options: int) -> tuple[learners.Learner, float]:
    """A learner trained for `steps` outer steps, and the seconds that took."""
    path = folder / f"{name}.safetensors"
    torch.manual_seed(0)
    learner = learners.build(name, item_shape=(1,), output_dim=1, inner_lr=0.01, **options)
    how = MetaTraining(
        steps,
        meta_batch_size=100,
        meta_lr=3e-3,
        schedule="cosine",
        clip_norm=10,
        validate_every=steps // 6,
        n_validation=300,
    )
    with Progress(console=console) as progress:
        bar = progress.add_task(f"training {name}", total=steps)
        for step in meta_train(learner, sampler(1), how, validation=sampler(2), checkpoint=path):
            progress.update(bar, completed=step.step)
    return checkpoints.load(path), checkpoints.read(path.with_suffix(".training.safetensors"))[1]["seconds"]


def score(learner: learners.Learner, steps: int, rate: float, test: EpisodeSampler, n: int) -> Evaluation:
    assert isinstance(learner, learners.MAML | learners.FineTune)
    learner.inner_steps, learner.inner_lr = steps, rate
    return evaluate(learner, test, n)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where checkpoints and result.json go")
    parser.add_argument("--steps", type=int, default=80_000, help="outer steps of each training")
    parser.add_argument("--episodes", type=int, default=600, help="unseen test tasks")
    options = parser.parse_args()
    torch.set_num_threads(1)
    console, test, validation = Console(), sampler(3, n_query=100), sampler(4, n_query=100)
    table = Table("gradient steps", "MAML", "pretrained, fine-tuned", "its rate", title="query mean squared error")
    maml, maml_seconds = trained("maml", options.folder, options.steps, console, inner_steps=2, multi_step_loss=10**9)
    tuned, tuned_seconds = trained("finetune", options.folder, options.steps, console)
    rows = []
    for steps in STEPS:
        by_rate = {rate: score(tuned, steps, rate, validation, options.episodes).mean for rate in RATES}
        rate = min(
            by_rate, key=lambda r: (by_rate[r] != by_rate[r], by_rate[r])
        )  # a rate that diverged gives NaN: last
        ours, theirs = (
            score(maml, steps, 0.01, test, options.episodes),
            score(tuned, steps, rate, test, options.episodes),
        )
        rows.append(
            {
                "steps": steps,
                "rate": rate,
                "maml": [ours.mean, ours.half_width],
                "finetune": [theirs.mean, theirs.half_width],
            }
        )
        table.add_row(str(steps), *(f"{e.mean:.3f} ± {e.half_width:.3f}" for e in (ours, theirs)), f"{rate:g}")
    console.print(
        table,
        f"{options.episodes} unseen tasks; trained {maml_seconds:.0f} s and {tuned_seconds:.0f} s on one thread",
        sep="\n",
    )
    with replacing(options.folder / "result.json") as part:
        part.write_text(
            json.dumps({"rows": rows, "seconds": [maml_seconds, tuned_seconds], "torch": torch.__version__}, indent=2)
        )


if __name__ == "__main__":
    main()
