"""A register of the dataset and split that each class pool comes from, to find the matching validation split."""

import weakref
from typing import TYPE_CHECKING

from metawidgets.episodes import ClassPool, TaskSource
from metawidgets.episodes.cross_pools import CrossPools
from metawidgets.errors import MetawidgetsError

if TYPE_CHECKING:
    from metawidgets.datasets.base import Dataset, Split

__all__ = ["remember_origin", "validation_source"]

_ORIGINS: "weakref.WeakKeyDictionary[ClassPool, tuple[Dataset, Split]]" = weakref.WeakKeyDictionary()


def remember_origin(source: TaskSource, dataset: "Dataset", split: "Split") -> None:
    """Record that a source is this split of this dataset, for as long as the source exists."""
    if isinstance(source, ClassPool):
        _ORIGINS[source] = dataset, split


def validation_source(source: TaskSource) -> TaskSource | None:
    """Return the source for validating a learner that trains on `source`, or None if no held-out classes exist.

    For the training split of a dataset, this is its validation split. A function family has no classes, so it is its own
    validation source. A pool made by hand, a pair of pools and the split "all" have no held-out classes.
    """
    if isinstance(source, CrossPools):
        return None
    if not isinstance(source, ClassPool):
        return source
    dataset, split = _ORIGINS.get(source, (None, "all"))
    if dataset is None or split != "train":
        return None
    try:
        return dataset.source("validation")
    except MetawidgetsError:  # a user's dataset may have no validation split
        return None
