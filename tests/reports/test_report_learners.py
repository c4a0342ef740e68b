"""The learners that take part in a comparison, and the reasons why others do not."""

import re
from dataclasses import replace

import numpy as np
import pytest
import torch

import metawidgets as mw
from metawidgets.errors import MetawidgetsError, ReportError
from metawidgets.reports.report_learners import report_learners
from metawidgets.training import checkpoints

GLYPHS = mw.datasets.load("glyphs")


@pytest.fixture(scope="module")
def episode():
    return mw.EpisodeSampler(GLYPHS.source("test"), n_query=3).episode(0)


def test_by_name_by_file_and_made_here(episode, tmp_path):
    path = checkpoints.save(mw.load("glyphs-maml"), tmp_path / "mine.safetensors", steps=7, data={"dataset": "glyphs"})
    found = report_learners(["glyphs-protonet", str(path), "maml", "nearest", "nearest"], episode)
    assert list(found.learners) == ["glyphs-protonet", "mine", "maml", "nearest"]
    assert found.refused == {}
    origins = {name: one.origin for name, one in found.taking_part.items()}
    assert origins["mine"] == "trained for 7 steps on glyphs"
    assert origins["maml"] == "made here, not trained"
    assert origins["nearest"] == "has nothing to train"
    one = found.taking_part["glyphs-protonet"]
    assert one.n_parameters == sum(p.numel() for p in mw.load("glyphs-protonet").parameters())
    assert one.warning(GLYPHS.source("test")) == ""
    assert "trained on classes that it is tested on" in one.warning(GLYPHS.source("train"))
    assert found.taking_part["nearest"].warning(GLYPHS.source("train")) == ""


def test_two_files_of_one_name_are_both_there(episode, tmp_path):
    paths = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        paths.append(str(checkpoints.save(mw.load("glyphs-maml"), tmp_path / folder / "mine.safetensors")))
    assert list(report_learners(paths, episode).learners) == ["mine", paths[1]]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("glyphs-protonett", "there is no learner 'glyphs-protonett'; did you mean 'glyphs-protonet'?"),
        ("zzz", "`metawidgets trained` lists"),
        ("gone.safetensors", "there is no checkpoint gone.safetensors"),
    ],
)
def test_who_is_not_there_is_a_mistake(episode, name, reason):
    with pytest.raises(MetawidgetsError, match=re.escape(reason)):
        report_learners(["nearest", name], episode)


def test_who_cannot_is_left_out_with_the_reason(episode):
    found = report_learners(["sinusoids-maml", "nearest"], episode)
    assert list(found.learners) == ["nearest"]
    assert "made for items of shape (1,), the episode's are (1, 28, 28)" in found.refused["sinusoids-maml"]


def test_a_classifier_and_a_curve():
    curve = mw.EpisodeSampler(mw.datasets.load("sinusoids").source("test"), k_shot=3, n_query=3).episode(0)
    found = report_learners(["glyphs-protonet", "protonet", "sinusoids-maml"], curve)
    assert list(found.learners) == ["sinusoids-maml"]
    assert "made for items of shape (1, 28, 28)" in found.refused["glyphs-protonet"]
    assert "cannot take a regression episode" in found.refused["protonet"]


def test_images_of_another_size(episode):
    """An embedding learner takes such items; a head for a fixed number of features does not."""
    wide = {name: np.pad(getattr(episode, name), ((0, 0), (0, 0), (6, 6), (6, 6))) for name in ("support_x", "query_x")}
    found = report_learners(["glyphs-protonet", "glyphs-maml"], replace(episode, **wide))
    assert list(found.learners) == ["glyphs-protonet"]
    assert "made for items of shape (1, 28, 28), the episode's are (1, 40, 40)" in found.refused["glyphs-maml"]


def test_nobody_left(episode):
    with pytest.raises(ReportError, match=r"no learner can take these episodes\. sinusoids-maml: .*made for items"):
        report_learners(["sinusoids-maml"], episode)
    with pytest.raises(ReportError, match="is empty; name one"):
        report_learners([], episode)


def test_one_made_here_follows_the_seed_and_nothing_else_does(episode):
    torch.manual_seed(5)
    expected = torch.rand(2)
    torch.manual_seed(5)
    first, again = (report_learners(["protonet"], episode, seed=1).learners["protonet"] for _ in range(2))
    assert torch.equal(torch.rand(2), expected)
    other = report_learners(["protonet"], episode, seed=2).learners["protonet"]
    weights = [next(learner.parameters()) for learner in (first, again, other)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])
