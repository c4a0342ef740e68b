"""Train the recipes, so that their figures can be laid beside the papers'.

    python benchmarks/papers.py list                                  # names, steps, what is done
    python benchmarks/papers.py train omniglot-protonet               # one; killed, the same command goes on
    python benchmarks/papers.py train --match 'omniglot-*' --jobs 2   # many, one thread each
    python benchmarks/papers.py measure --match '*' --jobs 2          # on test tasks; only what was not measured yet
    python benchmarks/papers.py results                               # benchmarks/RESULTS.md out of what was measured
    python benchmarks/papers.py ship                                  # into the package, with cards and index

Checkpoints go to build/papers. Omniglot is read from the folder that METAWIDGETS_OMNIGLOT names, or fetched.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import measures
import results
import shipping
import torch
from recipes import RECIPES, Recipe, is_halved

from metawidgets import checkpoints, learners
from metawidgets.allocator import keep_freed_memory
from metawidgets.datasets import load
from metawidgets.errors import did_you_mean
from metawidgets.npz import replacing
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


def figures_of(name: str) -> Path:
    """What it scored."""
    return FOLDER / f"{name}.figures.json"


def figures(name: str) -> dict[str, Any]:
    return json.loads(figures_of(name).read_text())


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
    if recipe.begins_with:
        if progress_of(recipe.begins_with) < RECIPES[recipe.begins_with].steps:
            train(recipe.begins_with)
        learner.load_state_dict(checkpoints.load(path_of(recipe.begins_with)).state_dict())
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


def measure(name: str, n_episodes: int) -> None:
    """Score one trained recipe on test tasks, and keep what it scored."""
    begun, learner = time.perf_counter(), checkpoints.load(path_of(name))
    if is_halved(name):
        for p in learner.parameters():
            p.data = p.data.half().float()
    _, card = checkpoints.read(path_of(name).with_suffix(".training.safetensors"))
    found = measures.measure(
        name, learner, RECIPES[name], n_episodes, lambda text: print(f"{name}: {text}", flush=True)
    )
    facts = {
        "name": name,
        "command": command(name),
        "date": time.strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, torch {torch.__version__}, one thread",
        "seed": RECIPES[name].seed,
        "steps": card["progress"]["step"],
        "of_steps": RECIPES[name].steps,
        "minutes": card["progress"]["seconds"] / 60,
        "curve": [json.loads(line) for line in curve_of(name).read_text().splitlines()],
        "measuring_seconds": time.perf_counter() - begun,
    }
    with replacing(figures_of(name)) as part:
        part.write_text(json.dumps({**facts, **found}))


def run_many(verb: str, names: list[str], jobs: int) -> int:
    """Each in a process of its own, `jobs` at a time; returns how many failed."""
    waiting, running, failed = list(names), {}, 0
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                name = waiting.pop(0)
                running[name] = subprocess.Popen([sys.executable, __file__, verb, name])
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
    commands = parser.add_subparsers(dest="verb", required=True)
    commands.add_parser("list", help="names, steps, and how far each is")
    for verb, about in (("train", "to their end, from where they were stopped"), ("measure", "those that are trained")):
        one = commands.add_parser(verb, help=about)
        one.add_argument("names", nargs="*", metavar="name")
        one.add_argument("--match", help="all recipes whose name matches, such as 'glyphs-*'")
        one.add_argument("--jobs", type=int, default=1, help="processes at a time, of one thread each")
        one.add_argument("--episodes", type=int, default=600, help="test tasks to measure on")
    commands.add_parser("results", help="write benchmarks/RESULTS.md")
    commands.add_parser("ship", help="put them into the package")
    options = parser.parse_args()
    keep_freed_memory()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    if options.verb == "list":
        for name, recipe in RECIPES.items():
            measured = "measured" if figures_of(name).is_file() else ""
            print(f"{name:32s} {progress_of(name):6d} of {recipe.steps:6d} steps {measured}")
    elif options.verb == "results":
        print(results.write({name: figures(name) for name in RECIPES if figures_of(name).is_file()}, RECIPES))
    elif options.verb == "ship":
        shipping.ship([name for name in RECIPES if figures_of(name).is_file()], path_of, figures)
    else:
        names = [*options.names, *(n for n in RECIPES if options.match and fnmatch(n, options.match))]
        unknown = [name for name in names if name not in RECIPES]
        if unknown:
            parser.error(f"no recipe {unknown[0]!r}; {did_you_mean(unknown[0], RECIPES)}")
        if options.verb == "train":
            todo = [name for name in names if progress_of(name) < RECIPES[name].steps]
        else:
            trained = [n for n in names if not n.endswith("_short") and progress_of(n) >= RECIPES[n].steps]
            todo = [name for name in trained if not figures_of(name).is_file()]
        if not names:
            parser.error(f"no recipe is named; give names out of {', '.join(RECIPES)}, or --match")
        if len(todo) == 1:
            train(todo[0]) if options.verb == "train" else measure(todo[0], options.episodes)
        elif todo:
            sys.exit(min(1, run_many(options.verb, todo, options.jobs)))
        else:
            print(
                f"nothing to {options.verb}: {len(names)} named, none of them is left or ready; `list` says what is done"
            )


if __name__ == "__main__":
    main()
