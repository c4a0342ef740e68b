"""Pretraining on the pool's classes, and nearest neighbour and centroid on its features."""

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid
from torch import nn

from metawidgets import learners
from metawidgets.datasets import load
from metawidgets.episodes import EpisodeSampler
from metawidgets.errors import LearnerError
from metawidgets.learners import LinearProbe, PretrainedCentroid, PretrainedNearest, loop
from metawidgets.learners.feature_heads.base import FeatureHead
from metawidgets.learners.transfer.pretrained import Pretrained
from metawidgets.training import MetaTraining, checkpoints, meta_train
from metawidgets.training.evaluation import evaluate
from tests.learners.conftest import blob_pool, sampler_of

PRETRAINED = [name for name, kind in learners.ALL.items() if issubclass(kind, Pretrained)]


def encoder() -> nn.Linear:
    torch.manual_seed(0)
    return nn.Linear(2, 4)


def numpy_features(layer: nn.Linear, x: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return layer(torch.tensor(x)).numpy()


def test_the_gradient_is_that_of_cross_entropy_over_the_pools_classes() -> None:
    learner, sampler = LinearProbe(encoder()), sampler_of("point")
    learner.prepare(sampler.source)
    batch = sampler.batch(0, 4)
    assert batch.classes is not None
    found = learner.meta_gradient(batch)
    x, y = [], []
    for task in range(4):  # each item's class in the pool
        for items, labels in ((batch.support_x, batch.support_y), (batch.query_x, batch.query_y)):
            x += list(items[task])
            y += [batch.classes[task, label] for label in labels[task]]
    centres = np.stack([sampler.source.subset([c]).items.mean(0) for c in range(12)])  # pyright: ignore
    assert np.mean(np.linalg.norm(np.array(x) - centres[y], axis=-1) < 1.5) > 0.99  # the class is the item's own
    network, head = learner.network, learner.head
    assert isinstance(head, nn.Linear)
    outputs = network(torch.tensor(np.array(x))) @ head.weight.t() + head.bias
    loss = F.cross_entropy(outputs, torch.tensor(np.array(y)))
    assert found.loss == pytest.approx(loss.item(), rel=1e-6)
    assert found.metric == pytest.approx((outputs.argmax(-1) == torch.tensor(np.array(y))).double().mean().item())
    expected = torch.autograd.grad(loss, tuple(learner.parameters()))
    for p, e in zip(learner.parameters(), expected, strict=True):
        torch.testing.assert_close(p.grad, e, rtol=1e-5, atol=1e-7)


def test_functions_are_pooled_too() -> None:
    learner, sampler = learners.FineTune(nn.Linear(1, 4)), sampler_of("curve")
    learner.prepare(sampler.source)
    batch = sampler.batch(0, 3)
    loss = learner.meta_gradient(batch).loss
    x = torch.tensor(np.concatenate([batch.support_x, batch.query_x], 1)).flatten(0, 1)
    y = torch.tensor(np.concatenate([batch.support_y, batch.query_y], 1)).flatten(0, 1)
    assert learner.head is not None
    assert loss == pytest.approx(F.mse_loss(learner.head(learner.network(x)), y).item(), rel=1e-6)


@pytest.mark.quick_cases(1)
@pytest.mark.parametrize(
    "name",
    # the methods on features pretrain by one code, and some take seconds for each episode
    [name for name in PRETRAINED if name == "simpleshot" or not issubclass(learners.ALL[name], FeatureHead)],
)
def test_pretraining_helps_classes_that_it_never_saw(name: str) -> None:
    pool = load("glyphs", n_classes=60, n_drawers=10)
    test = EpisodeSampler(pool.source("test"), n_way=5, k_shot=1, n_query=5, seed=1)
    train = EpisodeSampler(pool.source("train"), n_way=10, k_shot=1, n_query=3)
    torch.manual_seed(0)
    few = {"inner_steps": 10} if learners.ALL[name].axis == "inner_step" else {}
    learner = learners.build(
        name, item_shape=(1, 28, 28), output_dim=5, width=16, downsample="stride", statistics="groupnorm", **few
    )
    before = evaluate(learner, test, 40).mean
    for _ in meta_train(learner, train, MetaTraining(steps=60, meta_batch_size=2, meta_lr=3e-3)):
        pass
    assert evaluate(learner, test, 40).mean > before + 0.08


def test_a_killed_pretraining_goes_on_where_it_was(tmp_path: Path) -> None:
    def train(steps: int, path: Path | None = None) -> Pretrained:
        torch.manual_seed(0)
        learner = learners.build("baseline_plus", item_shape=(2,), output_dim=3, hidden=(8,))
        how = MetaTraining(steps=6, meta_batch_size=2, validate_every=2)
        for step in meta_train(learner, sampler_of("point"), how, checkpoint=path):
            if step.step == steps:
                break
        assert isinstance(learner, Pretrained)
        return learner

    whole = train(6)
    train(3, tmp_path / "it.safetensors")
    again = train(6, tmp_path / "it.safetensors")
    assert again.hyper["pretraining_head"] == [8, 12]
    assert all(torch.equal(v, again.state_dict()[k]) for k, v in whole.state_dict().items())


def test_the_head_is_made_to_the_pools_measure() -> None:
    learner = LinearProbe(encoder())
    with pytest.raises(LearnerError, match=r"has 0 pretraining outputs, but this batch needs \d+ .* call prepare"):
        learner.meta_gradient(sampler_of("point").batch(0, 2))
    learner.prepare(blob_pool("point", classes=12))
    head = learner.head
    learner.prepare(blob_pool("point", classes=12, seed=1))
    assert learner.head is head  # with the same number of classes, training continues
    learner.prepare(blob_pool("point", classes=5))
    assert learner.hyper["pretraining_head"] == [4, 5]
    with pytest.raises(LearnerError, match=r"has 5 pretraining outputs"):
        learner.meta_gradient(sampler_of("point").batch(0, 4))


@pytest.mark.parametrize("name", PRETRAINED)
def test_adapting_needs_no_head_over_the_pool(name: str, tmp_path: Path) -> None:
    torch.manual_seed(0)
    learner, sampler = learners.build(name, item_shape=(2,), output_dim=3, hidden=(8,)), sampler_of("point")
    for _ in meta_train(learner, sampler, MetaTraining(steps=5, meta_lr=1e-2)):
        pass
    assert isinstance(learner, Pretrained)
    before = loop.predict(learner, sampler.episode(0))
    learner.drop_head()
    assert not [key for key in learner.state_dict() if key.startswith("head")]
    again = checkpoints.load(checkpoints.save(learner, tmp_path / "it.safetensors"))
    assert np.array_equal(loop.predict(again, sampler.episode(0)), before)


def test_classes_that_do_not_last_are_refused() -> None:
    with pytest.raises(LearnerError, match="'gaussians' makes new classes for every task"):
        LinearProbe(encoder()).prepare(load("gaussians").source())


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_nearest_equals_scikit_learns_on_features(metric: str) -> None:
    layer, episode = encoder(), sampler_of("point", k_shot=4).episode(0)
    reference = KNeighborsClassifier(1, metric=metric).fit(numpy_features(layer, episode.support_x), episode.support_y)
    learner = PretrainedNearest(layer, metric=metric)  # pyright: ignore[reportArgumentType]
    expected = reference.predict(numpy_features(layer, episode.query_x))
    assert np.array_equal(loop.predict(learner, episode).argmax(-1), expected)


@pytest.mark.parametrize("normalise", [False, True])
def test_centroid_equals_scikit_learns_on_features(normalise: bool) -> None:
    layer, episode = encoder(), sampler_of("point", k_shot=4).episode(0)

    def features(x: np.ndarray) -> np.ndarray:
        z = numpy_features(layer, x)
        return z / np.linalg.norm(z, axis=-1, keepdims=True) if normalise else z

    reference = NearestCentroid().fit(features(episode.support_x), episode.support_y)
    trace = loop.trace(PretrainedCentroid(layer, normalise=normalise), episode)
    np.testing.assert_allclose(trace["prototypes"][-1], reference.centroids_, rtol=1e-5, atol=1e-6)
    assert np.array_equal(trace["outputs"][-1].argmax(-1), reference.predict(features(episode.query_x)))


@pytest.mark.parametrize("kind", [PretrainedNearest, PretrainedCentroid])
def test_unknown_metric_names_the_nearest(kind: type[Pretrained]) -> None:
    with pytest.raises(LearnerError, match="did you mean 'cosine'"):
        kind(encoder(), metric="cosin")  # pyright: ignore[reportCallIssue]
