"""The recipes, and all steps from a recipe to a learner in the package, with a training of a few steps."""

import importlib
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

from metawidgets import datasets, learners, trained
from metawidgets.episodes import EpisodeSampler
from metawidgets.learners.transfer.pretrained import Pretrained
from metawidgets.training import checkpoints
from metawidgets.training.evaluation import evaluate

MODULES = ("papers", "measures", "results", "shipping", "recipes")


@pytest.fixture
def papers(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """`benchmarks/papers.py`, with its own folder and recipes of a few steps."""
    monkeypatch.syspath_prepend(str(root / "benchmarks"))
    module = importlib.import_module("papers")
    monkeypatch.setattr(module, "FOLDER", tmp_path / "papers")
    options = {"dataset_options": {"n_classes": 150, "n_drawers": 20}, "steps": 4, "n_validation": 3}
    short = {name: replace(module.RECIPES[name], **options) for name in ("glyphs-protonet", "glyphs-finetune")}
    short["glyphs-lstm"] = replace(module.RECIPES["glyphs-lstm"], **options, meta_batch_size=2)
    short["sinusoids-maml"] = replace(module.RECIPES["sinusoids-maml"], steps=4, n_validation=3, meta_batch_size=2)
    monkeypatch.setattr(module, "RECIPES", short)
    yield module
    for name in MODULES:
        del sys.modules[name]


def test_each_recipe_makes_a_learner_that_is_small_enough_to_ship(papers):
    recipes, shipping = importlib.import_module("recipes"), importlib.import_module("shipping")

    total = 0
    for name, recipe in recipes.RECIPES.items():
        if name.endswith("_short"):
            assert recipe.learner == recipes.RECIPES[name.removesuffix("_short")].learner
            continue
        dataset, _, kind = name.partition("-")
        assert recipe.dataset == dataset
        assert recipe.dataset in datasets.ALL
        shape, outputs = ((1, 28, 28), 5) if recipe.train_way else ((recipe.dataset_options.get("dim", 1),), 1)
        learner = learners.build(recipe.learner, item_shape=shape, output_dim=outputs, **recipe.options)
        assert learner.meta_trained
        size = (
            sum(t.nbytes for t in learner.state_dict().values()) / (2 if recipes.is_halved(name) else 1) + 8_000
        )  # the card
        assert size <= shipping.LIMITS.get(kind, shipping.LIMIT), name
        total += size
    assert total <= shipping.LIMIT_IN_ALL


@pytest.mark.slow
def test_from_recipe_to_package(papers, tmp_path, monkeypatch, capsys):
    results = importlib.import_module("results")
    shipping = importlib.import_module("shipping")

    folder = tmp_path / "trained"
    folder.mkdir()
    monkeypatch.setattr(trained, "FOLDER", folder)
    monkeypatch.setattr(results, "FILE", tmp_path / "RESULTS.md")
    # Do not use the results of a `make bench` in this checkout
    monkeypatch.setattr(results, "BENCH", tmp_path / "peers.json")
    trained._index.cache_clear()
    try:
        for name in papers.RECIPES:
            papers.train(name)
            assert papers.progress_of(name) == 4
            assert (
                len(papers.curve_of(name).read_text().splitlines()) == 4
            )  # validates ten times, but at least every step
            papers.measure(name, 4)
        shipping.ship(list(papers.RECIPES), papers.path_of, papers.figures)
        trained._index.cache_clear()
        shared = {f"glyphs-{name}" for name in shipping.SHARED}
        assert set(trained.names()) == {*papers.RECIPES, *shared}
        learner = trained.load("glyphs-protonet")
        own = checkpoints.load(papers.path_of("glyphs-protonet"))
        assert all(torch.equal(a, b) for a, b in zip(learner.parameters(), own.parameters(), strict=True))
        score = learner.card["scores"][0]
        source = datasets.load("glyphs", n_classes=150, n_drawers=20).source("test")
        again = evaluate(learner, EpisodeSampler(source, n_way=5, k_shot=1, n_query=15, seed=score["seed"]), 4)
        assert score["mean"] == pytest.approx(again.mean)
        assert "per_episode" not in score
        halved, own = trained.load("glyphs-lstm"), checkpoints.load(papers.path_of("glyphs-lstm"))
        assert halved.dtype == torch.float32
        for a, b in zip(halved.parameters(), own.parameters(), strict=True):
            assert torch.equal(a, b.half().float())
        whole = trained.load("glyphs-finetune")
        assert isinstance(whole, Pretrained)
        assert whole.head is None  # the checkpoint does not contain the layer for the pool's classes
        assert not list(folder.glob("*.json")) or {f.name for f in folder.glob("*.json")} == {trained.INDEX}
        text = results.write({n: papers.figures(n) for n in papers.RECIPES}, papers.RECIPES).read_text()
        assert f"| protonet | {100 * score['mean']:.2f} ± {100 * score['half_width']:.2f} |" in text
        assert "| sinusoids-maml |" in text
        assert "4 of 4" in text
        # if only learners are measured again, the timings do not change
        assert results._speed(results.BENCH) == ""
        speed = "\n## Speed\n\nTimed elsewhere.\n"
        for _ in range(2):
            results.FILE.write_text(text.replace("\n\n## How", f"\n{speed}\n\n## How"))
            text = results.write({n: papers.figures(n) for n in papers.RECIPES}, papers.RECIPES).read_text()
            assert text.count(speed) == 1
            text = text.replace(speed + "\n", "")
    finally:
        trained._index.cache_clear()


def test_the_oracle_of_sinusoids_makes_no_error(papers):
    measures = importlib.import_module("measures")

    test = EpisodeSampler(datasets.load("sinusoids").source("test"), k_shot=10, n_query=20, seed=5)
    assert measures.knows_the_family(test, 5).mean < 1e-9


def test_a_learner_that_was_not_trained_is_named_with_its_command(papers, tmp_path, monkeypatch):
    results = importlib.import_module("results")
    monkeypatch.setattr(results, "FILE", tmp_path / "RESULTS.md")
    # Do not use the results of a `make bench` in this checkout
    monkeypatch.setattr(results, "BENCH", tmp_path / "peers.json")

    text = results._trainings({}, papers.RECIPES)
    assert "| glyphs-protonet | not run |" in text
    assert "`python benchmarks/papers.py train glyphs-protonet`" in text


def test_a_stage_starts_from_the_best_parameters_of_the_one_before(papers, monkeypatch):
    stages = ({"steps": 3, "options": {"first_order": False}, "meta_batch_size": 3}, {"schedule": "linear"})
    options = {"first_order": True, "inner_lr": 0.01}
    recipe = replace(papers.RECIPES["sinusoids-maml"], options=options, schedule="constant", stages=stages)
    monkeypatch.setitem(papers.RECIPES, "sinusoids-maml", recipe)
    assert [(s.steps, s.meta_batch_size, s.schedule) for s in recipe.all_stages()] == [
        (4, 2, "constant"),
        (3, 3, "constant"),
        (3, 3, "linear"),
    ]
    assert [s.options for s in recipe.all_stages()[1:]] == [{"first_order": False, "inner_lr": 0.01}] * 2
    assert recipe.all_steps == 10

    papers.train("sinusoids-maml")
    assert papers.is_trained("sinusoids-maml")
    assert papers.progress_of("sinusoids-maml") == 10
    curve = [json.loads(line) for line in papers.curve_of("sinusoids-maml").read_text().splitlines()]
    assert [point["step"] for point in curve] == list(range(1, 11))
    assert all(a["seconds"] < b["seconds"] for a, b in pairwise(curve))
    (_, first), (_, second), (_, last) = papers.stages_of("sinusoids-maml")
    assert last == papers.path_of("sinusoids-maml")
    cards = [checkpoints.load(path).card for path in (first, second, last)]
    assert [card["hyper"]["first_order"] for card in cards] == [True, False, False]
    assert [e["step"] for e in cards[2]["earlier_stages"]] == [4, 3]
    last.unlink()  # as if killed in its last stage; the earlier stages are not trained again
    last.with_suffix(".training.safetensors").unlink()
    before = first.read_bytes()
    assert not papers.is_trained("sinusoids-maml")
    papers.train("sinusoids-maml")
    assert first.read_bytes() == before
    papers.measure("sinusoids-maml", 2)
    found = papers.figures("sinusoids-maml")
    assert (found["steps"], found["of_steps"], found["tasks"]) == (10, 10, 4 * 2 + 3 * 3 + 3 * 3)


def test_a_stage_ends_when_its_patience_does(papers, monkeypatch):
    recipe = replace(papers.RECIPES["sinusoids-maml"], steps=60, patience=1, meta_lr=0.3, schedule="constant")
    monkeypatch.setitem(papers.RECIPES, "sinusoids-maml", replace(recipe, stages=({"steps": 2},)))
    papers.train("sinusoids-maml")
    assert papers.is_trained("sinusoids-maml")
    assert papers.progress_of("sinusoids-maml") < 62


def test_a_stage_may_end_before_its_schedule(papers, monkeypatch):
    recipe = replace(papers.RECIPES["sinusoids-maml"], steps=20, ends_at=6, stages=({"steps": 4},))
    monkeypatch.setitem(papers.RECIPES, "sinusoids-maml", recipe)
    assert recipe.all_steps == 10
    papers.train("sinusoids-maml")
    assert [papers.progress_at(path)["step"] for _, path in papers.stages_of("sinusoids-maml")] == [6, 4]
    assert papers.is_trained("sinusoids-maml")
    for stage in importlib.import_module("recipes").RECIPES.values():
        assert all((s.ends_at or 0) % max(1, s.steps // 10) == 0 for s in stage.all_stages())


def test_a_recipe_trains_on_several_shots(papers):
    recipe = replace(papers.RECIPES["glyphs-protonet"], k_shots=(1, 5))
    training, validation = papers.samplers(recipe)
    assert [training.batch(i, 1).support_y.shape[1] for i in range(3)] == [20, 100, 20]
    assert validation.spec.k_shot == 1


def test_training_classes_may_have_options_of_their_own(papers):
    few = {"n_classes": 150, "n_drawers": 20}
    recipe = replace(papers.RECIPES["glyphs-protonet"], dataset_options=few, train_options={"n_classes": 300})
    training, validation = papers.samplers(recipe)
    both = [datasets.load("glyphs", n_classes=n, n_drawers=20) for n in (300, 150)]
    assert len(training.source) == len(both[0].source("train"))  # pyright: ignore[reportArgumentType]
    assert len(validation.source) == len(both[1].source("validation"))  # pyright: ignore[reportArgumentType]


def test_each_stage_of_a_recipe_makes_a_learner_with_the_parameters_of_the_one_before(papers):
    recipes = importlib.import_module("recipes")
    for name, recipe in recipes.RECIPES.items():
        shapes = [
            {key: t.shape for key, t in learner.state_dict().items()}
            for stage in recipe.all_stages()
            if recipe.stages
            for learner in [learners.build(stage.learner, item_shape=(1, 28, 28), output_dim=5, **stage.options)]
        ]
        assert all(shape == shapes[0] for shape in shapes), name


def test_results_of_some_learners_leave_the_others_as_they_are(papers, tmp_path, monkeypatch):
    results = importlib.import_module("results")
    monkeypatch.setattr(results, "FILE", tmp_path / "RESULTS.md")
    # Do not use the results of a `make bench` in this checkout
    monkeypatch.setattr(results, "BENCH", tmp_path / "peers.json")
    rng = np.random.default_rng(0)
    hardness = rng.normal(0.8, 0.1, 60)

    def figures(mean: float) -> dict:
        episodes = hardness + mean + rng.normal(0, 0.01, 60)
        score = {"n_way": 5, "k_shot": 1, "statistics": "running", "mean": episodes.mean(), "half_width": 0.01}
        facts = {"date": "2026-11-30", "steps": 4, "tasks": 8, "minutes": 1.0, "curve": [], "machine": "m"}
        return {**facts, "scores": [{**score, "per_episode": episodes.tolist()}]}

    names = ("protonet", "maml", "reptile", "anil")
    all_of_them = {f"glyphs-{name}": figures(-0.05 * i) for i, name in enumerate(names)}
    recipes = dict.fromkeys(all_of_them, papers.RECIPES["glyphs-protonet"])
    before = results.write(all_of_them, recipes).read_text()
    results.FILE.write_text(before.replace("\n\n## How", "\n\n## Trials\n\nTried by hand.\n\n\n## How"))
    kept = [line for line in before.splitlines() if line.startswith(("| maml |", "| anil |", "| glyphs-maml |"))]
    assert len(kept) == 3
    better = {"glyphs-reptile": {**figures(-0.01), "minutes": 77.0}}
    with pytest.raises(SystemExit, match="measure --shipped glyphs-protonet"):
        results.write(better, recipes)
    shipped = {"glyphs-protonet": all_of_them["glyphs-protonet"]}
    after = results.write(better, recipes, shipped).read_text()
    assert [line for line in after.splitlines() if line in kept] == kept
    assert "| 77.0 |" in after
    assert "Tried by hand." in after
    assert after.count("## glyphs") == after.count("| protonet |") == 1
    study = next(line for line in after.splitlines() if line.startswith("- **1-shot**"))
    places = [study.index(name) for name in ("protonet", "reptile -1.", "maml -5.", "anil -15.")]
    assert places == sorted(places)
    assert results.write(better, recipes, shipped).read_text() == after


def test_the_study_pairs_episodes(papers, tmp_path, monkeypatch):
    results = importlib.import_module("results")
    monkeypatch.setattr(results, "FILE", tmp_path / "RESULTS.md")
    # Do not use the results of a `make bench` in this checkout
    monkeypatch.setattr(results, "BENCH", tmp_path / "peers.json")

    rng = np.random.default_rng(0)
    episodes = rng.normal(0.8, 0.1, 200)  # hard and easy episodes, the same for all learners
    scores = {"a": episodes, "b": episodes - 0.02 + rng.normal(0, 0.01, 200), "c": episodes + rng.normal(0, 0.01, 200)}
    made = lambda v: {"scores": [{"n_way": 5, "k_shot": 1, "per_episode": v.tolist(), "statistics": "none"}]}  # noqa: E731
    text = results._study("glyphs", {name: made(values) for name, values in scores.items()})
    behind = [line for line in text.splitlines() if "1-shot" in line]
    assert len(behind) == 1
    assert "b -2." in behind[0].replace(
        "b -1.9", "b -2."
    )  # significant, though far less than the spread of the episodes
    assert "(=)" in behind[0]  # there is no significant difference between a and c


def test_a_recipe_may_begin_with_another_learners_network(papers, monkeypatch):
    recipe = replace(papers.RECIPES["sinusoids-maml"], learner="metasgd", begins_with="sinusoids-maml", options={})
    monkeypatch.setitem(papers.RECIPES, "sinusoids-metasgd", replace(recipe, meta_lr=1e-9))
    papers.train("sinusoids-metasgd")
    before, after = (checkpoints.load(papers.path_of(f"sinusoids-{name}")) for name in ("maml", "metasgd"))
    assert before.network is not None
    assert after.network is not None
    for a, b in zip(before.network.parameters(), after.network.parameters(), strict=True):
        torch.testing.assert_close(a, b, atol=1e-6, rtol=0)
