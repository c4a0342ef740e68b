"""Methods on features, compared with transcriptions of their papers in numpy and with numbers computed by hand."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from scipy.special import log_softmax
from torch import nn

from metawidgets import learners
from metawidgets.episodes import ClassPool, EpisodeSampler
from metawidgets.errors import LearnerError
from metawidgets.learners import loop
from metawidgets.learners.feature_heads.base import TransductiveHead, descend
from metawidgets.learners.feature_heads.pt_map import transport
from metawidgets.training import checkpoints
from metawidgets.training.evaluation import evaluate
from tests.learners.feature_heads import oracles

HEADS = ("simpleshot", "bd_cspn", "laplacianshot", "tim", "pt_map", "transductive_finetune")
TRANSDUCTIVE = HEADS[1:]
ORACLES: dict[str, tuple[dict[str, Any], Callable[..., np.ndarray]]] = {
    "bd_cspn": ({"epsilon": 7.0}, lambda s, y, q: oracles.bd_cspn(s, y, q, 7.0)),
    "laplacianshot": (
        {"laplacian": 0.9, "neighbours": 3, "iterations": 6},
        lambda s, y, q: np.log(oracles.laplacianshot(s, y, q, weight=0.9, k=3, rounds=6, rectify=True)),
    ),
    "tim": (
        {"temperature": 12.0, "support_weight": 0.3, "conditional_weight": 0.2, "inner_lr": 0.01, "iterations": 30},
        lambda s, y, q: oracles.tim(s, y, q, tau=12.0, ce=0.3, alpha=0.2, lr=0.01, steps=30),
    ),
    "transductive_finetune": (
        {"temperature": 8.0, "inner_lr": 0.02, "iterations": 30},
        lambda s, y, q: oracles.transductive_finetune(s, y, q, temperature=8.0, lr=0.02, steps=30),
    ),
}


def head(name: str, dim: int = 6, **options: Any) -> learners.Learner:
    return learners.build(name, item_shape=(dim,), output_dim=3, **options)


def features(seed: int = 0, *, ways: int = 3, shots: int = 2, queries: int = 5, dim: int = 6) -> tuple[np.ndarray, ...]:
    """Return positive features of overlapping classes: support, labels, queries."""
    rng = np.random.default_rng(seed)
    centres = rng.uniform(0, 1, (ways, dim))
    y = np.repeat(np.arange(ways), shots)
    support = np.abs(centres[y] + 0.3 * rng.normal(size=(len(y), dim)))
    query = np.abs(np.repeat(centres, queries, 0) + 0.3 * rng.normal(size=(ways * queries, dim)))
    return support, y, query


def pool(*, classes: int = 8, per_class: int = 25, dim: int = 6, seed: int = 1) -> ClassPool:
    rng = np.random.default_rng(seed)
    y = np.repeat(np.arange(classes), per_class)
    return ClassPool.of(np.abs(rng.uniform(0, 1, (classes, dim))[y] + 0.2 * rng.normal(size=(len(y), dim))), y)


@pytest.mark.parametrize("name", ORACLES)
@pytest.mark.parametrize("shots", [1, 3])
def test_it_computes_what_its_paper_says(name: str, shots: int) -> None:
    options, oracle = ORACLES[name]
    learner = head(name, **options)
    assert isinstance(learner, TransductiveHead)
    support, y, query = features(shots, shots=shots)
    support, query = oracles.unit(support), oracles.unit(query)
    found = learner.classify(torch.tensor(support), torch.tensor(y), 3, torch.tensor(query))
    expected = oracle(support, y, query)
    np.testing.assert_allclose(log_softmax(found.numpy(), 1), log_softmax(expected, 1), atol=1e-6)


@pytest.mark.parametrize("shots", [1, 3])
def test_pt_map_computes_what_its_paper_says(shots: int) -> None:
    learner = head("pt_map", power=0.4, regularisation=5.0, pull=0.3, iterations=4)
    assert isinstance(learner, TransductiveHead)
    support, y, query = features(shots, shots=shots)
    sides = learners.Support(torch.tensor(support), torch.tensor(y), 3)
    found = learner.classify(learner.encode(sides.x, sides), sides.y, 3, learner.encode(torch.tensor(query), sides))
    expected = oracles.pt_map(support, y, query, power=0.4, lam=5.0, alpha=0.3, rounds=4)
    np.testing.assert_allclose(found.exp().numpy(), expected, atol=1e-4)  # the plan ends at 1e-6, and rounds add up


def test_simpleshot_computes_what_its_paper_says() -> None:
    learner, base = head("simpleshot"), pool()
    episode = EpisodeSampler(base, n_way=3, k_shot=2, n_query=4, seed=2).episode(0)
    without = loop.trace(learner, episode)["outputs"][-1]
    learner.centre_on(base, batch_size=64)  # pyright: ignore[reportCallIssue]
    found = loop.trace(learner, episode)["outputs"][-1]
    arrays = (episode.support_x, episode.support_y, episode.query_x)
    np.testing.assert_allclose(found, oracles.simpleshot(*arrays, base.items.mean(0)), atol=1e-5)
    np.testing.assert_allclose(without, oracles.simpleshot(*arrays, np.zeros(6)), atol=1e-5)
    assert np.abs(found - without).max() > 0.1


def test_simpleshot_by_hand() -> None:
    """With the base mean (1, 1) the support items become (1, 0) and (0, 1), and the query (1, 1) / sqrt 2 x ... (0.6, 0.8)."""
    learner = head("simpleshot", dim=2)
    learner.centre_on(ClassPool.of([[0.0, 1.0], [2.0, 1.0], [1.0, 0.0], [1.0, 2.0]], [0, 0, 1, 1]))  # pyright: ignore[reportCallIssue]
    support = learners.Support(torch.tensor([[3.0, 1.0], [1.0, 6.0]]), torch.tensor([0, 1]), 2)
    found = learner.readout(learner.adapted(support), learner.encode(torch.tensor([[4.0, 5.0]]), support))
    np.testing.assert_allclose(found["outputs"], [[-0.8, -0.4]], atol=1e-6)  # -(0.4^2 + 0.8^2), -(0.6^2 + 0.2^2)


def test_a_rectified_prototype_by_hand() -> None:
    """Support (1, 0) and (0, 1); both queries are nearest to class 0, so class 1 keeps its prototype."""
    support, y, query = torch.eye(2).double(), torch.tensor([0, 1]), torch.tensor([[0.9, 0.3], [0.9, 0.3]]).double()
    learner = head("bd_cspn", dim=2, epsilon=1.0)
    assert isinstance(learner, TransductiveHead)
    found = learner.classify(support, y, 2, query + torch.tensor([3.0, -1.0]))  # a shift of all queries is undone
    # the queries move to the support's mean (0.5, 0.5), which has the cosine 0.7071 with both classes; the first wins
    a, b = np.e, np.exp(np.sqrt(0.5))  # weights of the support item and of each query, but for their sum
    prototype = (a * np.array([1, 0]) + 2 * b * np.array([0.5, 0.5])) / (a + 2 * b)
    cosine = prototype @ [np.sqrt(0.5), np.sqrt(0.5)] / np.linalg.norm(prototype)
    np.testing.assert_allclose(found, [[cosine, np.sqrt(0.5)]] * 2, atol=1e-9)


def test_without_neighbours_weight_laplacianshot_is_nearest_prototype() -> None:
    support, y, query = features()
    learner = head("laplacianshot", laplacian=1e-12, rectify=False)
    assert isinstance(learner, TransductiveHead)
    found = learner.classify(torch.tensor(support), torch.tensor(y), 3, torch.tensor(query))
    np.testing.assert_allclose(found, log_softmax(-oracles.squared(query, oracles.means(support, y)), 1), atol=1e-9)


def test_a_transport_plan_has_its_sums() -> None:
    costs = torch.tensor(np.random.default_rng(0).uniform(0, 2, (12, 4)))
    plan = transport(costs, 10.0)
    np.testing.assert_allclose(plan.sum(1), 1, atol=1e-5)
    np.testing.assert_allclose(plan.sum(0), 3, atol=1e-9)


def test_the_descent_is_adam() -> None:
    start = torch.tensor([1.0, -2.0, 0.5]).double()
    loss = lambda p: (p**2 * torch.tensor([1.0, 5.0, 0.1])).sum() + p.prod()  # noqa: E731
    expected = nn.Parameter(start.clone())
    optimiser = torch.optim.Adam([expected], lr=0.05)
    for _ in range(20):
        optimiser.zero_grad()
        loss(expected).backward()
        optimiser.step()
    with torch.no_grad():
        (found,) = descend([start], loss, lr=0.05, iterations=20)
    torch.testing.assert_close(found, expected.detach())
    assert start.tolist() == [1.0, -2.0, 0.5]


@pytest.mark.parametrize("name", HEADS)
def test_it_says_whether_queries_see_each_other(name: str) -> None:
    learner = head(name)
    assert learner.transductive == (name in TRANSDUCTIVE)
    assert loop.describe(learner)["transductive"] == learner.transductive


@pytest.mark.parametrize("name", HEADS)
def test_a_checkpoint_keeps_the_base_mean(name: str, tmp_path: Any) -> None:
    learner, base = head(name), pool()
    learner.centre_on(base)  # pyright: ignore[reportCallIssue]
    again = checkpoints.load(checkpoints.save(learner, tmp_path / "head.safetensors"))
    assert again.hyper["base_features"] == 6
    np.testing.assert_allclose(again.base_mean, base.items.mean(0), atol=1e-6)  # pyright: ignore


@pytest.mark.parametrize("name", TRANSDUCTIVE)
def test_queries_of_other_episodes_change_nothing(name: str) -> None:
    """The order of queries does not matter either."""
    learner = head(name, **({"iterations": 5} if name in ("tim", "pt_map") else {}))
    episode = EpisodeSampler(pool(), n_way=3, k_shot=2, n_query=4).episode(0)
    order = np.random.default_rng(0).permutation(len(episode.query_x))
    moved = replace(
        episode,
        query_x=episode.query_x[order],
        query_y=episode.query_y[order],
        query_items=tuple(episode.query_items[i] for i in order),
    )
    np.testing.assert_allclose(loop.predict(learner, moved), loop.predict(learner, episode)[order], atol=1e-4)


def test_the_queries_help() -> None:
    """One item of each class at the edge of two clouds: only the queries show where the clouds are."""
    base = pool(classes=8, dim=12, seed=3)
    sampler = EpisodeSampler(base, n_way=5, k_shot=1, n_query=15)
    scores = {
        name: evaluate(head(name, dim=12), sampler, 20).per_episode
        for name in ("simpleshot", "bd_cspn", "laplacianshot")
    }
    assert np.mean(scores["bd_cspn"] - scores["simpleshot"]) > 0.01
    assert np.mean(scores["laplacianshot"] - scores["simpleshot"]) > 0.01


def test_wrong_options_are_refused() -> None:
    with pytest.raises(LearnerError, match="rectify=1 is not True or False"):
        head("laplacianshot", rectify=1)
    with pytest.raises(LearnerError, match="base_features=0"):
        head("simpleshot", base_features=0)
