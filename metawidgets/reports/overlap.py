"""Whether a learner was trained on classes that it is now tested on: then its figures say nothing about new ones."""

from collections.abc import Mapping
from typing import Any

from metawidgets import datasets
from metawidgets.errors import DatasetError, EpisodeError
from metawidgets.sampling import TaskSource, check_disjoint

__all__ = ["overlap"]


def overlap(card: Mapping[str, Any], source: TaskSource) -> str:
    """What a checkpoint's training shares with `source`, in one sentence; '' if they share no class.

    Args:
        card: a checkpoint's card, or at least its `data`: `{"dataset": name, "options": {...}}`. The classes of its
            training part are drawn up again from these, so that other options than those of the training are found out
            too. A card without `data` cannot be judged, and says so.
    """
    data = card.get("data") or {}
    if "dataset" not in data:
        return "The checkpoint's card does not say what it was trained on, so it may have seen these classes."
    if data["dataset"] != source.name:
        return ""
    try:
        check_disjoint(training=datasets.load(data["dataset"], **data.get("options", {})).source("train"), test=source)
    except EpisodeError as shared:
        return f"The learner was trained on classes that it is asked about here: {shared}"
    except DatasetError as missing:
        return f"What it was trained on cannot be drawn up again, so it may have seen these classes: {missing}"
    return ""
