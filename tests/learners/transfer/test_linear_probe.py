"""The linear probe's result against scikit-learn's logistic regression and the normal equations."""

from typing import Any

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression, Ridge
from torch import nn

from metawidgets.errors import LearnerError
from metawidgets.learners import LinearProbe, loop
from tests.learners.conftest import sampler_of


def probe(inputs: int, **options: Any) -> LinearProbe:
    torch.manual_seed(0)
    return LinearProbe(nn.Linear(inputs, 4), **options).double()


def features(learner: LinearProbe, x: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return learner.network(torch.tensor(x, dtype=torch.float64)).numpy()


@pytest.mark.quick_cases(1)
@pytest.mark.parametrize("l2", [0.2, 1.0])
def test_its_end_is_scikit_learns_logistic_regression(l2: float) -> None:
    episode = sampler_of("point", k_shot=5).episode(0)
    learner = probe(2, inner_steps=2500, l2=l2)
    reference = LogisticRegression(C=1 / (l2 * len(episode.support_x)), tol=1e-10, max_iter=10_000)
    reference.fit(features(learner, episode.support_x), episode.support_y)
    with loop.evaluating(learner):
        state = learner.adapted(loop.support_of(learner, episode))
    np.testing.assert_allclose(state.parameters["head.weight"], reference.coef_, atol=2e-4)
    expected = reference.predict_proba(features(learner, episode.query_x))
    np.testing.assert_allclose(loop.predict(learner, episode), expected, atol=2e-4)


def test_the_end_for_targets_is_ridge_regressions() -> None:
    episode, l2 = sampler_of("curve").episode(0), 0.1
    learner = probe(1, inner_steps=2500, l2=l2)
    # l2 / 2 |w|^2 added to a mean of squares equals l2 * items / 2 |w|^2 added to their sum
    reference = Ridge(alpha=l2 * len(episode.support_x) / 2)
    reference.fit(features(learner, episode.support_x), episode.support_y)
    expected = reference.predict(features(learner, episode.query_x)).reshape(-1, 1)
    np.testing.assert_allclose(loop.predict(learner, episode), expected, atol=1e-5)


@pytest.mark.parametrize("kind", ["point", "curve"])
@pytest.mark.parametrize("size", [1e-2, 1.0, 1e3])
def test_the_loss_never_rises_whatever_the_features_size(kind: str, size: float) -> None:
    episode = sampler_of(kind, k_shot=4).episode(0)
    learner = probe(episode.item_shape[0], inner_steps=30, l2=0.0)
    with torch.no_grad():
        for p in learner.network.parameters():
            p.mul_(size)
    trace = loop.trace(learner, episode)
    assert (np.diff(trace["support_loss"]) < 1e-12).all()
    assert trace["support_loss"][-1] < trace["support_loss"][0]
    assert trace.coords["layer"] == ("head.weight", "head.bias")


def test_it_starts_without_an_opinion_and_leaves_the_encoder_alone() -> None:
    episode = sampler_of("point").episode(0)
    trace = loop.trace(probe(2, inner_steps=5), episode)
    np.testing.assert_allclose(trace["probabilities"][0], 1 / 3)
    assert (np.ptp(trace["embeddings"], axis=0) == 0).all()


def test_a_class_without_support_has_no_output() -> None:
    episode = sampler_of("point").episode(0)
    learner = probe(2, inner_steps=5)
    support = loop.support_of(learner, episode)
    kept = support.y != 1
    with loop.evaluating(learner):
        state = learner.adapted(type(support)(support.x[kept], support.y[kept], 3))
        outputs = learner.readout(state, learner.encode(support.x, support))["outputs"]
    assert torch.isneginf(outputs[:, 1]).all()
    assert torch.isfinite(outputs[:, [0, 2]]).all()
    assert (state.parameters["head.weight"][1] == 0).all()


@pytest.mark.parametrize(("option", "value"), [("inner_lr", 0.0), ("inner_steps", 1.5), ("l2", -1.0)])
def test_bad_options(option: str, value: float) -> None:
    with pytest.raises(LearnerError, match=f"{option}="):
        probe(2, **{option: value})
