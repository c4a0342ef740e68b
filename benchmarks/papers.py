"""Train the recipes, so that their figures can be laid beside the papers'.

    python benchmarks/papers.py list                                  # names, steps, what is done
    python benchmarks/papers.py train omniglot-protonet               # one; killed, the same command goes on
    python benchmarks/papers.py train --match 'omniglot-*' --jobs 2   # many, one thread each
    python benchmarks/papers.py measure                               # build/papers/figures.json and RESULTS.md

Checkpoints go to build/papers. Omniglot is read from the folder that METAWIDGETS_OMNIGLOT names, or fetched.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from fnmatch import fnmatch
from pathlib import Path

import torch
from recipes import RECIPES, Recipe

from metawidgets import checkpoints, learners
from metawidgets.datasets import load
from metawidgets.sampling import EpisodeSampler
from metawidgets.training import MetaTraining, meta_train

FOLDER = Path("build/papers")


def path_of(name: str) -> Path:
    return FOLDER / f"{name}.safetensors"


def curve_of(name: str) -> Path:
    """One line of JSON for each validation."""
    return FOLDER / f"{name}.curve.jsonl"


def progress_of(name: str) -> int:
    """Outer steps that were taken and saved."""
    beside = path_of(name).with_suffix(".training.safetensors")
    return checkpoints.read(beside)[1]["progress"]["step"] if beside.is_file() else 0


def is_done(name: str) -> bool:
    return progress_of(name) >= RECIPES[name].steps


def command(name: str) -> str:
    return f"python benchmarks/papers.py train {name}"


def samplers(recipe: Recipe) -> tuple[EpisodeSampler, EpisodeSampler]:
    """Of training and of validation."""
    data = load(recipe.dataset, **recipe.dataset_options)
    validation_queries = 15 if recipe.train_way else 20
    return (
        EpisodeSampler(
            data.source("train"),
            n_way=recipe.train_way,
            k_shot=recipe.k_shot,
            n_query=recipe.n_query,
            seed=recipe.seed,
        ),
        EpisodeSampler(
            data.source("validation"),
            n_way=5 if recipe.train_way else None,
            k_shot=recipe.test_shots,
            n_query=validation_queries,
            seed=recipe.seed + 1,
        ),
    )


def train(name: str) -> None:
    """Train one recipe to its end, saying where it is at every validation."""
    recipe = RECIPES[name]
    training, validation = samplers(recipe)
    example = validation.episode(0)
    torch.manual_seed(recipe.seed)
    learner = learners.build(
        recipe.learner, item_shape=example.item_shape, output_dim=example.output_dim, **recipe.options
    )
    how = MetaTraining(
        steps=recipe.steps,
        meta_batch_size=recipe.meta_batch_size,
        meta_lr=recipe.meta_lr,
        schedule=recipe.schedule,  # pyright: ignore[reportArgumentType] - one of its words
        clip_norm=recipe.clip_norm,
        validate_every=max(1, recipe.steps // 10),
        n_validation=recipe.n_validation,
    )
    facts = {
        "data": {"dataset": recipe.dataset, "options": dict(recipe.dataset_options)},
        "seed": recipe.seed,
        "command": command(name),
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    begun = time.strftime("%H:%M:%S")
    print(f"{begun} {name}: {recipe.steps} steps", flush=True)
    for step in meta_train(learner, training, how, validation=validation, checkpoint=path_of(name), facts=facts):
        if step.validation is not None:
            point = {"step": step.step, "seconds": step.seconds, "mean": step.validation.mean}
            point["half_width"] = step.validation.half_width
            with curve_of(name).open("a") as curve:
                curve.write(json.dumps(point) + "\n")
            now = f"{time.strftime('%H:%M:%S')} {name}: step {step.step}, {step.seconds:.0f} s"
            print(f"{now}, loss {step.loss:.3f}, {step.validation}", flush=True)


def train_many(names: list[str], jobs: int) -> int:
    """Each in a process of its own, `jobs` at a time; returns how many failed."""
    waiting, running, failed = [n for n in names if not is_done(n)], {}, 0
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                name = waiting.pop(0)
                running[name] = subprocess.Popen([sys.executable, __file__, "train", name])
            for name, process in list(running.items()):
                if process.poll() is not None:
                    del running[name]
                    failed += process.returncode != 0
                    print(f"{name}: {'done' if process.returncode == 0 else 'FAILED'}; {len(waiting)} wait", flush=True)
            time.sleep(0.5)
    finally:
        for process in running.values():
            process.terminate()
    return failed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list")
    training = commands.add_parser("train")
    training.add_argument("names", nargs="*", choices=[[], *RECIPES], metavar="name")
    training.add_argument("--match", help="all recipes whose name matches, such as 'glyphs-*'")
    training.add_argument("--jobs", type=int, default=1, help="processes at a time, of one thread each")
    options = parser.parse_args()
    if options.command == "list":
        for name, recipe in RECIPES.items():
            print(f"{name:32s} {progress_of(name):6d} of {recipe.steps:6d} steps")
        return
    names = [*options.names, *(n for n in RECIPES if options.match and fnmatch(n, options.match))]
    if not names:
        parser.error(f"nothing to train; give names out of {', '.join(RECIPES)}, or --match")
    if len(names) == 1:
        torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
        train(names[0])
    else:
        sys.exit(min(1, train_many(names, options.jobs)))


if __name__ == "__main__":
    main()
