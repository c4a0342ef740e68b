"""Episodes: support and query set of one task as frozen numpy arrays, with the origin of every item."""

import base64
import json
import warnings
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import numpy as np
from jaxtyping import Int, Shaped

from metawidgets.episodes.arrays import (
    ItemId,
    check_names,
    check_unique,
    checked_features,
    checked_x,
    checked_y,
    frozen,
    item_id,
    rows,
    shared_content,
    tasks_with_shared_content,
)
from metawidgets.episodes.edits import EpisodeEdits
from metawidgets.episodes.saved_fields import decoded, plain_fields
from metawidgets.errors import EpisodeError
from metawidgets.files.tensors import read_arrays, write_arrays

__all__ = ["Episode", "EpisodeBatch", "EpisodeSpec", "ItemId"]

_ARRAYS = ("support_x", "support_y", "query_x", "query_y")


@dataclass(frozen=True)
class EpisodeSpec:
    """The size of an episode.

    Args:
        n_way: classes per episode; `None` for regression.
        k_shot: support items per class (for regression: in all).
        n_query: query items per class (for regression: in all).

    Raises:
        EpisodeError: if a number is not a positive integer.
    """

    n_way: int | None
    k_shot: int
    n_query: int

    def __post_init__(self) -> None:
        for name in ("n_way", "k_shot", "n_query"):
            value = getattr(self, name)
            if name == "n_way" and value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int | np.integer) or not 1 <= value < 2**31:
                raise EpisodeError(f"{name}={value!r} is not a positive whole number; give {name} >= 1.")
        if self.n_way == 1:
            raise EpisodeError("n_way=1 leaves nothing to classify; give n_way >= 2, or None for regression.")


@dataclass(frozen=True, eq=False)
class Episode(EpisodeEdits):
    """The support and query set of one task.

    Args:
        support_x: `(support, *item)`; images are uint8 `(item, channel, height, width)`, and images with one channel are
            ink maps (0 paper, 255 ink); int32 items are token ids `(item, length)`; all other items become float32 `(item, dim)`.
        support_y: labels int64 `(support,)` in `[0, n_way)`, or regression targets float32 `(support, target)`.
        query_x, query_y: the same for the query set.
        class_names: one name per label; empty for regression. Shots may differ between classes, and a class may have no
            support items (in an episode built by hand), but the support set must not be empty.
        support_items, query_items: the id of every item.
        seed: the integers from which the episode was drawn; `()` if it was built by hand.
        task: JSON-able parameters of the task that was drawn (`{"amplitude": 1.3, "phase": 0.2}`).
        feature_names: one name per number of an item, to label axes; empty for images and for unnamed features.

    Raises:
        EpisodeError: if shapes, types, labels or numbers are wrong, or an item occurs twice in the episode. An item whose
            content is in both support and query under two ids gives a warning.
    """

    support_x: Shaped[np.ndarray, "support *item"]
    support_y: Shaped[np.ndarray, "support *target"]
    query_x: Shaped[np.ndarray, "query *item"]
    query_y: Shaped[np.ndarray, "query *target"]
    class_names: tuple[str, ...] = ()
    support_items: tuple[ItemId, ...] = ()
    query_items: tuple[ItemId, ...] = ()
    seed: tuple[int, ...] = ()
    task: Mapping[str, Any] = field(default_factory=dict)
    feature_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        put = partial(object.__setattr__, self)  # a frozen dataclass forbids normal assignment
        put("class_names", tuple(map(str, self.class_names)))
        check_names(self.class_names)
        try:
            put("seed", tuple(map(int, self.seed)))
        except (TypeError, ValueError, OverflowError):
            raise EpisodeError(
                f"seed={self.seed!r} is not a tuple of whole numbers; give one, such as (0, 7), or ()."
            ) from None
        put("task", MappingProxyType(dict(self.task)))
        for side in ("support", "query"):
            x, y = (rows(f"{side}_{name}", getattr(self, f"{side}_{name}")) for name in "xy")
            put(f"{side}_x", frozen(checked_x(side, x)))
            put(f"{side}_y", frozen(checked_y(side, y, len(x), self.class_names)))
            given = getattr(self, f"{side}_items") or [ItemId("unnamed", side, str(i)) for i in range(len(x))]
            plain = type(given) is tuple and set(map(type, given)) == {ItemId}
            items = given if plain else tuple(map(item_id, given))
            if len(items) != len(x):
                raise EpisodeError(
                    f"{side}_items has {len(items)} entries for {len(x)} {side} items; give one for each."
                )
            if not plain:
                check_names([part for item in items for part in item])
            put(f"{side}_items", items)
        if len(self.support_x) == 0:
            raise EpisodeError("the support set is empty; a learner needs at least one support item.")
        if self.support_x.shape[1:] != self.query_x.shape[1:] or self.support_x.dtype != self.query_x.dtype:
            raise EpisodeError(
                f"support items are {self.support_x.dtype} {self.support_x.shape[1:]}, query items "
                f"{self.query_x.dtype} {self.query_x.shape[1:]}; both must be the same."
            )
        check_unique(self.support_items, self.query_items)
        if shared_content(self.support_x, self.query_x):
            warnings.warn(
                f"an episode of {self.support_items[0].dataset!r} has items with the same content in support and query, under "
                "different ids, so a learner is asked what it was told; `episode.repeated_items` lists them.",
                stacklevel=3,  # whoever made the episode
            )
        if self.feature_names:
            put("feature_names", checked_features(self.feature_names, self.item_shape))

    def drawn_by(self, *seed: int) -> Self:
        """Return the episode with this seed, without checking it again."""
        same = copy(self)
        object.__setattr__(same, "seed", seed)
        return same

    @property
    def repeated_items(self) -> tuple[tuple[ItemId, ItemId], ...]:
        """The pairs of a support item and a query item with the same content."""
        pairs = shared_content(self.support_x, self.query_x)
        return tuple((self.support_items[i], self.query_items[j]) for i, j in pairs)

    @property
    def is_regression(self) -> bool:
        return not self.class_names

    @property
    def is_image(self) -> bool:
        return self.support_x.ndim == 4

    @property
    def is_tokens(self) -> bool:
        return self.support_x.dtype == np.int32

    @property
    def n_way(self) -> int | None:
        """Number of classes; `None` for regression."""
        return len(self.class_names) or None

    @property
    def output_dim(self) -> int:
        """Width of a learner's output: `n_way`, or the dimension of a regression target."""
        return self.n_way or self.support_y.shape[1]

    @property
    def item_shape(self) -> tuple[int, ...]:
        return self.support_x.shape[1:]

    @property
    def shots(self) -> Int[np.ndarray, " way"]:
        """Number of support items of each class; for regression one entry, the total."""
        return self._counts(self.support_y)

    @property
    def queries(self) -> Int[np.ndarray, " way"]:
        """Number of query items of each class; for regression one entry, the total."""
        return self._counts(self.query_y)

    def _counts(self, y: np.ndarray) -> np.ndarray:
        return np.array([len(y)]) if self.is_regression else np.bincount(y, minlength=len(self.class_names))

    def __repr__(self) -> str:
        kind = "regression" if self.is_regression else f"{self.n_way}-way"
        shots = "/".join(map(str, sorted(set(self.shots.tolist()))))
        return f"Episode({kind} {shots}-shot, {len(self.query_x)} queries, items {self.item_shape} from {self.support_items[0].dataset!r})"

    def to_dict(self) -> dict[str, Any]:
        """Return the episode as JSON-able values, with arrays as base64 of their little-endian bytes."""
        arrays = {}
        for name in _ARRAYS:
            a = getattr(self, name)
            little = np.ascontiguousarray(a, dtype=a.dtype.newbyteorder("<"))
            data = base64.b64encode(little.tobytes()).decode()
            arrays[name] = {"dtype": a.dtype.name, "shape": list(a.shape), "data": data}
        return {"format": "metawidgets.episode/1", **arrays, **self.plain_fields()}

    def plain_fields(self) -> dict[str, Any]:
        """Return the fields besides the arrays as JSON-able values."""
        return {
            "class_names": list(self.class_names),
            "support_items": [list(i) for i in self.support_items],
            "query_items": [list(i) for i in self.query_items],
            "seed": list(self.seed),
            "task": dict(self.task),
            **({"feature_names": list(self.feature_names)} if self.feature_names else {}),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make the episode from the result of `to_dict`.

        Raises:
            EpisodeError: if `to_dict` could not have made the dictionary.
        """
        if not isinstance(data, Mapping) or data.get("format") != "metawidgets.episode/1":
            raise EpisodeError("this is not a saved episode: its 'format' is not 'metawidgets.episode/1'.")
        arrays = {name: decoded(name, data.get(name)) for name in _ARRAYS}
        return cls(**arrays, **plain_fields(data))

    def save(self, path: str | Path) -> Path:
        """Write a safetensors file at exactly this path, or an `.npz` if the path ends so. Return the path."""
        plain = json.dumps({"format": "metawidgets.episode/1", **self.plain_fields()})
        return write_arrays(path, {name: getattr(self, name) for name in _ARRAYS}, plain)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what `save` wrote, in this version or an earlier one; nothing is unpickled.

        Raises:
            EpisodeError: if the file is missing, truncated or not an episode.
        """
        arrays, plain = read_arrays(path, EpisodeError)
        if plain.get("format") != "metawidgets.episode/1" or set(arrays) != set(_ARRAYS):
            raise EpisodeError(f"{path} is not a saved episode; give a file that Episode.save wrote.")
        return cls(**arrays, **plain_fields(plain))


@dataclass(frozen=True, eq=False)
class EpisodeBatch:
    """Several episodes of one shape, stacked, as the input of one meta-training step.

    `classes` has the index of each label's class within its pool, `(task, way)`. Only learners that pretrain on all classes
    at once (the transfer baselines) may use it. It is `None` if every task has new classes. An item whose content is in both
    support and query of a task gives a warning.
    """

    support_x: Shaped[np.ndarray, "task support *item"]
    support_y: Shaped[np.ndarray, "task support *target"]
    query_x: Shaped[np.ndarray, "task query *item"]
    query_y: Shaped[np.ndarray, "task query *target"]
    n_way: int | None
    classes: Int[np.ndarray, "task way"] | None = None

    def __post_init__(self) -> None:
        if tasks_with_shared_content(self.support_x, self.query_x):
            warnings.warn(
                "a batch of episodes has items with the same content in support and query, so a learner is asked what it was told; "
                "`episodes.check_disjoint` and a dataset's list of duplicates help to find them.",
                stacklevel=3,  # whoever made the batch
            )

    def __len__(self) -> int:
        return len(self.support_x)

    @classmethod
    def stack(cls, episodes: list[Episode]) -> Self:
        """Stack episodes of equal shapes.

        Raises:
            EpisodeError: if their shapes or numbers of classes differ.
        """
        shapes = {(e.support_x.shape, e.query_x.shape, e.support_y.shape, e.n_way) for e in episodes}
        if len(shapes) != 1:
            raise EpisodeError(
                f"episodes of {len(shapes)} different shapes cannot be stacked; draw them with one spec."
            )
        return cls(*(np.stack([getattr(e, name) for e in episodes]) for name in _ARRAYS), n_way=episodes[0].n_way)
