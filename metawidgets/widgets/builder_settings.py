"""What to draw, and from what."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from metawidgets.datasets import Dataset
from metawidgets.errors import EpisodeError
from metawidgets.widgets.builder_document import MOST_ITEMS

__all__ = ["USUAL", "check_size", "checked_settings", "code_of"]

_MOST_WAYS = 50

USUAL = {"image": (5, 1, 3), "point": (3, 5, 10), "curve": (None, 5, 10)}
"""n_way, k_shot and n_query that suit a kind of data on one screen."""


def checked_settings(**settings: Any) -> dict[str, Any]:
    """The settings, checked for type; sizes are the sampler's to judge.

    Raises:
        EpisodeError: if a number is none, or there is no such setting.
    """
    for name, low in {"n_way": 2, "k_shot": 1, "n_query": 1, "seed": 0, "index": 0}.items():
        value = settings[name]
        if name == "n_way" and value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or not low <= value < 2**32:
            raise EpisodeError(f"{name}={value!r} is not a whole number from {low}; give one.")
        settings[name] = int(value)
    for name in ("dataset", "split"):
        if not isinstance(settings[name], str):
            raise EpisodeError(f"{name}={settings[name]!r} is no name; give one.")
    unknown = set(settings) - {"dataset", "split", "n_way", "k_shot", "n_query", "seed", "index"}
    if unknown:
        raise EpisodeError(f"a draw has no setting {min(unknown)!r}.")
    return settings


def code_of(name: str, dataset: Dataset) -> str:
    """How a reader loads this dataset."""
    changed = [
        f"{o.name}={getattr(dataset, o.name)!r}" for o in dataset.options() if getattr(dataset, o.name) != o.default
    ]
    return f"datasets.load({', '.join([repr(dataset.name), *changed])})"


def check_size(settings: Mapping[str, Any]) -> None:
    """Refuse what nobody arranges by hand.

    Raises:
        EpisodeError: if there would be too many classes or items.
    """
    n_way, per_class = settings["n_way"] or 1, settings["k_shot"] + settings["n_query"]
    if n_way > _MOST_WAYS or n_way * per_class > MOST_ITEMS // 2:
        raise EpisodeError(
            f"{n_way} classes of {per_class} items are too many to arrange by hand; give at most {_MOST_WAYS} classes "
            f"and {MOST_ITEMS // 2} items."
        )
