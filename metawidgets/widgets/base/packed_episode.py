"""Conversion of an episode into a component's state and back."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Shaped

from metawidgets.episodes import Episode, ItemId

__all__ = ["pack_episode", "unpack_episode"]

_ARRAYS = ("support_x", "support_y", "query_x", "query_y")


def pack_episode(episode: Episode) -> tuple[dict[str, Shaped[np.ndarray, "..."]], dict[str, Any]]:
    """Return the episode's arrays to send, and a JSON-able dictionary of its other fields."""
    return {name: getattr(episode, name) for name in _ARRAYS}, {
        "class_names": list(episode.class_names),
        "support_items": [list(item) for item in episode.support_items],
        "query_items": [list(item) for item in episode.query_items],
        "support_ids": list(map(str, episode.support_items)),
        "query_ids": list(map(str, episode.query_items)),
        "task": dict(episode.task),
        "seed": list(episode.seed),
        "feature_names": list(episode.feature_names),
    }


def unpack_episode(arrays: Mapping[str, Shaped[np.ndarray, "..."]], plain: Mapping[str, Any]) -> Episode:
    """Return the episode that `pack_episode` packed."""
    support_items, query_items = (
        tuple(ItemId(*item) for item in plain[side]) for side in ("support_items", "query_items")
    )
    return Episode(
        *(arrays[name] for name in _ARRAYS),
        class_names=tuple(plain["class_names"]),
        support_items=support_items,
        query_items=query_items,
        seed=tuple(plain["seed"]),
        task=plain["task"],
        feature_names=tuple(plain.get("feature_names", ())),  # older pages do not have this field
    )
