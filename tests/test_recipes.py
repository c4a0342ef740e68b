"""The recipes, and the way from one to a learner in the package, on a training of a few steps."""

import importlib
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

from metawidgets import checkpoints, datasets, learners, trained
from metawidgets.evaluation import evaluate
from metawidgets.learners.pretrained import Pretrained
from metawidgets.sampling import EpisodeSampler

MODULES = ("papers", "measures", "results", "shipping", "recipes")


@pytest.fixture
def papers(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """`benchmarks/papers.py`, with a folder of its own and three recipes of a few steps."""
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


def test_from_recipe_to_package(papers, tmp_path, monkeypatch, capsys):
    results = importlib.import_module("results")
    shipping = importlib.import_module("shipping")

    folder = tmp_path / "trained"
    folder.mkdir()
    monkeypatch.setattr(trained, "FOLDER", folder)
    monkeypatch.setattr(results, "FILE", tmp_path / "RESULTS.md")
    trained._index.cache_clear()
    try:
        for name in papers.RECIPES:
            papers.train(name)
            assert papers.progress_of(name) == 4
            assert (
                len(papers.curve_of(name).read_text().splitlines()) == 4
            )  # validated at every tenth, and never less than 1
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
        assert whole.head is None  # the layer over the pool's classes stays behind
        assert not list(folder.glob("*.json")) or {f.name for f in folder.glob("*.json")} == {trained.INDEX}
        text = results.write({n: papers.figures(n) for n in papers.RECIPES}, papers.RECIPES).read_text()
        assert f"| protonet | {100 * score['mean']:.2f} ± {100 * score['half_width']:.2f} |" in text
        assert "| sinusoids-maml |" in text
        assert "4 of 4" in text
        # what was timed elsewhere stays when learners alone are measured again
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


def test_a_learner_that_was_not_trained_is_named_with_its_command(papers):
    results = importlib.import_module("results")

    text = results._trainings({}, papers.RECIPES)
    assert "| glyphs-protonet | not run |" in text
    assert "`python benchmarks/papers.py train glyphs-protonet`" in text


def test_the_study_pairs_episodes(papers):
    results = importlib.import_module("results")

    rng = np.random.default_rng(0)
    episodes = rng.normal(0.8, 0.1, 200)  # hard and easy ones, alike for all
    scores = {"a": episodes, "b": episodes - 0.02 + rng.normal(0, 0.01, 200), "c": episodes + rng.normal(0, 0.01, 200)}
    made = lambda v: {"scores": [{"n_way": 5, "k_shot": 1, "per_episode": v.tolist(), "statistics": "none"}]}  # noqa: E731
    text = results._study("glyphs", {name: made(values) for name, values in scores.items()})
    behind = [line for line in text.splitlines() if "1-shot" in line]
    assert len(behind) == 1
    assert "b -2." in behind[0].replace("b -1.9", "b -2.")  # clear, though far less than the episodes' own spread
    assert "(=)" in behind[0]  # a and c cannot be told apart
