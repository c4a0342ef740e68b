"""Classes that somebody brings, as a pool: those that are too small refused or left out, the others split by class."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from metawidgets.datasets.base import Split
from metawidgets.errors import DatasetError
from metawidgets.sampling import ClassPool

__all__ = ["LeftOut", "Small", "part_of", "parts", "pooled"]

LeftOut = tuple[str, str]
"""What was left out, and why."""
Small = Literal["refuse", "skip"]

_FEWEST = 2  # classes of a part: with one there is nothing to tell apart


def pooled(
    name: str, noun: str, classes: Mapping[str, Sequence[tuple[str, Any]]], min_items: int, small: Small
) -> tuple[ClassPool, list[LeftOut]]:
    """A pool of classes in the order of their names, and the classes that were left out.

    Args:
        name: the dataset's. noun: what an item is called in a message, in the plural.
        classes: items `(id, array)` by class; all arrays of one shape and type.
        min_items: how many a class must have. small: what to do with a class that has fewer.

    Raises:
        DatasetError: if a class is too small and such are refused, or no two classes are left.
    """
    few = sorted(c for c, items in classes.items() if len(items) < min_items)
    if few and small == "refuse":
        others = f" (and {len(few) - 1} more)" if len(few) > 1 else ""
        raise DatasetError(
            f"dataset {name!r}: class {few[0]!r}{others} has too few {noun}: {len(classes[few[0]])}, where min_items={min_items}; "
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
    return pool, [(c, f"has too few {noun}: {len(classes[c])}, where min_items={min_items}") for c in few]


def parts(name: str, n: int, validation_share: float, test_share: float, seed: int) -> dict[Split, np.ndarray]:
    """Numbers of the classes of each part, ascending: a seeded random split in which no class is in two parts.

    A share above 0 is at least two classes; what is left is for training.

    Raises:
        DatasetError: if the classes are too few for that.
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
            f"validation_share={validation_share:g} (0 does without that part)."
        )
    order = np.random.default_rng(seed).random(n).argsort(kind="stable")
    ends = np.cumsum([0, sizes["test"], sizes["validation"], sizes["train"]])
    names: tuple[Split, ...] = ("test", "validation", "train")
    return {part: np.sort(order[ends[i] : ends[i + 1]]) for i, part in enumerate(names)}


def part_of(pool: ClassPool, split: Split, validation_share: float, test_share: float, seed: int) -> ClassPool:
    """The pool of one part; "all" is the whole.

    Raises:
        DatasetError: if the classes are too few, or the part has a share of 0.
    """
    if split == "all":
        return pool
    found = parts(pool.name, len(pool), validation_share, test_share, seed)[split]
    if not len(found):
        raise DatasetError(f"dataset {pool.name!r} has no {split} part, since {split}_share=0; raise it.")
    return pool.subset(found)
