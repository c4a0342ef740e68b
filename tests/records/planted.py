"""Pools with planted faults, and a learner's score on them."""

import dataclasses

import numpy as np

from metawidgets import learners
from metawidgets.episodes import ClassPool, EpisodeSampler, ItemId
from metawidgets.records import Evaluation
from metawidgets.training.evaluation import evaluate

__all__ = ["clouds", "scored", "with_a_copy", "with_wrong_labels"]


def clouds(seed: int) -> ClassPool:
    """Return 20 classes in 16 dimensions, whose widths and whose items' difficulty vary."""
    rng = np.random.default_rng(seed)
    centres, widths = rng.normal(size=(20, 1, 16)), 0.7 * rng.gamma(4, 0.25, size=(20, 1, 1))
    points = centres + widths * rng.gamma(2, 0.5, size=(20, 25, 1)) * rng.normal(size=(20, 25, 16))
    names = tuple(f"<class {c}>" for c in range(20))
    return ClassPool("clouds", points.reshape(-1, 16).astype(np.float32), np.arange(21) * 25, names)


def with_a_copy(pool: ClassPool, seed: int) -> ClassPool:
    """Replace class 1 by new items of class 0."""
    rng, items = np.random.default_rng(seed), pool.items.copy()
    of_first = items[:25]
    items[25:50] = of_first.mean(0) + of_first.std(0) * rng.normal(size=(25, 16))
    return dataclasses.replace(pool, items=items)


def with_wrong_labels(pool: ClassPool, seed: int) -> tuple[ClassPool, set[ItemId]]:
    """Exchange a tenth of the items among the classes."""
    rng, items = np.random.default_rng(seed), pool.items.copy()
    rows = rng.permutation(len(items))[: len(items) // 10]
    moved = np.roll(rows, 1)
    items[rows] = pool.items[moved]
    return dataclasses.replace(pool, items=items), {
        pool.item_id(r) for r, m in zip(rows, moved, strict=True) if r // 25 != m // 25
    }


def scored(pool: ClassPool, seed: int) -> Evaluation:
    learner = learners.build("centroid", item_shape=(16,), output_dim=5)
    return evaluate(learner, EpisodeSampler(pool, n_way=5, k_shot=1, seed=seed), 150)
