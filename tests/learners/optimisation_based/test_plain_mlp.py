"""MLP learners as plain numbers: which learners qualify, and that the browser's fixtures agree with torch."""

import base64
import copy

import numpy as np
import pytest
import torch
from torch import nn

from metawidgets import learners, trained
from metawidgets.learners.loop import trace
from metawidgets.learners.optimisation_based.plain_mlp import plain_mlp
from metawidgets.records import Trace
from tests.fixtures import check_fixture
from tests.learners.plain_cases import CASES, all_cases, case, episode, points

CHANNELS = (
    "outputs",
    "support_outputs",
    "probabilities",
    "probe_outputs",
    "query_loss",
    "support_loss",
    "query_accuracy",
    "support_accuracy",
    "gradient_norm",
    "parameter_distance",
)
CLOSED = -1e6
"""Stands for the logit of a class without support, which is minus infinity: JSON has none."""


def coded(x: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(x, "<f4").tobytes()).decode()


def doubled(learner: learners.Learner) -> learners.Learner:
    """Return the learner in double precision, whose results are the same on every machine."""
    other = copy.deepcopy(learner).double()
    other.train(learner.training)
    return other


def few(found: Trace, name: str) -> np.ndarray:
    values = np.asarray(found[name], np.float64)
    return np.where(np.isneginf(values), CLOSED, values)


def short(values: np.ndarray) -> np.ndarray:
    """Round to ten digits, which halves the file."""
    return np.vectorize(lambda v: float(f"{v:.10g}"), otypes=[float])(values)


def probe_of(e):
    rng = np.random.default_rng(3)
    return rng.normal(size=(5, *e.item_shape)).astype(np.float32)


def test_inner_loops_are_what_the_browser_is_tested_with():
    found = {}
    for name, (learner, e) in all_cases():
        plain = plain_mlp(learner, e)
        assert plain is not None, name
        arrays, config = plain.packed()
        probe = probe_of(e)
        traced = trace(doubled(learner), e, probe=probe)
        assert list(config["names"]) == list(traced.coords["layer"])
        finite = {channel: short(few(traced, channel)) for channel in CHANNELS if channel in traced}
        if not np.isfinite(finite["query_loss"]).all():  # a class without support, to which some query belongs
            del finite["query_loss"]
        found[name] = {
            "config": config,
            "arrays": {key: coded(a) for key, a in arrays.items()},
            "steps": len(traced) - 1,
            "support_x": e.support_x,
            "support_y": e.support_y,
            "query_x": e.query_x,
            "query_y": e.query_y,
            "probe": probe,
            "trace": finite,
        }
    check_fixture("mlp/inner_loops", {"closed": CLOSED, "cases": found})


@pytest.mark.parametrize("name", CASES)
def test_single_precision_is_as_near(name):
    """The fixture's values, in double precision, are within 1e-5 of the trace in single precision that a notebook shows."""
    learner, e = case(name)
    single, double = (trace(each, e, probe=probe_of(e)) for each in (learner, doubled(learner)))
    for channel in CHANNELS:
        if channel in single:
            np.testing.assert_allclose(few(single, channel), few(double, channel), rtol=1e-5, atol=1e-5)


def test_learners_that_qualify():
    curve, plane = episode("sinusoids", None, 5), episode("gaussians", 3, 2)
    shipped = {name: plain_mlp(trained.load(name), curve) for name in trained.names() if name.startswith("sinusoids-")}
    assert {name for name, plain in shipped.items() if plain is None} == {"sinusoids-in_context", "sinusoids-lstm"}
    able = {name for name in learners.ALL if plain_mlp(learners.build(name, item_shape=(2,), output_dim=3), plane)}
    assert able == {
        "maml", "anil", "metasgd", "reptile", "imaml", "from_scratch", "finetune", "linear_probe",
    }  # fmt: skip


class Mine(learners.FromScratch):
    """A subclass, which might compute something else."""


def of(*modules: nn.Module) -> learners.Learner:
    return learners.MAML(nn.Sequential(*modules))


@pytest.mark.parametrize(
    "learner",
    [
        Mine(nn.Sequential(nn.Linear(2, 3))),
        of(nn.Linear(2, 4), nn.GELU(), nn.Linear(4, 3)),
        of(nn.Linear(2, 4), nn.LeakyReLU(0.3), nn.Linear(4, 3)),
        of(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.Linear(4, 3)),
        of(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 3)),
        of(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 2)),
        of(nn.utils.parametrizations.weight_norm(nn.Linear(2, 3))),
        of(nn.ReLU(), nn.Linear(2, 3)),
        of(*[nn.Linear(2, 2)] * 2, nn.Linear(2, 3)),
        of(nn.Linear(2, 300), nn.ReLU(), nn.Linear(300, 300), nn.ReLU(), nn.Linear(300, 3)),
    ],
    ids=["own", "gelu", "slope", "norm", "inputs", "outputs", "parametrised", "first", "shared", "large"],
)
def test_what_is_another_computation_does_not_qualify(learner):
    assert plain_mlp(learner, episode("gaussians", 3, 2)) is None


def test_images_do_not_qualify():
    learner = learners.build("maml", item_shape=(1, 28, 28), output_dim=3)
    assert plain_mlp(learner, episode("glyphs", 3, 1)) is None


def test_a_direction_lies_as_the_parameters_do():
    learner, e = points("finetune")
    plain = plain_mlp(learner, e)
    assert plain is not None
    assert plain.turned == {"head.weight"}
    head = np.arange(24.0).reshape(3, 8)
    flat = plain.flat({"head.weight": head})
    np.testing.assert_array_equal(flat[-27:-3], head.T.reshape(-1))
    assert not flat[:-27].any()
    assert not flat[-3:].any()
    assert len(flat) == len(plain.parameters)


def test_asking_changes_nothing():
    learner, e = case("maml, points")
    before = {name: p.clone() for name, p in learner.state_dict().items()}
    learner.train()
    plain = plain_mlp(learner, e)
    assert plain is not None
    assert learner.training
    plain.parameters[:] = 0
    assert all(torch.equal(before[name], p) for name, p in learner.state_dict().items())
