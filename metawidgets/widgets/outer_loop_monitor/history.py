"""The record of a meta-training in bounded memory. When it is full, neighbouring steps are merged, so that it covers all steps."""

import base64
from collections.abc import Sequence
from typing import Generic, TypeVar

import numpy as np
from jaxtyping import Float

from metawidgets.records import MetaStep

__all__ = ["COLUMNS", "History", "Thinned", "running_mean"]

COLUMNS = (
    *("first", "last", "loss", "loss_low", "loss_high"),
    *("metric", "norm", "norm_low", "norm_high", "meta_lr", "seconds"),
)
"""The columns of a point: first and last outer step; mean, lowest and highest loss; mean metric; mean, lowest and highest
gradient norm; learning rate and training seconds at its last step."""
_MEANS, _LOWS, _HIGHS = [2, 5, 6], [3, 7], [4, 8]

Item = TypeVar("Item")


class History:
    """A record of at most `capacity` points. Each point stands for as many outer steps as needed for the whole run to fit.

    When the record is full, neighbouring points are merged in pairs. Means stay means over the steps, and the extremes are kept.

    Args:
        capacity: the most points, an even number.
    """

    def __init__(self, capacity: int = 600) -> None:
        self._rows = np.zeros((capacity, len(COLUMNS)))
        self.clear()

    def clear(self) -> None:
        self._n, self.steps_per_point = 0, 1
        # The last point while it is not full. It is a plain list, which is faster to update at every step than an array.
        self._open: list[float] = []

    def __len__(self) -> int:
        return self._n + bool(self._open)

    @property
    def points(self) -> Float[np.ndarray, "point column"]:
        if not self._open:
            return self._rows[: self._n]
        return np.concatenate([self._rows[: self._n], np.array([self._open])])

    def add(self, step: MetaStep) -> None:
        """Add one outer step. If its number is not new, it replaces that step and all later ones."""
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

    @property
    def smoothed_loss(self) -> float | None:
        """The smoothed loss after the newest step; `None` if no loss is finite yet."""
        losses = self.points[:, COLUMNS.index("loss")].astype(np.float32)  # the browser has float32
        found = running_mean(losses)
        found = found[np.isfinite(found)]
        return float(found[-1]) if len(found) else None

    def cut(self, step: int) -> None:
        """Drop the steps after `step`. A point that also covers later steps is dropped as a whole."""
        self._open = []
        self._n = int(np.searchsorted(self.points[:, 1], step, side="right"))

    def packed(self) -> str:
        """Return all points in base64: little-endian float32, column by column."""
        return base64.b64encode(np.ascontiguousarray(self.points.T, dtype="<f4").tobytes()).decode()

    @staticmethod
    def unpacked(packed: str) -> dict[str, Float[np.ndarray, " point"]]:
        """Return the values of each column from the text that `packed` returned."""
        table = np.frombuffer(base64.b64decode(packed), dtype="<f4").reshape(len(COLUMNS), -1)
        return dict(zip(COLUMNS, table, strict=True))


def running_mean(values: Float[np.ndarray, " point"]) -> Float[np.ndarray, " point"]:
    """Smooth values exponentially over about a 20th of the points. Skip values that are not finite.

    `runningMean` in js/outer_loop_monitor/record.ts computes the same. The fixture outer_loop_monitor/history.json checks that
    both agree.
    """
    weight = 2 / (1 + max(1.0, len(values) / 20))
    out, level = np.array(values, np.float64), np.nan
    for i, value in enumerate(out):
        if np.isfinite(value):
            level = value if not np.isfinite(level) else level + weight * (value - level)
            out[i] = level
    return out


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
    """A list that keeps at most `capacity` of the items added, evenly spread. It always has the first and the last item.

    Args:
        capacity: at least 3.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.clear()

    def clear(self) -> None:
        self._items: list[tuple[int, Item]] = []  # (number, item) in the order added
        self._n_added, self._every = 0, 1

    @property
    def items(self) -> Sequence[Item]:
        return [item for _, item in self._items]

    def add(self, item: Item) -> None:
        if self._items and self._items[-1][0] % self._every:
            self._items.pop()  # it was kept only because it was the last
        self._items.append((self._n_added, item))
        self._n_added += 1
        while len(self._items) > self.capacity:
            self._every *= 2
            last = self._items[-1]
            self._items = [each for each in self._items if each[0] % self._every == 0 or each is last]

    def keep(self, wanted: Sequence[bool]) -> None:
        """Keep only the items whose entry in `wanted` is true."""
        self._items = [each for each, wish in zip(self._items, wanted, strict=True) if wish]
