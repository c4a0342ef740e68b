"""Errors about shapes are one sentence with the shapes of both sides, whoever's network it is."""

import inspect
from typing import Any

import numpy as np
import pytest
from torch import nn

from metawidgets import analysis
from metawidgets.episodes import ClassPool, Episode, EpisodeSampler
from metawidgets.errors import EpisodeError, LearnerError, TraceError
from metawidgets.learners import build
from metawidgets.learners.loop import adapt, predict, trace
from metawidgets.learners.metric_based.protonet import ProtoNet
from metawidgets.training import MetaTraining, meta_train
from metawidgets.training.evaluation import answers, evaluate, score

RNG = np.random.default_rng(0)
Y = np.array([0, 0, 1, 1])


def vectors(width: int, n_query: int = 4) -> Episode:
    x = RNG.normal(size=(8, width))
    return Episode(x[:4], Y, x[4 : 4 + n_query], Y[:n_query], ("a", "b"))


def images() -> Episode:
    x = RNG.integers(0, 255, (8, 1, 6, 6)).astype(np.uint8)
    return Episode(x[:4], Y, x[4:], Y, ("a", "b"))


@pytest.mark.parametrize(
    ("network", "episode", "words"),
    [
        (nn.Linear(5, 8), vectors(4), ["cannot take items of shape (4,)", "in_features=5", "an input of shape (2, 4)"]),
        (nn.Sequential(nn.Linear(36, 8)), images(), ["(1, 6, 6)", "in_features=36", "(2, 1, 6, 6)", "nn.Flatten()"]),
        (nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten()), images(), ["Conv2d(3, 4", "an input of shape (2, 1, 6, 6)"]),
        (nn.Sequential(nn.Conv2d(1, 4, 3), nn.MaxPool2d(9)), images(), ["MaxPool2d", "an input of shape (2, 4, 4, 4)"]),
        (
            nn.Conv2d(1, 4, 3, padding=1),
            images(),
            ["returns shape (2, 4, 6, 6) for two items of shape (1, 6, 6)", "nn.Flatten()"],
        ),
        (
            nn.Sequential(nn.Flatten(), nn.Linear(36, 1), nn.Flatten(0)),
            images(),
            ["returns shape (2,)", "axis of the items"],
        ),
        (nn.LSTM(4, 3), vectors(4), ["returns a tuple for items of shape (4,)"]),
    ],
)
@pytest.mark.parametrize("use", [score, trace, answers, adapt, predict])
def test_a_network_that_does_not_fit_is_described(
    network: nn.Module, episode: Episode, words: list[str], use: Any
) -> None:
    learner = ProtoNet(network).train()
    with pytest.raises(LearnerError, match="the network of this ProtoNet") as raised:
        use(learner, episode)
    assert [word for word in words if word not in str(raised.value)] == []
    assert learner.training
    assert not any(layer._forward_hooks or layer._forward_pre_hooks for layer in network.modules())


@pytest.mark.parametrize("name", ["protonet", "maml", "lstm", "linear_probe"])
def test_a_declared_width_is_compared_in_training_and_everywhere(name: str) -> None:
    learner = build(name, item_shape=(4,), output_dim=2)
    pool = ClassPool("p", RNG.normal(size=(12, 5)).astype(np.float32), np.array([0, 6, 12]), ("a", "b"))
    sampler = EpisodeSampler(pool, n_way=2, n_query=2)
    said = r"was made for items of shape \(4,\), the episode's are \(5,\)"
    for use in (score, trace, answers):
        with pytest.raises(LearnerError, match=said):
            use(learner, sampler.episode(0))
    with pytest.raises(LearnerError, match=said):
        list(meta_train(learner, sampler, MetaTraining(steps=1, meta_batch_size=2)))


def test_other_errors_stay_as_they_are() -> None:
    class Broken(nn.Linear):
        def forward(self, x: Any) -> Any:
            if len(x) == 2:
                return super().forward(x)
            raise RuntimeError("out of luck")

    with pytest.raises(RuntimeError, match="out of luck"):
        score(ProtoNet(Broken(4, 2)), vectors(4))


def test_an_empty_query_set_has_no_score() -> None:
    learner, episode = build("protonet", item_shape=(4,), output_dim=2), vectors(4, 0)
    for use in (score, answers):
        with pytest.raises(EpisodeError, match="the query set is empty, so there is no score"):
            use(learner, episode)
    assert predict(learner, episode).shape == (0, 2)  # answers of nothing are possible


@pytest.mark.parametrize("n", [0, -1, 1.5, True, "600"])
def test_the_number_of_episodes_is_whole(n: Any) -> None:
    pool = ClassPool("p", RNG.normal(size=(12, 4)).astype(np.float32), np.array([0, 6, 12]), ("a", "b"))
    sampler = EpisodeSampler(pool, n_way=2, n_query=2)
    with pytest.raises(EpisodeError, match="is not a whole number >= 1"):
        evaluate(build("nearest", item_shape=(4,), output_dim=2), sampler, n)


ZEROS = np.zeros
made: Any = Episode  # of lists, too
plain = inspect.unwrap  # without the check of shapes that the tests add


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: plain(analysis.pairwise_distances)(ZEROS((3, 2)), ZEROS((3, 4))), TraceError, r"\(3, 2\) and \(3, 4\)"),
        (lambda: plain(analysis.cosine_similarity)(ZEROS((3, 2)), ZEROS((3, 4))), TraceError, r"\(3, 2\) and \(3, 4\)"),
        (lambda: plain(analysis.pairwise_angles)(ZEROS(3)), TraceError, r"shape \(3,\), but \(point, feature\)"),
        (lambda: plain(analysis.class_means)(ZEROS((3, 2)), ZEROS(2, int)), TraceError, r"shape \(2,\) for points of shape \(3, 2\)"),
        (lambda: plain(analysis.silhouette)(ZEROS((4, 2)), np.arange(3)), TraceError, r"shape \(3,\) for points of shape \(4, 2\)"),
        (lambda: plain(analysis.class_geometry)(ZEROS((4, 2, 2)), np.arange(4)), TraceError, r"shape \(4, 2, 2\)"),
        (lambda: plain(analysis.calibration)(ZEROS((3, 2)), ZEROS(2, int)), TraceError, r"shape \(3, 2\) and labels \(2,\)"),
        (lambda: plain(analysis.calibration)(ZEROS(3), ZEROS(3, int)), TraceError, r"shape \(3,\) and labels \(3,\)"),
        (lambda: made([[1, 2], [1]], [0, 1], [[1, 2]], [0], ("a", "b")), EpisodeError, "entries of support_x differ in shape"),
        (lambda: made([[1.0]], 0, [[2.0]], [0], ("a", "b")), EpisodeError, "support_y is 0, a single value"),
        (lambda: ClassPool("p", ZEROS((2, 2)), np.arange(3), ("a", "b")).subset([7]), EpisodeError, "classes 0 to 1, not 7"),
    ],
)  # fmt: skip
def test_arrays_of_wrong_shapes_are_one_sentence(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call()
