"""Edits of an episode by hand. Each edit returns a new episode and leaves the old one unchanged."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, Self

import numpy as np
from jaxtyping import Shaped

from metawidgets.episodes.arrays import ItemId, item_id
from metawidgets.errors import EpisodeError, did_you_mean

__all__ = ["EpisodeEdits", "TakenItems"]

_SIDES = ("support", "query")


class TakenItems(NamedTuple):
    """Items of a pool and their ids, as `ClassPool.take` returns them."""

    x: Shaped[np.ndarray, "n *item"]
    items: tuple[ItemId, ...]


class EpisodeEdits:
    """A base class of `Episode` with the methods that return an edited episode.

    Items are named by their ids, `str(ItemId)`. An edited episode keeps its `task` but loses its `seed`, because no seed reproduces it.
    """

    def with_support(self, y: Any, x: Any, items: Sequence[Any] | None = None, *, before: str | None = None) -> Self:
        """Return the episode with more support items.

        Args:
            y: one class name for all new items, or a class name or label for each; for regression, the targets.
            x: the items, or the result of `ClassPool.take`.
            items: their ids. By default the items are numbered, or have the ids from `ClassPool.take`.
            before: insert the items before the support item with this id; by default after the last one.

        Raises:
            EpisodeError: if the items do not fit the episode, or there is no such class or item.
        """
        return _with_items(self, "support", y, x, items, before)

    def with_query(self, y: Any, x: Any, items: Sequence[Any] | None = None, *, before: str | None = None) -> Self:
        """Return the episode with more query items; the arguments are the same as in `with_support`."""
        return _with_items(self, "query", y, x, items, before)

    def moved(self, *items: str, to: str, before: str | None = None) -> Self:
        """Return the episode with these items moved to the set `to`, before the item `before` or after the last one.

        Args:
            to: "support" or "query".

        Raises:
            EpisodeError: if an item is not in the episode, `to` is not a set, or no support item would be left.
        """
        if to not in _SIDES:
            raise EpisodeError(f"to={to!r} is not a set of an episode; {did_you_mean(to, _SIDES)}")
        named = [_entry(self, item) for item in items]
        moving = {entry.item for entry in named}
        sides = {side: [e for e in _entries(self, side) if e.item not in moving] for side in _SIDES}
        place = _place(sides[to], before, to)
        sides[to][place:place] = named
        return _rebuilt(self, sides)

    def without(self, *items: str) -> Self:
        """Return the episode without these items.

        Raises:
            EpisodeError: if an item is not in the episode, or no support item would be left.
        """
        gone = {_entry(self, item).item for item in items}
        return _rebuilt(self, {side: [e for e in _entries(self, side) if e.item not in gone] for side in _SIDES})

    def relabelled(self, classes: Mapping[str, str]) -> Self:
        """Return the episode with some items moved to other classes, given as {item id: class name}.

        Raises:
            EpisodeError: if an item or a class is not in the episode.
        """
        labels = {
            _entry(self, item).item: _label(self, name) for item, name in _pairs(classes, "{item id: class name}")
        }
        sides = {side: [e._replace(y=labels.get(e.item, e.y)) for e in _entries(self, side)] for side in _SIDES}
        return _rebuilt(self, sides)

    def renamed(self, names: Mapping[str, str]) -> Self:
        """Return the episode with some classes renamed, given as {old name: new name}.

        Raises:
            EpisodeError: if a class is not in the episode, or two classes would have the same name.
        """
        pairs = dict(_pairs(names, "{old name: new name}"))
        for name in pairs:
            _label(self, name)
        new = [pairs.get(name, name) for name in _names(self)]
        return _rebuilt(self, {side: _entries(self, side) for side in _SIDES}, _distinct(new))

    def with_classes(self, *names: str, before: str | None = None) -> Self:
        """Return the episode with more classes, which have no items yet, before the class `before` or after the last one.

        Raises:
            EpisodeError: if a class of that name exists, there is no class `before`, or the episode is a regression.
        """
        old = list(_names(self))
        if not old:
            raise EpisodeError("a regression episode has no classes; give an episode with class_names.")
        place = len(old) if before is None else _label(self, before)
        return _with_names(self, _distinct([*old[:place], *names, *old[place:]]))

    def without_classes(self, *names: str) -> Self:
        """Return the episode without these classes and their items.

        Raises:
            EpisodeError: if a class is not in the episode, or no class or support item would be left.
        """
        gone = {_label(self, name) for name in names}
        kept = [name for k, name in enumerate(_names(self)) if k not in gone]
        if not kept:
            raise EpisodeError("no class would be left; keep one.")
        return _with_names(self, kept)


class _Entry(NamedTuple):
    """One item of a support or query set: input, target and id."""

    x: Any
    y: Any
    item: Any


def _names(episode: Any) -> tuple[str, ...]:
    return episode.class_names


def _entries(episode: Any, side: str) -> list[_Entry]:
    arrays = (getattr(episode, f"{side}_{name}") for name in ("x", "y", "items"))
    return [_Entry(*values) for values in zip(*arrays, strict=True)]


def _entry(episode: Any, item: str) -> _Entry:
    every = [e for side in _SIDES for e in _entries(episode, side)]
    found = [e for e in every if str(e.item) == str(item)]
    if len(found) != 1:
        what = "no item" if not found else "more than one item"
        raise EpisodeError(f"the episode has {what} {item!r}; {did_you_mean(item, [str(e.item) for e in every])}")
    return found[0]


def _place(entries: Sequence[_Entry], before: str | None, side: str) -> int:
    if before is None:
        return len(entries)
    ids = [str(e.item) for e in entries]
    if before not in ids:
        raise EpisodeError(f"before={before!r} is not an item of the {side} set; {did_you_mean(before, ids)}")
    return ids.index(before)


def _label(episode: Any, name: Any) -> int:
    names = _names(episode)
    if name not in names:
        raise EpisodeError(f"the episode has no class {name!r}; {did_you_mean(name, names)}")
    return names.index(name)


def _pairs(given: Any, what: str) -> Iterable[tuple[Any, Any]]:
    if not isinstance(given, Mapping):
        raise EpisodeError(f"{given!r:.80} is not a mapping; give {what}.")
    return given.items()


def _distinct(names: list[str]) -> list[str]:
    for name in names:
        if names.count(name) > 1:
            raise EpisodeError(f"two classes would be called {name!r}; give each a name of its own.")
    return names


def _with_names(episode: Any, names: list[str]) -> Any:
    """Return the episode with exactly these classes; items of other classes are removed."""
    to = {k: names.index(name) for k, name in enumerate(_names(episode)) if name in names}
    sides = {side: [e._replace(y=to[int(e.y)]) for e in _entries(episode, side) if int(e.y) in to] for side in _SIDES}
    return _rebuilt(episode, sides, names)


def _with_items(episode: Any, side: str, y: Any, x: Any, items: Sequence[Any] | None, before: str | None) -> Any:
    if isinstance(x, TakenItems):
        x, items = x
    dtype = episode.support_x.dtype
    try:
        values = np.asarray(x)
    except ValueError:
        raise EpisodeError("the new items differ in shape; give one array of items of one shape.") from None
    if (
        values.shape[1:] != episode.item_shape
        or (dtype == np.uint8) != (values.dtype == np.uint8)
        or values.dtype.kind not in ("iu" if episode.is_tokens else "iuf")
    ):
        raise EpisodeError(
            f"the new items are {values.dtype} {values.shape[1:]}, but the episode's items are {dtype} "
            f"{episode.item_shape}; give items of that type and shape."
        )
    if items is None:
        taken = {str(e.item) for each in _SIDES for e in _entries(episode, each)}
        free = (name for name in (f"added/{side}/{i}" for i in range(len(taken) + len(values))) if name not in taken)
        items = [next(free) for _ in values]
    names = list(map(item_id, items if isinstance(items, Iterable) else [items]))
    labels = _targets(episode, y, len(values))
    if len(names) != len(values) or len(labels) != len(values):
        raise EpisodeError(
            f"{len(values)} new items have {len(labels)} entries in y and {len(names)} ids; give one for each."
        )
    sides = {each: _entries(episode, each) for each in _SIDES}
    place = _place(sides[side], before, side)
    added = zip(values.astype(dtype), labels, names, strict=True)
    sides[side][place:place] = [_Entry(*entry) for entry in added]
    return _rebuilt(episode, sides)


def _targets(episode: Any, y: Any, n: int) -> Any:
    """Return one label, or regression target, for each of n items."""
    if not _names(episode):
        try:
            return np.asarray(y, np.float32).reshape(-1, episode.output_dim)
        except (TypeError, ValueError):
            raise EpisodeError(
                f"y={y!r:.80} are not regression targets; give {episode.output_dim} numbers for each new item."
            ) from None
    each: Iterable[Any] = y if isinstance(y, Iterable) and not isinstance(y, str) else [y] * n
    labels = [_label(episode, k) if isinstance(k, str) else k for k in each]
    if wrong := [k for k in labels if isinstance(k, bool) or not isinstance(k, int | np.integer)]:
        raise EpisodeError(f"y holds {wrong[0]!r}; give the name of a class, or its number, for each new item.")
    return labels


def _rebuilt(episode: Any, sides: Mapping[str, Sequence[_Entry]], names: Sequence[str] | None = None) -> Any:
    """Return the episode with these sets, and these class names if given."""
    changed: dict[str, Any] = {}
    for side, entries in sides.items():
        like_x, like_y = (getattr(episode, f"{side}_{name}") for name in ("x", "y"))
        changed |= {
            f"{side}_x": np.stack([e.x for e in entries]) if entries else like_x[:0],
            f"{side}_y": np.array([e.y for e in entries], like_y.dtype) if entries else like_y[:0],
            f"{side}_items": tuple(e.item for e in entries),
        }
    return replace(episode, **changed, class_names=tuple(_names(episode) if names is None else names), seed=())
