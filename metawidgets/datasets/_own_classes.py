"""Class pools from a user's own items: refuse or skip classes that are too small, and split the others by class."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from metawidgets.datasets.base import Split
from metawidgets.episodes import ClassPool
from metawidgets.errors import DatasetError

__all__ = ["LeftOut", "Small", "part_of", "parts", "pooled"]

LeftOut = tuple[str, str]
"""The name of an item or class that was left out, and the reason."""
Small = Literal["refuse", "skip"]

_FEWEST = 2  # smallest number of classes in a part: with a single class there is nothing to classify


def pooled(
    name: str, noun: str, classes: Mapping[str, Sequence[tuple[str, Any]]], min_items: int, small: Small
) -> tuple[ClassPool, list[LeftOut]]:
    """Make a pool of classes sorted by name, and list the classes that were left out.

    Args:
        name: the dataset's name.
        noun: the word for items in messages, in the plural.
        classes: items `(id, array)` by class; all arrays have the same shape and type.
        min_items: the smallest allowed number of items per class.
        small: how to treat a class with fewer items.

    Raises:
        DatasetError: if a class is too small and `small` is "refuse", or fewer than two classes are left.
    """
    few = sorted(c for c, items in classes.items() if len(items) < min_items)
    if few and small == "refuse":
        others = f" (and {len(few) - 1} more)" if len(few) > 1 else ""
        raise DatasetError(
            f"dataset {name!r}: class {few[0]!r}{others} has too few {noun}: {len(classes[few[0]])}, but min_items={min_items}; "
            "add some, or pass small='skip' to leave such classes out."
        )
    kept = sorted(set(classes) - set(few))
    if len(kept) < _FEWEST:
        raise DatasetError(
            f"dataset {name!r}: {len(kept)} of its classes {'has' if len(kept) == 1 else 'have'} at least {min_items} "
            f"{noun}, and an episode needs two classes; add some."
        )
    items = [item for c in kept for item in classes[c]]
    pool = ClassPool(
        name=name,
        items=np.stack([data for _, data in items]),
        offsets=np.cumsum([0, *(len(classes[c]) for c in kept)]),
        class_ids=tuple(kept),
        item_ids=tuple(item for item, _ in items),
    )
    return pool, [(c, f"has too few {noun}: {len(classes[c])}, but min_items={min_items}") for c in few]


def parts(name: str, n: int, validation_share: float, test_share: float, seed: int) -> dict[Split, np.ndarray]:
    """Split the indices of `n` classes at random into the three parts. The indices of each part are in ascending order.

    A share above 0 gives at least two classes; the remaining classes are for training.

    Raises:
        DatasetError: if fewer than two classes are left for training.
    """
    sizes = {
        "test": max(_FEWEST, round(n * test_share)) if test_share else 0,
        "validation": max(_FEWEST, round(n * validation_share)) if validation_share else 0,
    }
    sizes["train"] = n - sum(sizes.values())
    if sizes["train"] < _FEWEST:
        raise DatasetError(
            f"dataset {name!r}: {n} classes cannot be split into {sizes['test']} for testing, {sizes['validation']} for "
            f"validation and at least {_FEWEST} for training; use the split 'all', or lower test_share={test_share:g} or "
            f"validation_share={validation_share:g} (0 leaves that part empty)."
        )
    order = np.random.default_rng(seed).random(n).argsort(kind="stable")
    ends = np.cumsum([0, sizes["test"], sizes["validation"], sizes["train"]])
    names: tuple[Split, ...] = ("test", "validation", "train")
    return {part: np.sort(order[ends[i] : ends[i + 1]]) for i, part in enumerate(names)}


def part_of(pool: ClassPool, split: Split, validation_share: float, test_share: float, seed: int) -> ClassPool:
    """Return the pool of one part; "all" is the whole pool.

    Raises:
        DatasetError: if fewer than two classes are left for training, or the part has a share of 0.
    """
    if split == "all":
        return pool
    found = parts(pool.name, len(pool), validation_share, test_share, seed)[split]
    if not len(found):
        raise DatasetError(f"dataset {pool.name!r} has no {split} part, since {split}_share=0; raise it.")
    return pool.subset(found)
