"""An episode: support and query, drawn from one task, as frozen numpy arrays that know where every item came from."""

import base64
import json
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, Self

import numpy as np
from jaxtyping import Int, Shaped

from metawidgets.episode_arrays import check_names, check_unique, checked_x, checked_y, frozen
from metawidgets.errors import EpisodeError
from metawidgets.npz import read_npz, write_npz
from metawidgets.plain_json import check_depth

__all__ = ["Episode", "EpisodeBatch", "EpisodeSpec", "ItemId"]

_ARRAYS = ("support_x", "support_y", "query_x", "query_y")
_DTYPES = ("uint8", "int64", "float32", "float64")  # what a saved array may hold


class ItemId(NamedTuple):
    """Where an item came from; `str()` of it is the stable id by which components link."""

    dataset: str
    class_id: str
    item: str

    def __str__(self) -> str:
        return f"{self.dataset}/{self.class_id}/{self.item}"


@dataclass(frozen=True)
class EpisodeSpec:
    """How large an episode to draw.

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
            raise EpisodeError("n_way=1 leaves nothing to tell apart; give n_way >= 2, or None for regression.")


@dataclass(frozen=True, eq=False)
class Episode:
    """Support and query sets of one task.

    Args:
        support_x: `(support, *item)`; images are uint8 `(item, channel, height, width)`, one channel being an ink map
            (0 paper, 255 ink); everything else is float32 `(item, dim)`.
        support_y: labels int64 `(support,)` in `[0, n_way)`, or regression targets float32 `(support, target)`.
        query_x, query_y: the same for the query set.
        class_names: one name per label; empty for regression. Shots may differ between classes, and a class may have no
            support at all (people build episodes by hand), but the support set as a whole may not be empty.
        support_items, query_items: provenance of every item.
        seed: the integers that drew it, `()` if it was built by hand.
        task: JSON-able parameters of the task that was drawn (`{"amplitude": 1.3, "phase": 0.2}`).

    Raises:
        EpisodeError: if shapes, types, labels or numbers are off, or one item stands in the episode twice.
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

    def __post_init__(self) -> None:
        put = partial(object.__setattr__, self)  # the only way into a frozen class
        put("class_names", tuple(map(str, self.class_names)))
        check_names(self.class_names)
        try:
            put("seed", tuple(map(int, self.seed)))
        except (TypeError, ValueError, OverflowError):
            raise EpisodeError(
                f"seed={self.seed!r} is no tuple of whole numbers; give those that drew it, or ()."
            ) from None
        put("task", MappingProxyType(dict(self.task)))
        for side in ("support", "query"):
            x, y = np.asarray(getattr(self, f"{side}_x")), np.asarray(getattr(self, f"{side}_y"))
            put(f"{side}_x", frozen(checked_x(side, x)))
            put(f"{side}_y", frozen(checked_y(side, y, len(x), self.class_names)))
            given = getattr(self, f"{side}_items") or [ItemId("unnamed", side, str(i)) for i in range(len(x))]
            plain = type(given) is tuple and set(map(type, given)) == {ItemId}
            items = given if plain else tuple([ItemId(*map(str, i)) for i in given])
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
                f"{self.query_x.dtype} {self.query_x.shape[1:]}; both must be alike."
            )
        check_unique(self.support_items, self.query_items)

    def drawn_by(self, *seed: int) -> Self:
        """The same episode with the integers that drew it; it was checked, and is not checked again."""
        same = copy(self)
        object.__setattr__(same, "seed", seed)
        return same

    @property
    def is_regression(self) -> bool:
        return not self.class_names

    @property
    def is_image(self) -> bool:
        return self.support_x.ndim == 4

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
        """Support items of each class; for regression one entry, all of them."""
        return self._counts(self.support_y)

    @property
    def queries(self) -> Int[np.ndarray, " way"]:
        """Query items of each class (regression: one entry, all of them)."""
        return self._counts(self.query_y)

    def _counts(self, y: np.ndarray) -> np.ndarray:
        return np.array([len(y)]) if self.is_regression else np.bincount(y, minlength=len(self.class_names))

    def __repr__(self) -> str:
        kind = "regression" if self.is_regression else f"{self.n_way}-way"
        shots = "/".join(map(str, sorted(set(self.shots.tolist()))))
        return f"Episode({kind} {shots}-shot, {len(self.query_x)} queries, items {self.item_shape} from {self.support_items[0].dataset!r})"

    def to_dict(self) -> dict[str, Any]:
        """All of it as JSON-able values; arrays as base64 of their little-endian bytes."""
        arrays = {}
        for name in _ARRAYS:
            a = getattr(self, name)
            little = np.ascontiguousarray(a, dtype=a.dtype.newbyteorder("<"))
            data = base64.b64encode(little.tobytes()).decode()
            arrays[name] = {"dtype": a.dtype.name, "shape": list(a.shape), "data": data}
        return {"format": "metawidgets.episode/1", **arrays, **self._plain()}

    def _plain(self) -> dict[str, Any]:
        return {
            "class_names": list(self.class_names),
            "support_items": [list(i) for i in self.support_items],
            "query_items": [list(i) for i in self.query_items],
            "seed": list(self.seed),
            "task": dict(self.task),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`.

        Raises:
            EpisodeError: if the dictionary is not one that `to_dict` could have made.
        """
        if not isinstance(data, Mapping) or data.get("format") != "metawidgets.episode/1":
            raise EpisodeError("this is no saved episode: its 'format' is not 'metawidgets.episode/1'.")
        arrays = {name: _decoded(name, data.get(name)) for name in _ARRAYS}
        return cls(**arrays, **_plain_fields(data))

    def save(self, path: str | Path) -> Path:
        """Write an `.npz`, beside and renamed. Returns its path."""
        plain = json.dumps({"format": "metawidgets.episode/1", **self._plain()})
        return write_npz(path, {name: getattr(self, name) for name in _ARRAYS}, plain)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what `save` wrote; nothing is unpickled.

        Raises:
            EpisodeError: if the file is missing, truncated or no episode.
        """
        arrays, plain = read_npz(path, EpisodeError)
        if plain.get("format") != "metawidgets.episode/1" or set(arrays) != set(_ARRAYS):
            raise EpisodeError(f"{path} is no saved episode; give a file that Episode.save wrote.")
        return cls(**arrays, **_plain_fields(plain))


@dataclass(frozen=True, eq=False)
class EpisodeBatch:
    """Several episodes of one shape, stacked: what a meta-training step takes.

    `classes` numbers each label's class within its pool, `(task, way)`; only learners that pretrain on all classes at once
    (the transfer baselines) may look at it. `None` where tasks have no lasting classes.
    """

    support_x: Shaped[np.ndarray, "task support *item"]
    support_y: Shaped[np.ndarray, "task support *target"]
    query_x: Shaped[np.ndarray, "task query *item"]
    query_y: Shaped[np.ndarray, "task query *target"]
    n_way: int | None
    classes: Int[np.ndarray, "task way"] | None = None

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


def _decoded(name: str, entry: Any) -> np.ndarray:
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


def _plain_fields(data: Mapping[str, Any]) -> dict[str, Any]:
    try:
        for key, kind in _PLAIN.items():
            if not isinstance(data[key], kind):
                raise ValueError(f"{key!r}: it is of type {type(data[key]).__name__}")
        items = {k: tuple(_item_id(i) for i in data[k]) for k in ("support_items", "query_items")}
        names, seed = tuple(data["class_names"]), tuple(data["seed"])
        if not all(isinstance(name, str) for name in names) or not all(type(n) is int for n in seed):
            raise ValueError("class_names or seed: names are texts, a seed is of whole numbers")
        check_names([part for side in items.values() for item in side for part in item])
        check_depth(data["task"])
    except (KeyError, TypeError, ValueError) as error:
        raise EpisodeError(f"the saved episode lacks or garbles {error}; save it again.") from None
    return {**items, "class_names": names, "seed": seed, "task": dict(data["task"])}


_PLAIN = {"support_items": list, "query_items": list, "class_names": list, "seed": list, "task": dict}


def _item_id(entry: Any) -> ItemId:
    if not isinstance(entry, list | tuple) or len(entry) != 3 or not all(isinstance(part, str) for part in entry):
        raise ValueError(f"the item {entry!r}: it is not dataset, class and item")
    return ItemId(*entry)
