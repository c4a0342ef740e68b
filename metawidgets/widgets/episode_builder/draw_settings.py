"""The settings of a draw and the datasets to choose from."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from metawidgets.datasets import Dataset
from metawidgets.errors import EpisodeError
from metawidgets.widgets.episode_builder.document import MOST_ITEMS

__all__ = ["DEFAULT_SIZES", "check_size", "checked_settings", "dataset_choices"]

_MOST_WAYS = 50

DEFAULT_SIZES = {"image": (5, 1, 3), "point": (3, 5, 10), "curve": (None, 5, 10)}
"""For each kind of data, the default `n_way`, `k_shot` and `n_query`. Such an episode fits on one screen."""


def checked_settings(**settings: Any) -> dict[str, Any]:
    """Check the types and ranges of the settings and return them. The sampler checks whether there are enough classes and items.

    Raises:
        EpisodeError: if a value has the wrong type or is out of range, or a setting is unknown.
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
            raise EpisodeError(f"{name}={settings[name]!r} is not a text; give a name.")
    unknown = set(settings) - {"dataset", "split", "n_way", "k_shot", "n_query", "seed", "index"}
    if unknown:
        raise EpisodeError(f"a draw has no setting {min(unknown)!r}.")
    return settings


def dataset_choices(datasets: Mapping[str, Dataset]) -> list[dict[str, Any]]:
    """Return, for the browser, each dataset's name, kind, default sizes, and the Python code that loads it."""
    return [
        {"name": name, "id": d.name, "kind": d.kind, "usual": list(DEFAULT_SIZES[d.kind]), "code": _loading_code(d)}
        for name, d in datasets.items()
    ]


def _loading_code(dataset: Dataset) -> str:
    changed = [
        f"{o.name}={getattr(dataset, o.name)!r}" for o in dataset.options() if getattr(dataset, o.name) != o.default
    ]
    return f"datasets.load({', '.join([repr(dataset.name), *changed])})"


def check_size(settings: Mapping[str, Any]) -> None:
    """Check that the episode is small enough to arrange by hand.

    Raises:
        EpisodeError: if the episode would have too many classes or items.
    """
    n_way, per_class = settings["n_way"] or 1, settings["k_shot"] + settings["n_query"]
    if n_way > _MOST_WAYS or n_way * per_class > MOST_ITEMS // 2:
        raise EpisodeError(
            f"{n_way} classes of {per_class} items are too many to arrange by hand; give at most {_MOST_WAYS} classes "
            f"and {MOST_ITEMS // 2} items."
        )
