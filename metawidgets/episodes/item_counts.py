"""Numbers of items that differ between the classes of an episode: drawn between two numbers, or one number per class."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from jaxtyping import Bool, Int

from metawidgets.errors import EpisodeError

__all__ = ["Count", "ItemCounts", "within"]

Count = int | tuple[int, int] | list[int]
"""A number of items per class: a whole number, a pair `(low, high)` to draw from, or a list with one number per class."""


@dataclass(frozen=True)
class ItemCounts:
    """Numbers of items of the classes of an episode.

    Args:
        low, high: the smallest and the largest number; both ends are drawn.
        each: one number per class; empty if the numbers are drawn.
    """

    low: int
    high: int
    each: tuple[int, ...] = ()

    @classmethod
    def of(cls, name: str, given: Count, n_way: int | None) -> Self:
        """Return the numbers that a sampler's argument `name` stands for.

        Raises:
            EpisodeError: if it is neither a number >= 1, nor a pair (low, high), nor a list of `n_way` numbers.
        """
        several: Sequence[object] = (
            given if isinstance(given, Sequence | np.ndarray) and not isinstance(given, str) else [given]
        )
        for value in several:
            if isinstance(value, bool) or not isinstance(value, int | np.integer) or not 1 <= value < 2**31:
                raise EpisodeError(f"{name}={given!r} is not a positive whole number; give {name} >= 1.")
        numbers = [int(value) for value in several if isinstance(value, int | np.integer)]
        if several is not given:
            return cls(numbers[0], numbers[0])
        if isinstance(given, tuple):
            if len(numbers) != 2 or numbers[0] > numbers[1]:
                raise EpisodeError(
                    f"{name}={given!r} is not a pair (low, high) to draw from; give one, such as (1, 5), or a list of one number "
                    "per class."
                )
            return cls(numbers[0], numbers[1])
        if n_way is None or len(numbers) != n_way:
            raise EpisodeError(
                f"{name}={given!r} has {len(numbers)} numbers for {n_way or 'no'} classes; give one per class, or a pair (low, high)."
            )
        return cls(min(numbers), max(numbers), tuple(numbers))

    @property
    def is_even(self) -> bool:
        return self.low == self.high

    @property
    def said(self) -> int | str | list[int]:
        """The numbers as JSON has them: 5, "1 to 5" or [1, 5, 2]."""
        return self.high if self.is_even else list(self.each) or f"{self.low} to {self.high}"

    def draw(self, rng: np.random.Generator, n_way: int, tasks: int) -> Int[np.ndarray, "task way"]:
        """Draw the number of items of each class. Every task of a batch has the same total, so that tasks can be stacked."""
        if self.each:
            return np.tile(self.each, (tasks, 1))
        one = rng.integers(self.low, self.high + 1, size=n_way)
        return rng.permuted(np.tile(one, (tasks, 1)), axis=1)


def within(y: Int[np.ndarray, "task item"], counts: Int[np.ndarray, "task way"]) -> Bool[np.ndarray, "task item"]:
    """Return which items are among the first `counts[task, class]` of their class."""
    is_class = y[:, None, :] == np.arange(counts.shape[1])[:, None]  # (task, way, item)
    return (is_class & (is_class.cumsum(-1) <= counts[..., None])).any(1)
