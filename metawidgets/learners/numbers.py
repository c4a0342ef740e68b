"""Numbers among a learner's options: a person may have mistyped them, and a checkpoint's card may hold anything."""

from collections.abc import Sequence
from typing import Any

from metawidgets.errors import LearnerError

__all__ = ["check_sizes", "count", "positive_number"]


_LARGEST = 1e38  # what float32 holds


def positive_number(name: str, value: Any) -> float:
    """The value, if it is a finite number above 0.

    Raises:
        LearnerError: if it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= _LARGEST:
        raise LearnerError(f"{name}={value!r} is not a positive number; give {name} > 0.")
    return value


def count(name: str, value: Any, low: int = 0, high: int = 100_000) -> int:
    """The value, if it is a whole number from `low` to `high`.

    Raises:
        LearnerError: if it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise LearnerError(f"{name}={value!r} is not a whole number >= {low} (and at most {high:,}); give one.")
    return value


def check_sizes(item_shape: Sequence[int], output_dim: int | None, *widths: int) -> None:
    """Refuse a network that no machine of ours could hold.

    Raises:
        LearnerError: if a size is no whole number, or too large.
    """
    for n in item_shape:
        count("a side of item_shape", int(n), 1, 1_000_000)
    if output_dim is not None:
        count("output_dim", output_dim, 0, 1_000_000)
    for n in widths:
        count("width", n, 1, 65_536)
