"""The package's trained learners: each agrees with its card."""

import json
import shutil
from typing import Any

import numpy as np
import pytest
import torch

import metawidgets
from metawidgets import trained
from metawidgets.datasets import load as dataset
from metawidgets.episodes import EpisodeSampler
from metawidgets.errors import CheckpointError
from metawidgets.learners import ALL, GradientLearner
from metawidgets.learners.feature_heads.base import FeatureHead
from metawidgets.learners.transfer.tuned import Tuned
from metawidgets.training import checkpoints
from metawidgets.training.evaluation import evaluate

NAMES = [
    pytest.param(name, marks=[pytest.mark.omniglot] if name.startswith("omniglot") else [], id=name)
    for name in trained.names()
]
LARGER = {"metasgd": 1e6, "snail": 1.5e6, "in_context": 1.5e6}
FRESH_SEED, N_FRESH = 77, 40


def test_there_are_learners_of_every_kind_that_the_course_shows():
    known = set(trained.names())
    # Methods on features need no training of their own: they take any trained encoder.
    trainable = {name for name, kind in ALL.items() if kind.meta_trained and not issubclass(kind, FeatureHead)}
    assert {f"{data}-{name}" for data in ("omniglot", "glyphs") for name in trainable} <= known
    assert {f"sinusoids-{name}" for name in ("maml", "reptile", "metasgd", "in_context", "lstm", "finetune")} <= known
    assert "linear_functions-in_context" in known


def test_they_are_small():
    files = list(trained.FOLDER.glob("*.safetensors"))
    assert {file.name for file in files} == {entry["file"] for entry in trained._index().values()}
    for file in files:
        assert file.stat().st_size <= LARGER.get(file.stem.partition("-")[2], 0.5e6), file.name
    assert sum(file.stat().st_size for file in files) <= 12e6


@pytest.mark.parametrize("name", trained.names())
def test_the_card_says_where_it_comes_from(name):
    card = trained.card(name)
    assert card["learner"] == type(metawidgets.load(name)).__name__
    for fact in ("data", "splits", "licence", "command", "date", "machine", "steps", "seconds", "seed", "training"):
        assert card[fact] not in (None, ""), fact
    assert card["data"]["dataset"] == name.partition("-")[0]
    for score in card["scores"]:
        assert score["n_episodes"] >= 300
        assert score["half_width"] >= 0
        assert trained.sentence(score)
    assert card["scores"]
    assert "/" not in card["command"].replace("benchmarks/papers.py", "")


@pytest.mark.quick_cases("glyphs-protonet", "sinusoids-maml")
@pytest.mark.parametrize("name", NAMES)
def test_it_scores_on_fresh_tasks_what_its_card_says(name):
    learner, card = metawidgets.load(name), trained.card(name)
    score = card["scores"][0]
    if score.get("inner_steps"):
        assert isinstance(learner, GradientLearner | Tuned)
        learner.inner_steps, learner.inner_lr = score["inner_steps"], score["inner_lr"]
        if isinstance(learner, GradientLearner):
            learner.test_steps = None
    source = dataset(card["data"]["dataset"], **card["data"]["options"]).source("test")
    spec = {key: score[key] for key in ("n_way", "k_shot", "n_query")}
    found = evaluate(learner, EpisodeSampler(source, **spec, seed=FRESH_SEED), N_FRESH)
    deviation = score["half_width"] / 1.96 * np.sqrt(score["n_episodes"])  # standard deviation of one episode's score
    assert found.metric == score["metric"]
    assert abs(found.mean - score["mean"]) < 5 * max(deviation, 1e-3) / np.sqrt(N_FRESH)


@pytest.mark.parametrize("name", trained.names())
def test_it_adapts_to_an_episode(name):
    card = trained.card(name)
    data = card["data"]["dataset"]
    source = dataset(
        "glyphs" if data == "omniglot" else data, **({} if data == "omniglot" else card["data"]["options"])
    )
    size: dict[str, Any] = (
        {"n_way": 5, "k_shot": 1, "n_query": 2} if card["scores"][0]["n_way"] else {"k_shot": 5, "n_query": 4}
    )
    episode = EpisodeSampler(source.source("test"), **size, seed=1).episode(0)
    learner = metawidgets.load(name)
    outputs = metawidgets.predict(learner, episode)
    assert outputs.shape == (len(episode.query_y), episode.output_dim)
    assert np.isfinite(outputs).all()


def test_several_learners_share_one_network():
    whole, probe = metawidgets.load("glyphs-finetune"), metawidgets.load("glyphs-linear_probe")
    assert type(probe) is ALL["linear_probe"]
    for a, b in zip(whole.parameters(), probe.parameters(), strict=True):
        assert torch.equal(a, b)
    assert probe.card["scores"] != whole.card["scores"]


def test_unknown_name_and_own_path(tmp_path):
    with pytest.raises(CheckpointError, match="no trained learner 'glyphs-protonett'; did you mean 'glyphs-protonet'"):
        metawidgets.load("glyphs-protonett")
    copy = shutil.copy(trained.FOLDER / "glyphs-protonet.safetensors", tmp_path / "mine.safetensors")
    assert metawidgets.load(copy).card["name"] == "glyphs-protonet"
    with pytest.raises(CheckpointError, match="there is no checkpoint"):
        metawidgets.load(tmp_path / "other.safetensors")


def test_an_altered_file_is_refused(tmp_path, monkeypatch):
    for file in ("glyphs-protonet.safetensors", trained.INDEX):
        shutil.copy(trained.FOLDER / file, tmp_path / file)
    monkeypatch.setattr(trained, "FOLDER", tmp_path)
    trained._index.cache_clear()
    try:
        assert metawidgets.load("glyphs-protonet")
        learner = checkpoints.load(tmp_path / "glyphs-protonet.safetensors")
        checkpoints.save(learner, tmp_path / "glyphs-protonet.safetensors", seed=1)  # whole, and another one
        with pytest.raises(CheckpointError, match="is altered; install metawidgets again"):
            metawidgets.load("glyphs-protonet")
        (tmp_path / "glyphs-protonet.safetensors").unlink()
        with pytest.raises(CheckpointError, match="is missing; install metawidgets again"):
            trained.card("glyphs-protonet")
    finally:
        trained._index.cache_clear()


def test_the_index_names_files_by_their_bytes():
    index = json.loads((trained.FOLDER / trained.INDEX).read_text())
    assert list(index) == sorted(index)
    for entry in index.values():
        assert trained.digest(trained.FOLDER / entry["file"]) == entry["sha256"]
        assert entry.get("learner", "protonet") in ALL
