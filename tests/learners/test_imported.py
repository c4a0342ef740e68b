"""Learners and networks of another package: by import path, by entry point, and back from a checkpoint."""

import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
import torch

import metawidgets as mw
from metawidgets import learners
from metawidgets.datasets import load
from metawidgets.errors import CheckpointError, LearnerError
from metawidgets.learners import imported

MODULE = '''
import torch
from metawidgets.learners import Learner, ProtoNet

class Mine(Learner):
    """Scaled negative distances to class means."""
    axis = "inner_step"
    meta_trained = True
    def __init__(self, network, scale=1.0):
        super().__init__()
        self.encoder, self.scale = network, scale
    hyper = property(lambda self: {"scale": self.scale})
    network = property(lambda self: self.encoder)
    def n_steps(self, support):
        return 1
    def init(self, support):
        return torch.zeros(support.n_way, self.encoder(support.x).shape[1])
    def step(self, state, support, t):
        hot = torch.nn.functional.one_hot(support.y, support.n_way).to(support.x.dtype)
        return hot.T @ self.encoder(support.x) / hot.sum(0)[:, None]
    def readout(self, state, x):
        return {"outputs": -self.scale * torch.cdist(self.encoder(x), state) ** 2}

def make_network(item_shape, output_dim, width=3):
    return torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(item_shape[0], width))

def make(item_shape, width=4):
    return ProtoNet(make_network(item_shape, None, width))

def wrong():
    return 3

def uniform(episode, way=None):
    return torch.full((len(episode.query_y), way or episode.n_way), 1 / episode.n_way)
'''


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Write a module into a working folder that is not on the path, as `metawidgets` finds it in a shell."""
    (tmp_path / "my_methods.py").write_text(MODULE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delenv(imported.TRUST, raising=False)
    yield "my_methods"
    sys.modules.pop("my_methods", None)


def forget():
    """Forget the module, so that a later import shows."""
    sys.modules.pop("my_methods", None)


@pytest.fixture
def sampler():
    return mw.EpisodeSampler(load("gaussians").source("test"), n_way=3, k_shot=2, n_query=4, seed=0)


def made(name, sampler, **options):
    episode = sampler.episode(0)
    torch.manual_seed(0)
    return learners.build(name, item_shape=episode.item_shape, output_dim=3, **options).eval()


def test_a_class_behaves_as_if_it_were_ours(module, sampler):
    mine = made(f"{module}:Mine", sampler, network=f"{module}:make_network", width=5)
    assert mine.network is not None
    ours = learners.ProtoNet(mine.network).eval()  # with scale 1, Mine is a prototypical network
    assert mw.evaluate(mine, sampler, 3).mean == mw.evaluate(ours, sampler, 3).mean
    assert mw.trace(mine, sampler.episode(0))["outputs"].shape[0] == 2
    assert [*mine.network.parameters()][1].shape == (5,)


def test_the_default_network_and_options(module, sampler):
    assert made(f"{module}:Mine", sampler, scale=2.0, hidden=[7]).hyper == {"scale": 2.0}
    with pytest.raises(LearnerError, match="no option 'scales'; did you mean 'scale'"):
        made(f"{module}:Mine", sampler, scales=2.0)


def test_a_checkpoint_names_code_and_imports_it_only_when_trusted(module, sampler, tmp_path, monkeypatch):
    mine = made(f"{module}:Mine", sampler, scale=0.5, network=f"{module}:make_network", width=5)
    want, path = mw.evaluate(mine, sampler, 3).per_episode, mw.checkpoints.save(mine, tmp_path / "mine.safetensors")
    card = mw.checkpoints.read(path)[1]
    assert card["made_by"] == {"path": "my_methods:Mine"}
    assert card["network"]["made_by"]["options"]["width"] == 5
    forget()
    with pytest.raises(CheckpointError, match=r"trust=True .*kind='my_methods:Mine'"):
        mw.load(path)
    assert "my_methods" not in sys.modules
    for how in ({"trust": True}, {"kind": "my_methods:Mine", "network": "my_methods:make_network"}):
        again = mw.load(path, **how)
        assert again.hyper == {"scale": 0.5}
        assert mw.evaluate(again, sampler, 3).per_episode.tolist() == want.tolist()
    monkeypatch.setenv(imported.TRUST, "1")
    assert mw.load(path).hyper == {"scale": 0.5}


def test_naming_the_learner_does_not_import_the_network(module, sampler, tmp_path):
    learner = made("protonet", sampler, network=f"{module}:make_network")
    path = mw.checkpoints.save(learner, tmp_path / "p.safetensors")
    forget()
    with pytest.raises(
        CheckpointError, match="holds 'ProtoNet', and its network was made by 'my_methods:make_network'"
    ):
        mw.load(path)
    assert "my_methods" not in sys.modules
    assert type(mw.load(path, network="my_methods:make_network")).__name__ == "ProtoNet"


def test_a_function_that_makes_a_learner(module, sampler, tmp_path):
    learner = made(f"{module}:make", sampler, width=6)
    path = mw.checkpoints.save(learner, tmp_path / "f.safetensors")
    with pytest.raises(CheckpointError, match="my_methods:make"):
        mw.load(path)
    again = mw.load(path, trust=True)
    pairs = zip(again.parameters(), learner.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)
    assert mw.load(path, kind="my_methods:make").made_by == learner.made_by


def test_an_entry_point_brings_a_learner_by_name(module, sampler, monkeypatch):
    point = EntryPoint("mine", f"{module}:Mine", imported.GROUP)
    monkeypatch.setattr(learners, "plugins", lambda: {"mine": point})
    assert type(made("mine", sampler)).__name__ == "Mine"
    with pytest.raises(LearnerError, match="did you mean 'mine'"):
        made("mime", sampler)


def test_a_function_of_episodes_by_its_path(module, sampler):
    assert mw.evaluate(made(f"{module}:uniform", sampler), sampler, 3).mean == pytest.approx(1 / 3)
    with pytest.raises(LearnerError, match=r"shape \(12, 2\)"):
        mw.evaluate(made(f"{module}:uniform", sampler, way=2), sampler, 1)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("no_such_package:Mine", "No module named 'no_such_package'"),
        ("my_methods:Yours", "has no attribute 'Yours'"),
        ("my_methods:wrong", "returned a int; it must return a Learner"),
        ("my_methods:torch", "name a subclass of Learner"),
    ],
)
def test_errors_name_the_path(module, sampler, name, message):
    with pytest.raises(LearnerError, match=message):
        made(name, sampler)


def test_reports_take_a_path(module, sampler):
    from metawidgets.reports.report_learners import report_learners

    names = ["nearest", "my_methods:Mine", "my_methods:uniform"]
    assert [*report_learners(names, sampler.episode(0)).taking_part] == names
    with pytest.raises(LearnerError, match="no attribute"):
        report_learners(["my_methods:Yours"], sampler.episode(0))


@pytest.mark.slow
def test_the_command_line_trains_and_evaluates_it(module, tmp_path, monkeypatch):
    from typer.testing import CliRunner

    from metawidgets.cli import app

    monkeypatch.setenv(imported.TRUST, "0")  # so that --trust is undone after the test
    run = lambda *words: CliRunner().invoke(app, list(words))  # noqa: E731
    few = ["--n-way", "3", "--dataset", "gaussians"]
    options = ["-l", "my_methods:Mine", "-L", "network=my_methods:make_network", "-L", "width=4", "-L", "scale=0.5"]
    trained = run("train", "m.safetensors", *options, *few, "--steps", "2", "--n-validation", "2")
    assert trained.exit_code == 0, trained.output
    assert Path("m.safetensors").is_file()
    refused = run("evaluate", "m.safetensors", *few, "--n-episodes", "3")
    assert refused.exit_code != 0
    assert "trust" in f"{refused.output} {refused.exception}"
    assert run("evaluate", "m.safetensors", *few, "--n-episodes", "3", "--trust").exit_code == 0
