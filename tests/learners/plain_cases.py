"""MLP learners of all kinds, each with an episode: the cases on which an inner loop without torch is compared with torch."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn

from metawidgets import datasets, learners, trained
from metawidgets.episodes import Episode, EpisodeSampler
from metawidgets.instruments.inner_loop import adjusted
from metawidgets.learners.base import Learner

__all__ = ["CASES", "Case", "case"]

ACTIVATIONS = {
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "elu": nn.ELU,
    "leaky_relu": nn.LeakyReLU,
    "softplus": nn.Softplus,
}


class Case(NamedTuple):
    learner: Learner
    episode: Episode


@cache
def episode(dataset: str, n_way: int | None, k_shot: int, n_query: int = 4, seed: int = 0) -> Episode:
    source = datasets.ALL[dataset]().source("test")
    return EpisodeSampler(source, n_way=n_way, k_shot=k_shot, n_query=n_query, seed=seed).episode(0)


def seeded(learner: Learner, seed: int = 0) -> Learner:
    """Give the learner parameters that are the same on every machine."""
    rng = np.random.default_rng(seed)
    with torch.no_grad():
        for p in learner.parameters():
            if p.ndim == 1:
                p.copy_(torch.tensor(rng.normal(size=p.shape) * 0.1))
            else:
                p.copy_(torch.tensor(rng.normal(size=p.shape) * (1.5 / p.shape[0] ** 0.5)))
    return learner.eval()


def shipped(name: str, k_shot: int, **settings: Any) -> Case:
    learner = trained.load(f"sinusoids-{name}")
    return Case(adjusted(learner, **settings), episode("sinusoids", None, k_shot, seed=k_shot))


def points(name: str, k_shot: int = 2, hidden: tuple[int, ...] = (8, 8), **options: Any) -> Case:
    made = learners.build(name, item_shape=(2,), output_dim=3, hidden=hidden, **options)
    return Case(seeded(made), episode("gaussians", 3, k_shot))


def lacking(name: str, **options: Any) -> Case:
    """Make an episode in which one class has no support."""
    learner, e = points(name, **options)
    kept = e.support_y != 1
    items = tuple(item for item, keep in zip(e.support_items, kept, strict=True) if keep)
    arrays = (e.support_x[kept], e.support_y[kept], e.query_x, e.query_y)
    return Case(learner, Episode(*arrays, e.class_names, items, e.query_items))


def activated(name: str) -> Case:
    between = ACTIVATIONS[name]
    network = nn.Sequential(
        nn.Linear(2, 6), between(), nn.Dropout(0.5), nn.Linear(6, 5, bias=False), between(), nn.Linear(5, 3)
    )
    return Case(seeded(learners.MAML(network, inner_lr=0.4, inner_steps=4)), episode("gaussians", 3, 2))


def learned_rates() -> Case:
    made, e = points("maml", inner_lr=0.2, inner_steps=2, test_steps=5, learned_rates=True)
    with torch.no_grad():
        assert isinstance(made, learners.MAML)
        assert made.learned is not None
        made.learned.copy_(torch.linspace(0.05, 0.4, made.learned.numel()).view_as(made.learned))
    return Case(made, e)


def meta_sgd() -> Case:
    made, e = points("metasgd", inner_lr=0.1, inner_steps=3)
    rng = np.random.default_rng(1)
    with torch.no_grad():
        assert isinstance(made, learners.MetaSGD)
        for rate in made.learned:
            rate.copy_(torch.tensor(rng.normal(0.1, 0.1, size=rate.shape)))
    return Case(made, e)


def frozen_layer() -> Case:
    made, e = points("maml", inner_lr=0.3, inner_steps=3)
    assert made.network is not None
    for name, p in made.network.named_parameters():
        p.requires_grad_(not name.startswith("layers.1"))
    return Case(learners.MAML(made.network, inner_lr=0.3, inner_steps=3).eval(), e)


def several_inputs(name: str, **options: Any) -> Case:
    source = datasets.ALL["linear_functions"]().source("test")
    e = EpisodeSampler(source, n_way=None, k_shot=6, n_query=4, seed=1).episode(0)
    made = learners.build(name, item_shape=e.item_shape, output_dim=e.output_dim, hidden=(7,), **options)
    made.prepare(source)
    return Case(seeded(made), e)


def several_targets() -> Case:
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(7, 3)).astype(np.float32), rng.normal(size=(7, 2)).astype(np.float32)
    made = learners.build("maml", item_shape=(3,), output_dim=2, hidden=(6,), inner_lr=0.1, inner_steps=3)
    return Case(seeded(made), Episode(x[:4], y[:4], x[4:], y[4:]))


CASES: dict[str, Callable[[], Case]] = {
    "maml, sinusoids, 5 shots": lambda: shipped("maml", 5),
    "maml, sinusoids, 10 shots, 20 steps": lambda: shipped("maml", 10, inner_steps=20),
    "maml, sinusoids, 1 shot, another rate": lambda: shipped("maml", 1, inner_lr=0.004, inner_steps=5),
    "first-order maml, sinusoids": lambda: shipped("maml_first_order", 5, inner_steps=8),
    "reptile, sinusoids": lambda: shipped("reptile", 10),
    "meta-sgd, sinusoids": lambda: shipped("metasgd", 5, inner_steps=3),
    "pretrained, sinusoids": lambda: shipped("finetune", 10),
    "maml, points": lambda: points("maml", inner_lr=0.4, inner_steps=6),
    "maml, points, 1 shot": lambda: points("maml", 1, inner_lr=0.4, inner_steps=3),
    "maml, points, 10 shots, one layer": lambda: points("maml", 10, (12,), inner_lr=0.1, inner_steps=3),
    "maml, points, no hidden layer": lambda: points("maml", 5, (), inner_lr=0.2, inner_steps=3),
    "maml, learned rates": learned_rates,
    "maml, a frozen layer": frozen_layer,
    "anil, points": lambda: points("anil", inner_lr=0.4, inner_steps=4),
    "anil, the first layer adapts": lambda: points("anil", head="layers.0", inner_lr=0.4, inner_steps=4),
    "meta-sgd, points": meta_sgd,
    "reptile, points": lambda: points("reptile", inner_lr=0.2, inner_steps=4),
    "reptile with adam, points": lambda: points("reptile", inner_optimiser="adam", inner_lr=0.02, inner_steps=4),
    "implicit maml, points": lambda: points("imaml", inner_lr=0.1, inner_steps=6, proximal_strength=1.5),
    "from scratch, points": lambda: points("from_scratch", inner_lr=0.3, inner_steps=10),
    "fine-tuning, points": lambda: points("finetune", inner_lr=0.2, inner_steps=5),
    "fine-tuning, a class without support": lambda: lacking("finetune", inner_lr=0.2, inner_steps=5),
    "linear probe, points": lambda: points("linear_probe", inner_lr=0.8, inner_steps=6),
    "linear probe, a class without support": lambda: lacking("linear_probe", inner_steps=4, l2=0.1),
    "maml, a class without support": lambda: lacking("maml", inner_lr=0.4, inner_steps=3),
    "maml, 20 inputs": lambda: several_inputs("maml", inner_lr=0.02, inner_steps=4),
    "linear probe, 20 inputs": lambda: several_inputs("linear_probe", inner_lr=0.7, inner_steps=4),
    "maml, several targets": several_targets,
    **{f"maml, {name}": lambda name=name: activated(name) for name in ACTIVATIONS},
}


def case(name: str) -> Case:
    return CASES[name]()


def all_cases() -> Iterator[tuple[str, Case]]:
    for name in CASES:
        yield name, case(name)
