"""A sampler of episodes of one size, with random access."""

import reprlib
from collections.abc import Iterator

import numpy as np

from metawidgets.episodes.arrays import whole
from metawidgets.episodes.class_pool import ClassPool, TaskSource
from metawidgets.episodes.episode import Episode, EpisodeBatch, EpisodeSpec
from metawidgets.errors import EpisodeError

__all__ = ["ClassPool", "EpisodeSampler", "TaskSource"]


class EpisodeSampler:
    """A sampler of episodes of one size from one source. Episode `i` of a seed is the same on every machine.

    Args:
        source: a class pool, a function family, or anything with the methods of `TaskSource`.
        n_way: classes per episode; `None` (the default) means 5, or no classes if the source is a regression.
        k_shot: support items per class.
        n_query: query items per class (for regression, both are totals).
        seed: selects one endless sequence of episodes.

    Raises:
        EpisodeError: if the source cannot draw an episode of that size.

    >>> sampler = EpisodeSampler(pool, n_way=5, k_shot=1, n_query=15, seed=0)          # doctest: +SKIP
    >>> sampler.episode(7)                                                             # doctest: +SKIP
    """

    def __init__(
        self, source: TaskSource, *, n_way: int | None = None, k_shot: int = 1, n_query: int = 15, seed: int = 0
    ) -> None:
        if not isinstance(source, TaskSource):
            owner = f"datasets.load({source!r})" if isinstance(source, str) else "a dataset's "
            raise EpisodeError(f"{reprlib.repr(source)} is not a source of episodes; give {owner}.source('train').")
        if source.is_regression and n_way is not None:
            raise EpisodeError(f"n_way={n_way}, but {source.name!r} draws functions, not classes; leave n_way out.")
        way = None if source.is_regression else 5 if n_way is None else n_way
        self.source, self.seed = source, whole("seed", seed)
        self.spec = EpisodeSpec(way, k_shot, n_query)
        source.check(self.spec)

    def __repr__(self) -> str:
        return f"EpisodeSampler({self.source.name!r}, {self.spec}, seed={self.seed})"

    def episode(self, index: int) -> Episode:
        """Draw episode number `index`, which does not depend on earlier draws.

        Raises:
            EpisodeError: if `index` is not a whole number from 0 upwards.
        """
        index = whole("the number of an episode", index)
        episode = self.source.draw(np.random.default_rng([self.seed, 0, index]), self.spec)
        return episode.drawn_by(self.seed, index)

    def batch(self, index: int, size: int) -> EpisodeBatch:
        """Draw batch number `index`: `size` stacked episodes, which differ from the episodes that `episode` draws.

        Raises:
            EpisodeError: if `index` is not a whole number from 0 upwards, or `size` one from 1.
        """
        index, size = whole("the number of a batch", index), whole("size", size, 1)
        return self.source.draw_batch(np.random.default_rng([self.seed, 1, index]), self.spec, size)

    def __iter__(self) -> Iterator[Episode]:
        index = 0
        while True:
            yield self.episode(index)
            index += 1
