"""What a meta-training did so far, in bounded memory: neighbouring steps are merged as it grows, so that all of it stays in sight."""

import base64
from collections.abc import Sequence
from typing import Generic, TypeVar

import numpy as np
from jaxtyping import Float

from metawidgets.results import MetaStep

__all__ = ["COLUMNS", "History", "Thinned"]

COLUMNS = (
    *("first", "last", "loss", "loss_low", "loss_high"),
    *("metric", "norm", "norm_low", "norm_high", "meta_lr", "seconds"),
)
"""Of a point: first and last outer step, mean, least and greatest loss, mean metric, mean, least and greatest gradient norm,
and learning rate and training seconds at its last step."""
_MEANS, _LOWS, _HIGHS = [2, 5, 6], [3, 7], [4, 8]

Item = TypeVar("Item")


class History:
    """At most `capacity` points; each stands for as many outer steps as it takes for the whole run to fit.

    When all are taken, neighbours are merged two by two: means stay means of the steps behind them, and the extremes are kept.

    Args:
        capacity: an even number of points.
    """

    def __init__(self, capacity: int = 600) -> None:
        self._rows = np.zeros((capacity, len(COLUMNS)))
        self.clear()

    def clear(self) -> None:
        self._n, self.steps_per_point = 0, 1
        self._open: list[
            float
        ] = []  # the last point, as long as it is not full: plain numbers, since every step comes by here

    def __len__(self) -> int:
        return self._n + bool(self._open)

    @property
    def points(self) -> Float[np.ndarray, "point column"]:
        if not self._open:
            return self._rows[: self._n]
        return np.concatenate([self._rows[: self._n], np.array([self._open])])

    def add(self, step: MetaStep) -> None:
        """Take in one outer step. A step number that was there already takes the place of that step and of all after it."""
        n, loss, norm = step.step, step.loss, step.gradient_norm
        if len(self) and n <= (self._open or self._rows[self._n - 1])[1]:
            self.cut(n - 1)
        if not self._open:
            if self._n == len(self._rows):
                half = self._n // 2
                self._rows[:half] = _merged(self._rows[: 2 * half : 2], self._rows[1 : 2 * half : 2])
                self._n, self.steps_per_point = half, 2 * self.steps_per_point
            self._open = [n, n, loss, loss, loss, step.metric, norm, norm, norm, step.meta_lr, step.seconds]
        else:
            p = self._open
            size = p[1] - p[0] + 1
            mean = lambda old, new: (size * old + new) / (size + 1)  # noqa: E731
            extremes = (min(p[3], loss), max(p[4], loss)), (min(p[7], norm), max(p[8], norm))
            self._open = [
                *(p[0], n, mean(p[2], loss), *extremes[0]),
                *(mean(p[5], step.metric), mean(p[6], norm), *extremes[1], step.meta_lr, step.seconds),
            ]
        if self._open[1] - self._open[0] + 1 >= self.steps_per_point:
            self._rows[self._n] = self._open
            self._n, self._open = self._n + 1, []

    def cut(self, step: int) -> None:
        """Forget the steps after `step`; a point that reaches beyond it goes whole."""
        self._open = []
        self._n = int(np.searchsorted(self.points[:, 1], step, side="right"))

    def packed(self) -> str:
        """All points as little-endian float32, a column after the other, in base64."""
        return base64.b64encode(np.ascontiguousarray(self.points.T, dtype="<f4").tobytes()).decode()

    @staticmethod
    def unpacked(packed: str) -> dict[str, Float[np.ndarray, " point"]]:
        """Column -> values, of what `packed` gave."""
        table = np.frombuffer(base64.b64decode(packed), dtype="<f4").reshape(len(COLUMNS), -1)
        return dict(zip(COLUMNS, table, strict=True))


def _merged(
    a: Float[np.ndarray, "point column"], b: Float[np.ndarray, "point column"]
) -> Float[np.ndarray, "point column"]:
    weight_a, weight_b = (rows[:, 1:2] - rows[:, 0:1] + 1 for rows in (a, b))
    out = b.copy()
    out[:, 0] = a[:, 0]
    out[:, _MEANS] = (weight_a * a[:, _MEANS] + weight_b * b[:, _MEANS]) / (weight_a + weight_b)
    out[:, _LOWS] = np.minimum(a[:, _LOWS], b[:, _LOWS])
    out[:, _HIGHS] = np.maximum(a[:, _HIGHS], b[:, _HIGHS])
    return out


class Thinned(Generic[Item]):
    """At most `capacity` of the things put in, spread evenly over all of them; the first and the last are always there.

    Args:
        capacity: at least 3.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.clear()

    def clear(self) -> None:
        self._items: list[tuple[int, Item]] = []  # with their numbers, in the order of coming
        self._coming, self._every = 0, 1

    @property
    def items(self) -> Sequence[Item]:
        return [item for _, item in self._items]

    def add(self, item: Item) -> None:
        if self._items and self._items[-1][0] % self._every:
            self._items.pop()  # it was kept for being the last
        self._items.append((self._coming, item))
        self._coming += 1
        while len(self._items) > self.capacity:
            self._every *= 2
            last = self._items[-1]
            self._items = [each for each in self._items if each[0] % self._every == 0 or each is last]

    def keep(self, wanted: Sequence[bool]) -> None:
        """Drop those not wanted."""
        self._items = [each for each, wish in zip(self._items, wanted, strict=True) if wish]
