"""A source of cross-domain episodes: the support set from one pool, the queries from another pool with the same classes."""

import numpy as np

from metawidgets.episodes.class_pool import ClassPool
from metawidgets.episodes.episode import Episode, EpisodeBatch, EpisodeSpec
from metawidgets.errors import EpisodeError, did_you_mean

__all__ = ["CrossPools"]


class CrossPools:
    """Tasks whose support items come from one pool and whose queries come from another one. Classes are matched by name.

    Args:
        support: the pool of the support items. Its classes are drawn.
        query: the pool of the queries. It needs every class of `support`, under the same name; its other classes are not used.

    Raises:
        EpisodeError: if a class has no queries, or the items of the pools differ in shape or type.
    """

    is_regression = False

    def __init__(self, support: ClassPool, query: ClassPool) -> None:
        for pool in (support, query):
            if not isinstance(pool, ClassPool):
                raise EpisodeError(
                    f"{pool!r:.80} is not a pool of classes; give two, such as two datasets' .source('all')."
                )
        if support.name == query.name:
            raise EpisodeError(
                f"both pools are called {support.name!r}, so their items would have the same ids; give each a name of its own."
            )
        known = set(query.class_ids)
        if missing := [name for name in support.class_ids if name not in known]:
            raise EpisodeError(
                f"class {missing[0]!r} of {support.name!r} is not in query_pool {query.name!r} ({len(missing)} of {len(support)} are "
                f"not); {did_you_mean(missing[0], known, lists='its class_ids')} Rename classes, or give the .subset([...]) of both."
            )
        shapes = [(pool.items.dtype.name, pool.items.shape[1:]) for pool in (support, query)]
        if shapes[0] != shapes[1]:
            raise EpisodeError(
                f"items of {support.name!r} are {shapes[0]}, those of query_pool {query.name!r} are {shapes[1]}; both must be the same."
            )
        self.support, self.query = support, query.subset(support.class_ids)

    @property
    def name(self) -> str:
        return f"{self.support.name} to {self.query.name}"

    def __len__(self) -> int:
        return len(self.support)

    def check(self, spec: EpisodeSpec) -> None:
        """Raise `EpisodeError` if a pool has too few classes or items for an episode of that size."""
        self.support.check(spec, n_items=spec.k_shot)
        self.query.check(spec, n_items=spec.n_query)

    def draw(self, rng: np.random.Generator, spec: EpisodeSpec) -> Episode:
        classes, support, query = (a[0] for a in self._draw_rows(rng, spec, 1))
        (support_rows, support_y), (query_rows, query_y) = support, query
        return Episode(
            support_x=self.support.items.take(support_rows, 0),
            support_y=support_y,
            query_x=self.query.items.take(query_rows, 0),
            query_y=query_y,
            class_names=tuple(self.support.class_ids[c] for c in classes),
            support_items=self.support.item_ids_of(support_rows),
            query_items=self.query.item_ids_of(query_rows),
            feature_names=self.support.feature_names,
        )

    def draw_batch(self, rng: np.random.Generator, spec: EpisodeSpec, size: int) -> EpisodeBatch:
        classes, support, query = self._draw_rows(rng, spec, size)
        support_x, query_x = self.support.items.take(support[:, 0], 0), self.query.items.take(query[:, 0], 0)
        return EpisodeBatch(support_x, support[:, 1], query_x, query[:, 1], spec.n_way, classes)

    def _draw_rows(
        self, rng: np.random.Generator, spec: EpisodeSpec, size: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Draw classes `(task, way)`, and for support and query the rows and labels `(task, 2, item)`, as in `ClassPool`."""
        self.check(spec)
        classes = self.support.draw_classes(rng, spec.n_way or 0, size)
        support = self.support.rows_of(rng, classes, spec.k_shot).reshape(size, 2, -1)
        query = self.query.rows_of(rng, classes, spec.n_query).reshape(size, 2, -1)
        order = rng.random((size, support.shape[-1])).argsort(-1)
        return classes, np.take_along_axis(support, order[:, None], -1), query
