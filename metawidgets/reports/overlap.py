"""A check for test classes that a learner was trained on. Scores on such classes say nothing about new classes."""

from collections.abc import Mapping
from typing import Any

from metawidgets import datasets
from metawidgets.episodes import TaskSource, check_disjoint
from metawidgets.errors import DatasetError, EpisodeError

__all__ = ["overlap"]


def overlap(card: Mapping[str, Any], source: TaskSource) -> str:
    """Return a sentence on the classes that a checkpoint's training shares with `source`; '' if they share no class.

    Args:
        card: a checkpoint's card, or at least its `data`: `{"dataset": name, "options": {...}}`. The training classes are
            loaded again with these options, so this also finds an overlap when `source` has other options. Without `data`,
            the sentence says that nothing is known.
    """
    data = card.get("data") or {}
    if "dataset" not in data:
        return "The checkpoint's card does not say what it was trained on, so it may have seen these classes."
    if data["dataset"] != source.name:
        return ""
    try:
        check_disjoint(training=datasets.load(data["dataset"], **data.get("options", {})).source("train"), test=source)
    except EpisodeError as shared:
        return f"The learner was trained on classes that it is tested on here: {shared}"
    except DatasetError as missing:
        return f"Its training data cannot be loaded, so it may have seen these classes: {missing}"
    return ""
