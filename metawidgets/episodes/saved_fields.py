"""Reading of a saved episode's fields, which may come from a stranger."""

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np

from metawidgets.episodes.arrays import ItemId, check_names
from metawidgets.errors import EpisodeError
from metawidgets.files.plain_json import check_depth

__all__ = ["decoded", "plain_fields"]

_DTYPES = ("uint8", "int32", "int64", "float32", "float64")  # allowed types of saved arrays


def decoded(name: str, entry: Any) -> np.ndarray:
    """Return a saved array.

    Raises:
        EpisodeError: if `Episode.to_dict` could not have written it.
    """
    try:
        if entry["dtype"] not in _DTYPES or not all(type(n) is int and n >= 0 for n in entry["shape"]):
            raise ValueError(f"dtype {entry['dtype']!r}, shape {entry['shape']!r}")
        dtype, shape = np.dtype(entry["dtype"]), tuple(entry["shape"])
        raw = base64.b64decode(entry["data"], validate=True)
        return np.frombuffer(raw, dtype=dtype.newbyteorder("<")).reshape(shape).astype(dtype)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise EpisodeError(
            f"the saved episode's array {name!r} cannot be read ({error}); save the episode again."
        ) from None


def plain_fields(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields besides the arrays, as arguments of `Episode`.

    Raises:
        EpisodeError: if a field is missing or of the wrong type.
    """
    try:
        for key, kind in _PLAIN.items():
            if not isinstance(data[key], kind):
                raise ValueError(f"{key!r}, which is of type {type(data[key]).__name__}")
        items = {k: tuple(_item_id(i) for i in data[k]) for k in ("support_items", "query_items")}
        names, seed = tuple(data["class_names"]), tuple(data["seed"])
        features = data.get("feature_names", [])  # older files lack this field
        if not isinstance(features, list) or not all(isinstance(name, str) for name in features):
            raise ValueError("'feature_names', which is not a list of texts")
        if not all(isinstance(name, str) for name in names) or not all(type(n) is int for n in seed):
            raise ValueError("class_names or seed; names must be texts, and a seed whole numbers")
        check_names([part for side in items.values() for item in side for part in item])
        check_depth(data["task"])
    except (KeyError, TypeError, ValueError) as error:
        raise EpisodeError(f"the saved episode has a missing or wrong entry, {error}; save it again.") from None
    return {**items, "class_names": names, "seed": seed, "task": dict(data["task"]), "feature_names": tuple(features)}


_PLAIN = {"support_items": list, "query_items": list, "class_names": list, "seed": list, "task": dict}


def _item_id(entry: Any) -> ItemId:
    if not isinstance(entry, list | tuple) or len(entry) != 3 or not all(isinstance(part, str) for part in entry):
        raise ValueError(f"the item {entry!r}, which is not dataset, class and item")
    return ItemId(*entry)
