"""The parameters of an MLP in one flat array, in which biases need no operations of their own.

A layer's bias is the last row of its weight, and each layer has one more unit, which is always 1.
"""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Shaped

__all__ = ["MlpLayout", "with_ones"]

_Array = Float[np.ndarray, "..."]


class MlpLayout(NamedTuple):
    """The place of each layer in a flat array: the weight, with the bias as its last row."""

    shapes: tuple[tuple[int, int], ...]
    ends: tuple[int, ...]

    @classmethod
    def of(cls, weights: Sequence[tuple[int, ...]]) -> "MlpLayout":
        """Return the layout for weights of these shapes."""
        shapes = tuple((a + 1, b + 1) for a, b in weights)
        return cls(shapes, tuple(accumulate((a * b for a, b in shapes), initial=0)))

    def split(self, flat: _Array) -> list[_Array]:
        """Return each layer of a flat array `(*task, parameter)`, as views."""
        parts = (flat[..., a:b] for a, b in pairwise(self.ends))
        return [part.reshape(*flat.shape[:-1], *shape) for part, shape in zip(parts, self.shapes, strict=True)]

    def tensors(self, flat: _Array) -> list[_Array]:
        """Return the weights and biases in a flat array `(*task, parameter)`, as views."""
        return [part for layer in self.split(flat) for part in (layer[..., :-1, :-1], layer[..., -1, :-1])]

    def packed(self, tensors: Sequence[_Array], keep: float = 0) -> _Array:
        """Return a flat array of weights and biases. With `keep=1`, the unit that is 1 keeps its value in the next layer."""
        flat = np.zeros(self.ends[-1], tensors[0].dtype)
        for place, tensor in zip(self.tensors(flat), tensors, strict=True):
            place[...] = tensor
        for layer in self.split(flat):
            layer[-1, -1] = keep
        return flat


def with_ones(x: Shaped[np.ndarray, "..."], dtype: np.dtype) -> _Array:
    """Return items with one more input, which is 1."""
    padded = np.empty((*x.shape[:-1], x.shape[-1] + 1), dtype)
    padded[..., :-1] = x
    padded[..., -1] = 1
    return padded
