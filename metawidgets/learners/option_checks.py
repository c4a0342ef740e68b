"""Checks of numeric options of learners. They may come from a person who mistyped or from an untrusted checkpoint."""

from collections.abc import Sequence
from typing import Any

from metawidgets.errors import LearnerError

__all__ = ["check_sizes", "count", "positive_number"]


_LARGEST = 1e38  # just below the largest float32


def positive_number(name: str, value: Any) -> float:
    """Return the value if it is a finite number above 0.

    Raises:
        LearnerError: if the value is anything else.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= _LARGEST:
        raise LearnerError(f"{name}={value!r} is not a positive number; give {name} > 0.")
    return value


def count(name: str, value: Any, low: int = 0, high: int = 100_000) -> int:
    """Return the value if it is a whole number from `low` to `high`.

    Raises:
        LearnerError: if the value is anything else.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise LearnerError(f"{name}={value!r} is not a whole number from {low} to {high:,}; give one.")
    return value


def check_sizes(item_shape: Sequence[int], output_dim: int | None, *widths: int) -> None:
    """Check the sizes of a network, so that a network that is too large fails here, and not when memory is allocated.

    Raises:
        LearnerError: if a size is not a whole number, or is too large.
    """
    for n in item_shape:
        count("a side of item_shape", int(n), 1, 1_000_000)
    if output_dim is not None:
        count("output_dim", output_dim, 0, 1_000_000)
    for n in widths:
        count("width", n, 1, 65_536)
