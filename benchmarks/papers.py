"""Train the recipes, measure them for comparison with the papers, and put them into the package.

    python benchmarks/papers.py list                                  # names, steps, and what is done
    python benchmarks/papers.py train omniglot-protonet               # one; if killed, rerun the command to resume
    python benchmarks/papers.py train --match 'omniglot-*' --jobs 2   # many, one thread each
    python benchmarks/papers.py measure --match '*' --jobs 2          # on test tasks; only what was not measured yet
    python benchmarks/papers.py measure --shipped omniglot-protonet   # the package's own learner, for paired comparisons
    python benchmarks/papers.py results                               # write benchmarks/RESULTS.md from the measurements
    python benchmarks/papers.py ship                                  # write checkpoints, cards and index into the package

Checkpoints go to build/papers. Omniglot is read from the folder named by METAWIDGETS_OMNIGLOT, or downloaded.
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

from metawidgets import learners, trained
from metawidgets.datasets import load
from metawidgets.episodes import AlternatingShots, EpisodeSampler
from metawidgets.errors import did_you_mean
from metawidgets.files.part_files import replacing
from metawidgets.training import MetaTraining, checkpoints, meta_train
from metawidgets.training.allocator import keep_freed_memory

FOLDER = Path("build/papers")


def path_of(name: str) -> Path:
    return FOLDER / f"{name}.safetensors"


def curve_of(name: str) -> Path:
    """Return the path of the learning curve, a file with one line of JSON for each validation."""
    return FOLDER / f"{name}.curve.jsonl"


def stages_of(name: str) -> list[tuple[Recipe, Path]]:
    """Return the stages of a recipe, each with its checkpoint's path. The last stage has the recipe's own path."""
    stages = RECIPES[name].all_stages()
    earlier = [FOLDER / f"{name}.stage{i}.safetensors" for i in range(1, len(stages))]
    return list(zip(stages, [*earlier, path_of(name)], strict=True))


def progress_at(path: Path) -> dict[str, Any]:
    """Return the progress of a checkpoint's training: outer steps, seconds, and whether its patience ended it."""
    beside = path.with_suffix(".training.safetensors")
    return checkpoints.read(beside)[1]["progress"] if beside.is_file() else {"step": 0, "seconds": 0, "stopped": False}


def progress_of(name: str) -> int:
    """Return the number of outer steps taken and saved, over all stages."""
    return sum(progress_at(path)["step"] for _, path in stages_of(name))


def is_trained(name: str) -> bool:
    """Return whether each stage has taken its steps, or was ended by its patience."""
    return all(is_done(stage, path) for stage, path in stages_of(name))


def is_done(stage: Recipe, path: Path) -> bool:
    progress = progress_at(path)
    return progress["stopped"] or progress["step"] >= (stage.ends_at or stage.steps)


def figures_of(name: str) -> Path:
    """Return the path of a recipe's scores."""
    return FOLDER / f"{name}.figures.json"


def shipped_figures_of(name: str) -> Path:
    """Return the path of the scores, measured here, of the learner in the package."""
    return FOLDER / f"{name}.shipped.json"


def figures(name: str) -> dict[str, Any]:
    return json.loads(figures_of(name).read_text())


def command(name: str) -> str:
    return f"python benchmarks/papers.py train {name}"


def samplers(recipe: Recipe) -> tuple[EpisodeSampler, EpisodeSampler]:
    """Return the samplers of training and of validation episodes."""
    data = load(recipe.dataset, **recipe.dataset_options)
    validation_queries = 15 if recipe.train_way else 20
    size = {"n_way": recipe.train_way, "n_query": recipe.n_query, "seed": recipe.seed}
    training = load(recipe.dataset, **{**recipe.dataset_options, **recipe.train_options}).source("train")
    return (
        AlternatingShots(training, recipe.k_shots, **size)
        if recipe.k_shots
        else EpisodeSampler(training, k_shot=recipe.k_shot, **size),
        EpisodeSampler(
            data.source("validation"),
            n_way=5 if recipe.train_way else None,
            k_shot=recipe.test_shots,
            n_query=validation_queries,
            seed=recipe.seed + 1,
        ),
    )


def train(name: str) -> None:
    """Train one recipe to its end, and print its progress at every validation."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    before, earlier = RECIPES[name].begins_with, []
    if before and not is_trained(before):
        train(before)
    start = path_of(before) if before else None
    for stage, path in stages_of(name):
        if not is_done(stage, path):
            _train_stage(name, stage, path, start, earlier)
        progress, start = progress_at(path), path
        done = {key: progress[key] for key in ("step", "seconds")}
        earlier.append({"meta_batch_size": stage.meta_batch_size, **done})


def _train_stage(name: str, stage: Recipe, path: Path, start: Path | None, earlier: list[dict[str, Any]]) -> None:
    """Train one stage from the parameters of the checkpoint `start`, or from random ones if it is `None`."""
    training, validation = samplers(stage)
    example = validation.episode(0)
    torch.manual_seed(stage.seed)
    learner = learners.build(
        stage.learner, item_shape=example.item_shape, output_dim=example.output_dim, **stage.options
    )
    if start is not None:
        before = checkpoints.load(start)
        if type(before) is type(learner):
            learner.load_state_dict(before.state_dict())
        else:  # take the network of another learner; rates and similar options are this learner's own
            own, other = learner.network, before.network
            assert own is not None
            assert other is not None
            own.load_state_dict(other.state_dict())
    how = MetaTraining(
        steps=stage.steps,
        meta_batch_size=stage.meta_batch_size,
        meta_lr=stage.meta_lr,
        schedule=stage.schedule,  # pyright: ignore[reportArgumentType] - one of the allowed words
        outer=stage.outer,  # pyright: ignore[reportArgumentType] - one of the allowed words
        clip_norm=stage.clip_norm,
        validate_every=max(1, stage.steps // 10),
        n_validation=stage.n_validation,
        patience=stage.patience,
    )
    facts = {
        "data": {
            "dataset": stage.dataset,
            "options": dict(stage.dataset_options),
            "train_options": dict(stage.train_options),
        },
        "seed": stage.seed,
        "command": command(name),
        **({"earlier_stages": earlier} if earlier else {}),
    }
    steps, seconds = (sum(e[key] for e in earlier) for key in ("step", "seconds"))
    print(f"{time.strftime('%H:%M:%S')} {name}, stage {len(earlier) + 1}: {stage.steps} steps", flush=True)
    for step in meta_train(learner, training, how, validation=validation, checkpoint=path, facts=facts):
        if step.validation is not None:
            point = {"step": steps + step.step, "seconds": seconds + step.seconds, "mean": step.validation.mean}
            point["half_width"] = step.validation.half_width
            with curve_of(name).open("a") as curve:
                curve.write(json.dumps(point) + "\n")
            now = f"{time.strftime('%H:%M:%S')} {name}: step {point['step']}, {point['seconds']:.0f} s"
            print(f"{now}, loss {step.loss:.3f}, {step.validation}", flush=True)
        if step.step == stage.ends_at:
            break


def measure_shipped(name: str, n_episodes: int) -> None:
    """Score the package's own learner, so that new ones can be compared with it episode by episode."""
    say = lambda text: print(f"{name}, shipped: {text}", flush=True)  # noqa: E731
    scores = measures.five_way_scores(trained.load(name), RECIPES[name], n_episodes, say)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with replacing(shipped_figures_of(name)) as part:
        part.write_text(json.dumps({"scores": scores}))


def measure(name: str, n_episodes: int) -> None:
    """Score one trained recipe on test tasks, and save the scores."""
    begun, learner = time.perf_counter(), checkpoints.load(path_of(name))
    if is_halved(name):
        for p in learner.parameters():
            p.data = p.data.half().float()
    stages = [(stage, progress_at(path)) for stage, path in stages_of(name)]
    found = measures.measure(
        name, learner, RECIPES[name], n_episodes, lambda text: print(f"{name}: {text}", flush=True)
    )
    facts = {
        "name": name,
        "command": command(name),
        "date": time.strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, torch {torch.__version__}, one thread",
        "seed": RECIPES[name].seed,
        "steps": progress_of(name),
        "of_steps": RECIPES[name].all_steps,
        "tasks": sum(stage.meta_batch_size * progress["step"] for stage, progress in stages),
        "minutes": sum(progress["seconds"] for _, progress in stages) / 60,
        "curve": [json.loads(line) for line in curve_of(name).read_text().splitlines()],
        "measuring_seconds": time.perf_counter() - begun,
    }
    with replacing(figures_of(name)) as part:
        part.write_text(json.dumps({**facts, **found}))


def run_many(verb: str, names: list[str], jobs: int) -> int:
    """Run a command for each name in a separate process, `jobs` at a time. Return the number of failures."""
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
    commands.add_parser("list", help="print names, steps, and the progress of each recipe")
    for verb, about in (
        ("train", "train recipes to their end, from where they were stopped"),
        ("measure", "score trained recipes on test tasks"),
    ):
        one = commands.add_parser(verb, help=about)
        one.add_argument("names", nargs="*", metavar="name")
        one.add_argument("--match", help="all recipes whose name matches, such as 'glyphs-*'")
        one.add_argument("--jobs", type=int, default=1, help="processes at a time, of one thread each")
        one.add_argument("--episodes", type=int, default=600, help="test tasks to measure on")
        if verb == "measure":
            one.add_argument(
                "--shipped", action="store_true", help="score the package's own learners, 5-way, for paired comparisons"
            )
    commands.add_parser("results", help="write benchmarks/RESULTS.md")
    commands.add_parser("ship", help="put the measured recipes into the package")
    options = parser.parse_args()
    keep_freed_memory()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    if options.verb == "list":
        for name, recipe in RECIPES.items():
            measured = "measured" if figures_of(name).is_file() else ""
            print(f"{name:32s} {progress_of(name):6d} of {recipe.all_steps:6d} steps {measured}")
    elif options.verb == "results":
        measured = {name: figures(name) for name in RECIPES if figures_of(name).is_file()}
        shipped = {n: json.loads(shipped_figures_of(n).read_text()) for n in RECIPES if shipped_figures_of(n).is_file()}
        print(results.write(measured, RECIPES, shipped))
    elif options.verb == "ship":
        shipping.ship([name for name in RECIPES if figures_of(name).is_file()], path_of, figures)
    else:
        names = [*options.names, *(n for n in RECIPES if options.match and fnmatch(n, options.match))]
        unknown = [name for name in names if name not in RECIPES]
        if unknown:
            parser.error(f"there is no recipe {unknown[0]!r}; {did_you_mean(unknown[0], RECIPES)}")
        if options.verb == "train":
            todo = [name for name in names if not is_trained(name)]
        elif options.shipped:
            for name in names:
                measure_shipped(name, options.episodes)
            return
        else:
            ready = [n for n in names if not n.endswith("_short") and is_trained(n)]
            todo = [name for name in ready if not figures_of(name).is_file()]
        if not names:
            parser.error(f"no recipe is named; give --match, or names from {', '.join(RECIPES)}")
        if len(todo) == 1:
            train(todo[0]) if options.verb == "train" else measure(todo[0], options.episodes)
        elif todo:
            sys.exit(min(1, run_many(options.verb, todo, options.jobs)))
        else:
            print(
                f"nothing to {options.verb}: of {len(names)} named, each is done or not ready; `list` shows what is done"
            )


if __name__ == "__main__":
    main()
