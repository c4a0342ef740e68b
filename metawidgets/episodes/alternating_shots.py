"""A sampler that alternates between support sizes, for learners that must work at one shot and at five."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from metawidgets.episodes.arrays import whole
from metawidgets.episodes.class_pool import TaskSource
from metawidgets.episodes.episode import Episode, EpisodeBatch
from metawidgets.episodes.item_counts import ItemCounts
from metawidgets.episodes.sampling import EpisodeSampler
from metawidgets.errors import EpisodeError

__all__ = ["AlternatingShots"]


class AlternatingShots(EpisodeSampler):
    """A sampler that alternates between support sizes: episode `i` has `k_shots[i % len(k_shots)]` support items per class.

    All episodes of one batch have the same size, and the next batch has the next size. Use it to train a learner that must
    work at several numbers of shots.

    Args:
        source, n_way, n_query, seed: as for `EpisodeSampler`.
        k_shots: support items per class, in the order in which they alternate; a number listed twice is used twice as often.

    Raises:
        EpisodeError: if `k_shots` is empty, or the source cannot draw an episode of one of these sizes.
    """

    def __init__(
        self,
        source: TaskSource,
        k_shots: Sequence[int],
        *,
        n_way: int | None = None,
        n_query: int = 15,
        seed: int = 0,
    ) -> None:
        if isinstance(k_shots, str) or not isinstance(k_shots, Sequence) or not k_shots:
            raise EpisodeError(f"k_shots={k_shots!r} is not a list of shots; give one or more numbers, such as (1, 5).")
        super().__init__(source, n_way=n_way, k_shot=k_shots[0], n_query=n_query, seed=seed)
        self.specs = tuple(replace(self.spec, k_shot=k) for k in k_shots)  # EpisodeSpec checks each k
        self.spec = max(self.specs, key=lambda spec: spec.k_shot)
        self.shots = ItemCounts(self.spec.k_shot, self.spec.k_shot)  # for `settings`
        for spec in self.specs:
            source.check(spec)

    def __repr__(self) -> str:
        shots = ", ".join(str(spec.k_shot) for spec in self.specs)
        return f"AlternatingShots({self.source.name!r}, ({shots}), {self.spec}, seed={self.seed})"

    def episode(self, index: int) -> Episode:
        index = whole("the number of an episode", index)
        spec = self.specs[index % len(self.specs)]
        episode = self.source.draw(np.random.default_rng([self.seed, 0, index]), spec)
        return episode.drawn_by(self.seed, index)

    def batch(self, index: int, size: int) -> EpisodeBatch:
        index, size = whole("the number of a batch", index), whole("size", size, 1)
        spec = self.specs[index % len(self.specs)]
        return self.source.draw_batch(np.random.default_rng([self.seed, 1, index]), spec, size)
