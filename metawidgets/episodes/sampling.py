"""A sampler of episodes from one source, with random access."""

import reprlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from metawidgets.episodes.arrays import whole
from metawidgets.episodes.class_pool import ClassPool, TaskSource
from metawidgets.episodes.cross_pools import CrossPools
from metawidgets.episodes.episode import Episode, EpisodeBatch, EpisodeSpec
from metawidgets.episodes.item_counts import Count, ItemCounts, within
from metawidgets.errors import EpisodeError

__all__ = ["ClassPool", "EpisodeSampler", "TaskSource"]


class EpisodeSampler:
    """A sampler of episodes from one source. Episode `i` of a seed is the same on every machine.

    Args:
        source: a class pool, a function family, or anything with the methods of `TaskSource`.
        n_way: classes per episode; `None` (the default) means 5, or no classes if the source is a regression.
        k_shot: support items per class (for regression, in all): a number; a pair `(1, 5)`, from which the number of each class is
            drawn; or a list with one number for each label.
        n_query: query items per class (for regression, in all), given in the same ways.
        seed: selects one endless sequence of episodes.
        query_pool: a class pool from which the queries are drawn instead, for cross-domain episodes. It needs every class of
            `source`, under the same name.

    Raises:
        EpisodeError: if the source cannot draw an episode of that size.

    >>> sampler = EpisodeSampler(pool, n_way=5, k_shot=1, n_query=15, seed=0)          # doctest: +SKIP
    >>> sampler.episode(7)                                                             # doctest: +SKIP
    """

    def __init__(
        self,
        source: TaskSource,
        *,
        n_way: int | None = None,
        k_shot: Count = 1,
        n_query: Count = 15,
        seed: int = 0,
        query_pool: ClassPool | None = None,
    ) -> None:
        if not isinstance(source, TaskSource):
            owner = f"datasets.load({source!r})" if isinstance(source, str) else "a dataset's "
            raise EpisodeError(f"{reprlib.repr(source)} is not a source of episodes; give {owner}.source('train').")
        if source.is_regression and n_way is not None:
            raise EpisodeError(f"n_way={n_way}, but {source.name!r} draws functions, not classes; leave n_way out.")
        way = None if source.is_regression else 5 if n_way is None else n_way
        if query_pool is not None:
            source = CrossPools(source, query_pool)  # pyright: ignore[reportArgumentType] - checked there
        self.source, self.seed = source, whole("seed", seed)
        self.shots, self.queries = ItemCounts.of("k_shot", k_shot, way), ItemCounts.of("n_query", n_query, way)
        self.spec = EpisodeSpec(way, self.shots.high, self.queries.high)
        """The size of an episode; where numbers differ between classes, with the largest ones."""
        source.check(self.spec)

    def __repr__(self) -> str:
        counts = "" if self.is_even else f", k_shot={self.shots.said!r}, n_query={self.queries.said!r}"
        return f"EpisodeSampler({self.source.name!r}, {self.spec}{counts}, seed={self.seed})"

    @property
    def is_even(self) -> bool:
        """Return whether all classes have the same number of support items and of queries."""
        return self.shots.is_even and self.queries.is_even

    @property
    def settings(self) -> dict[str, Any]:
        """What was asked for, as JSON has it."""
        size = {"n_way": self.spec.n_way, "k_shot": self.shots.said, "n_query": self.queries.said}
        return {"source": self.source.name, **size, "seed": self.seed}

    def episode(self, index: int) -> Episode:
        """Draw episode number `index`, which does not depend on earlier draws.

        Raises:
            EpisodeError: if `index` is not a whole number from 0 upwards.
        """
        index = whole("the number of an episode", index)
        episode = self.source.draw(np.random.default_rng([self.seed, 0, index]), self.spec)
        return self._with_counts(episode, index).drawn_by(self.seed, index)

    def batch(self, index: int, size: int) -> EpisodeBatch:
        """Draw batch number `index`: `size` stacked episodes, which differ from the episodes that `episode` draws.

        Raises:
            EpisodeError: if `index` is not a whole number from 0 upwards, or `size` one from 1.
        """
        index, size = whole("the number of a batch", index), whole("size", size, 1)
        batch = self.source.draw_batch(np.random.default_rng([self.seed, 1, index]), self.spec, size)
        if self.is_even:
            return batch
        support, query = self._kept(batch.support_y, batch.query_y, np.random.default_rng([self.seed, 3, index]))
        picked = (
            a[kept].reshape(size, -1, *a.shape[2:])
            for a, kept in (
                (batch.support_x, support),
                (batch.support_y, support),
                (batch.query_x, query),
                (batch.query_y, query),
            )
        )
        return EpisodeBatch(*picked, n_way=batch.n_way, classes=batch.classes)

    def _with_counts(self, episode: Episode, index: int) -> Episode:
        """Return the episode with only the first items of each class, as many as its numbers say."""
        if self.is_even:
            return episode
        support, query = (
            kept[0]
            for kept in self._kept(
                episode.support_y[None], episode.query_y[None], np.random.default_rng([self.seed, 2, index])
            )
        )
        changed: dict[str, Any] = {}
        for side, kept in (("support", support), ("query", query)):
            changed |= {f"{side}_{name}": getattr(episode, f"{side}_{name}")[kept] for name in "xy"}
            items = getattr(episode, f"{side}_items")
            changed[f"{side}_items"] = tuple(items[i] for i in np.flatnonzero(kept))
        return replace(episode, **changed)

    def _kept(
        self, support_y: np.ndarray, query_y: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return which items of each task are kept, `(task, support)` and `(task, query)`."""
        way = self.spec.n_way or 1
        labels = (y if self.spec.n_way else np.zeros(y.shape[:2], np.int64) for y in (support_y, query_y))
        counts = (each.draw(rng, way, len(support_y)) for each in (self.shots, self.queries))
        support, query = (within(y, n) for y, n in zip(labels, counts, strict=True))
        return support, query

    def __iter__(self) -> Iterator[Episode]:
        index = 0
        while True:
            yield self.episode(index)
            index += 1
