"""Checks of an episode's arrays: shapes, dtypes, labels in range, finite numbers, no duplicate items."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Shaped

from metawidgets.errors import EpisodeError

__all__ = [
    "ItemId",
    "check_names",
    "check_unique",
    "checked_features",
    "checked_x",
    "checked_y",
    "frozen",
    "item_id",
    "rows",
    "shared_content",
    "tasks_with_shared_content",
    "whole",
]


class ItemId(NamedTuple):
    """The origin of an item. Its `str()` is the stable id that links components."""

    dataset: str
    class_id: str
    item: str

    def __str__(self) -> str:
        return f"{self.dataset}/{self.class_id}/{self.item}"


def item_id(given: str | Sequence[object]) -> ItemId:
    """Return the id for "dataset/class/item" or for its three parts."""
    parts = given.split("/") if isinstance(given, str) else given
    parts = [str(part) for part in parts] if isinstance(parts, Iterable) else []
    if len(parts) != 3:
        raise EpisodeError(
            f"{given!r} is not the id of an item; give dataset, class and item, as three strings or as 'dataset/class/item'."
        )
    return ItemId(*parts)


def whole(name: str, value: object, low: int = 0) -> int:
    """Return a whole number as an `int`.

    Raises:
        EpisodeError: if `value` is not a whole number, or is below `low`.
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < low:
        raise EpisodeError(f"{name}={value!r} is not a whole number >= {low}; give one, such as {low}.")
    return int(value)


def shared_content(
    support_x: Shaped[np.ndarray, "support *item"], query_x: Shaped[np.ndarray, "query *item"]
) -> list[tuple[int, int]]:
    """Return the pairs (row of the support set, row of the query set) of items with equal numbers."""
    if not len(support_x) or not len(query_x):
        return []
    few = max(1, support_x[:1].size // 64)  # numbers to skip: most items differ in a few of them already
    flat = support_x.reshape(len(support_x), -1), query_x.reshape(len(query_x), -1)
    begun, asked = ([row.tobytes() for row in np.ascontiguousarray(x[:, ::few])] for x in flat)
    if not set(begun) & set(asked):
        return []
    place = {row.tobytes(): i for i, row in reversed(list(enumerate(flat[0])))}
    return [(place[row.tobytes()], j) for j, row in enumerate(flat[1]) if row.tobytes() in place]


def tasks_with_shared_content(
    support_x: Shaped[np.ndarray, "task support *item"], query_x: Shaped[np.ndarray, "task query *item"]
) -> list[int]:
    """Return the tasks of a stack in which a support item and a query item have equal numbers."""
    size = int(np.prod(support_x.shape[2:]))
    if (
        not support_x.size
        or not query_x.size
        or support_x.dtype != query_x.dtype
        or support_x.shape[2:] != query_x.shape[2:]
    ):
        return []
    few = max(1, size // 64)
    # One number for each item, so that thousands of items are compared at once; then only the tasks with equal numbers are read.
    parts = [
        np.ascontiguousarray(x.reshape(*x.shape[:2], size)[..., ::few]).view(np.uint8) for x in (support_x, query_x)
    ]
    weights = np.random.default_rng(0).integers(2**63, size=parts[0].shape[-1], dtype=np.uint64)
    support, query = ((part * weights).sum(-1) for part in parts)
    near = np.flatnonzero((support[:, :, None] == query[:, None]).any((1, 2)))
    return [int(t) for t in near if shared_content(support_x[t], query_x[t])]


def frozen(a: np.ndarray) -> np.ndarray:
    """Return the array as contiguous and read-only, copied if the caller could still write to it."""
    a = np.ascontiguousarray(a)
    a = a.copy() if a.flags.writeable or a.base is not None else a  # a copy, so that the caller's array stays writable
    a.setflags(write=False)
    return a


def rows(name: str, given: object) -> Shaped[np.ndarray, "n *item"]:
    """Return what was given as an array with at least one axis.

    Raises:
        EpisodeError: if it is a single value, or a list whose entries differ in length.
    """
    try:
        found = np.asarray(given)
    except ValueError:
        raise EpisodeError(
            f"the entries of {name} differ in shape, but an array needs equal ones; pad or cut them."
        ) from None
    if found.ndim == 0:
        raise EpisodeError(f"{name} is {given!r:.60}, a single value; give one entry for each item.")
    return found


def checked_x(side: str, x: np.ndarray) -> Shaped[np.ndarray, "n *item"]:
    """Return the items as uint8 images, int32 token ids or float32 vectors.

    Raises:
        EpisodeError: if `x` holds neither images nor vectors, is empty, or has a number that is not finite.
    """
    if 0 in x.shape[1:]:
        raise EpisodeError(f"{side}_x is {x.dtype} {x.shape}: its items are empty; give items of at least one number.")
    if x.ndim == 4 and x.dtype == np.uint8 and x.shape[1] in (1, 3):
        return x
    if x.ndim == 4:
        raise EpisodeError(
            f"{side}_x holds images of {x.dtype} {x.shape[1:]}; images are uint8 (channel, height, width) with 1 or 3 channels."
        )
    if x.ndim != 2 or x.dtype.kind not in "fiu":
        raise EpisodeError(
            f"{side}_x is {x.dtype} {x.shape}; give uint8 images (item, channel, height, width) or numbers (item, dim)."
        )
    return x if x.dtype == np.int32 else _finite(f"{side}_x", x)


def checked_y(side: str, y: np.ndarray, n: int, class_names: tuple[str, ...]) -> Shaped[np.ndarray, "n *target"]:
    """Return the labels as int64, or the regression targets as float32.

    Raises:
        EpisodeError: if their number, shape or dtype is wrong, a label is out of range, or a target is not finite.
    """
    if len(y) != n:
        raise EpisodeError(f"{side}_y has {len(y)} entries for {n} items of {side}_x; give one for each.")
    if not class_names:
        if y.ndim != 2 or y.dtype.kind not in "fiu":
            raise EpisodeError(
                f"{side}_y is {y.dtype} {y.shape}; without class_names it must hold regression targets (item, target). "
                "For classification give class_names."
            )
        if not y.shape[1]:
            raise EpisodeError(
                f"{side}_y is {y.dtype} {y.shape}: its targets are empty; give at least one number each."
            )
        return _finite(f"{side}_y", y)
    if y.ndim != 1 or (n and y.dtype.kind not in "iu"):
        raise EpisodeError(
            f"{side}_y is {y.dtype} {y.shape}; with class_names it must hold whole-number labels (item,)."
        )
    bad = np.flatnonzero((y < 0) | (y >= len(class_names)))
    if len(bad):
        raise EpisodeError(
            f"{side}_y[{bad[0]}] is {y[bad[0]]}, but {len(class_names)} class names allow labels 0 to {len(class_names) - 1}."
        )
    return y.astype(np.int64)


def checked_features(names: Sequence[str], item_shape: tuple[int, ...]) -> tuple[str, ...]:
    """Return the names of the features, one for each number of an item.

    Raises:
        EpisodeError: if the items are images, or the number of names is wrong.
    """
    names = tuple(map(str, names))
    check_names(names)
    if len(item_shape) != 1:
        raise EpisodeError(f"feature_names={names!r}, but images have no features to name; leave them out.")
    if len(names) != item_shape[0]:
        raise EpisodeError(
            f"feature_names has {len(names)} entries for items of {item_shape[0]} numbers; give one for each, or none."
        )
    return names


def _finite(name: str, given: Shaped[np.ndarray, "n dim"]) -> Float[np.ndarray, "n dim"]:
    with np.errstate(over="ignore"):  # a number too large for float32 becomes infinite and is refused below
        a = given.astype(np.float32)
    bad = np.argwhere(~np.isfinite(a))
    if len(bad):
        i, j = map(int, bad[0])
        raise EpisodeError(
            f"{name}[{i}, {j}] is {given[i, j]}; every number must be finite in float32. Remove or fix that item."
        )
    return a


def check_names(names: Sequence[str]) -> None:
    """Refuse names with a lone surrogate, which no page or file can store."""
    for name in names:
        try:
            name.encode()
        except UnicodeEncodeError:
            raise EpisodeError(
                f"the name {name!r} has half of a character (a lone surrogate), which no file can store; fix it."
            ) from None


def check_unique(support: Sequence[tuple[str, str, str]], query: Sequence[tuple[str, str, str]]) -> None:
    """Refuse an item that occurs twice, in one set or in both."""
    both = set(support) & set(query)
    if both:
        raise EpisodeError(
            f"item '{'/'.join(min(both))}' is in both support and query; the learner would see a query before the test. Remove one."
        )
    for side, items in (("support", support), ("query", query)):
        if len(set(items)) != len(items):
            twice = min(i for i, n in Counter(items).items() if n > 1)
            raise EpisodeError(f"item '{'/'.join(twice)}' is in the {side} set twice; remove one.")
