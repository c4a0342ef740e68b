"""Sources of episodes: the protocol of a task source, and a pool of classes in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol, Self, runtime_checkable

import numpy as np
from jaxtyping import Int, Shaped

from metawidgets.episodes.arrays import ItemId, checked_features
from metawidgets.episodes.edits import TakenItems
from metawidgets.episodes.episode import Episode, EpisodeBatch, EpisodeSpec
from metawidgets.episodes.mapping import MappedItems
from metawidgets.episodes.own_items import OwnItems
from metawidgets.errors import EpisodeError, did_you_mean

__all__ = ["ClassPool", "TaskSource"]


@runtime_checkable
class TaskSource(Protocol):
    """A task distribution from which episodes can be drawn: a class pool or a function family."""

    @property
    def name(self) -> str: ...

    @property
    def is_regression(self) -> bool: ...

    def check(self, spec: EpisodeSpec) -> None:
        """Raise `EpisodeError` if no episode of that size can be drawn."""
        ...

    def draw(self, rng: np.random.Generator, spec: EpisodeSpec) -> Episode: ...

    def draw_batch(self, rng: np.random.Generator, spec: EpisodeSpec, size: int) -> EpisodeBatch: ...


@dataclass(frozen=True, eq=False, repr=False)
class ClassPool(OwnItems, MappedItems):
    """Classes whose items are in one array, sorted by class, so that one fancy index draws an episode.

    Args:
        name: the dataset's name, the first part of every item's id.
        items: uint8 images `(item, channel, height, width)` or float32 vectors `(item, dim)`, class 0 first.
        offsets: `(class + 1,)`; class `c` owns `items[offsets[c]:offsets[c + 1]]`.
        class_ids: one id per class.
        item_ids: one id per item, unique within its class; by default the item's number.
        origins: for each class, the id of the class that it was augmented from (by default its own id). Rotations of one
            character share an origin, and `check_disjoint` compares origins.
        groups: the group of each class (its alphabet); needed for `within_group`.
        within_group: draw all classes of an episode from one group.
        feature_names: one name per number of an item, copied to every episode; may be empty.

    Raises:
        EpisodeError: if these arguments do not fit together.
    """

    name: str
    items: Shaped[np.ndarray, "item *shape"]
    offsets: Int[np.ndarray, " bounds"]
    class_ids: tuple[str, ...]
    item_ids: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    within_group: bool = False
    is_regression: bool = False
    feature_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        n = len(self.class_ids)
        if len(self.offsets) != n + 1 or self.offsets[0] != 0 or self.offsets[-1] != len(self.items):
            raise EpisodeError(
                f"pool {self.name!r}: {n} classes and {len(self.items)} items do not fit offsets of length {len(self.offsets)}."
            )
        if len(set(self.class_ids)) != n:
            raise EpisodeError(f"pool {self.name!r} has two classes with the same id; rename one.")
        if self.within_group and len(self.groups) != n:
            raise EpisodeError(
                f"pool {self.name!r} has {len(self.groups)} groups for {n} classes, but within_group=True needs one each; turn it off."
            )
        if self.feature_names:
            object.__setattr__(self, "feature_names", checked_features(self.feature_names, self.items.shape[1:]))
        if not self.origins:
            object.__setattr__(self, "origins", self.class_ids)

    def __repr__(self) -> str:
        of = f"{self.items.dtype} {self.items.shape[1:]}"
        return f"ClassPool({self.name!r}, {len(self)} classes, {len(self.items)} items of {of})"

    def __len__(self) -> int:
        return len(self.class_ids)

    @cached_property
    def sizes(self) -> Int[np.ndarray, " class"]:
        """Number of items of each class."""
        return np.diff(self.offsets)

    def subset(self, classes: Sequence[int] | Sequence[str] | np.ndarray) -> Self:
        """Return a pool of only these classes, given by name or by number, in this order; the items are copied.

        Raises:
            EpisodeError: if there is no such class, or one is given twice.
        """
        if isinstance(classes, str):
            raise EpisodeError(f"{classes!r} is one text; give a list of names of classes.")
        if any(isinstance(c, str) for c in classes):
            place = {name: c for c, name in enumerate(self.class_ids)}
            if unknown := [c for c in classes if c not in place]:
                raise EpisodeError(
                    f"pool {self.name!r} has no class {unknown[0]!r}; "
                    f"{did_you_mean(unknown[0], place, lists='its class_ids')}"
                )
            classes = [place[c] for c in classes if isinstance(c, str)]
        classes = np.asarray(classes, dtype=np.int64)
        if wrong := [c for c in classes.tolist() if not 0 <= c < len(self)]:
            raise EpisodeError(
                f"pool {self.name!r} has classes 0 to {len(self) - 1}, not {wrong[0]}; give numbers of its classes."
            )
        rows = np.concatenate(
            [np.arange(int(self.offsets[c]), int(self.offsets[c + 1])) for c in classes] or [np.empty(0, np.int64)]
        )
        pick = lambda values: tuple(values[c] for c in classes) if values else ()  # noqa: E731
        return replace(
            self,
            items=self.items[rows],
            offsets=np.concatenate([[0], np.cumsum(self.sizes[classes])]),
            class_ids=pick(self.class_ids),
            item_ids=tuple(self.item_ids[r] for r in rows) if self.item_ids else (),
            origins=pick(self.origins),
            groups=pick(self.groups),
        )

    def item_id(self, row: int) -> ItemId:
        """Return the id of the item in one row of `items`."""
        return self.item_ids_of(np.array([row]))[0]

    def take(self, *items: str) -> TakenItems:
        """Return the items with these ids, for `Episode.with_support` or for an `Episode` of your own.

        Raises:
            EpisodeError: if the pool has no such item.
        """
        place = {str(name): row for row, name in enumerate(self._names)}  # by `str(ItemId)`
        if missing := [item for item in items if item not in place]:
            raise EpisodeError(f"this part of {self.name!r} has no item {missing[0]!r}; give ids of its own items.")
        rows = np.array([place[item] for item in items], np.int64)
        return TakenItems(self.items.take(rows, 0), self.item_ids_of(rows))

    @cached_property
    def _names(self) -> list[ItemId]:
        """The id of every item, made once, because thousands of episodes need them."""
        owners = np.repeat(np.arange(len(self)), self.sizes)
        numbers = np.arange(len(self.items)) - self.offsets[owners]
        names = self.item_ids or map(str, numbers.tolist())
        return [ItemId(self.name, self.class_ids[c], name) for c, name in zip(owners.tolist(), names, strict=True)]

    def item_ids_of(self, rows: Int[np.ndarray, " n"]) -> tuple[ItemId, ...]:
        """Return the ids of the items in these rows of `items`."""
        return tuple(map(self._names.__getitem__, rows.tolist()))

    def check(self, spec: EpisodeSpec, *, n_items: int | None = None) -> None:
        """Raise `EpisodeError` if the pool has too few classes or items for an episode of that size.

        Args:
            n_items: the items that are needed of each class; by default those of support and query together.
        """
        if spec.n_way is None:
            raise EpisodeError(f"{self.name!r} has classes, so an episode needs n_way; give n_way >= 2.")
        need, sizes = spec.k_shot + spec.n_query if n_items is None else n_items, self.sizes
        if spec.n_way > len(self):
            raise EpisodeError(
                f"n_way={spec.n_way}, but this part of {self.name!r} has {len(self)} classes; give n_way <= {len(self)}."
            )
        if len(sizes) and need > sizes.min():
            small = int(sizes.argmin())
            if n_items is not None:
                raise EpisodeError(
                    f"{spec} needs {need} items of a class of {self.name!r}, but class {self.class_ids[small]!r} has {sizes[small]}; "
                    "ask for fewer, or leave that class out."
                )
            raise EpisodeError(
                f"k_shot={spec.k_shot} and n_query={spec.n_query} need {need} items of a class, but class "
                f"{self.class_ids[small]!r} of {self.name!r} has {sizes[small]}; give k_shot + n_query <= {sizes[small]}."
            )
        if self.within_group and spec.n_way > max(map(len, self._members.values()), default=0):
            largest = max(self._members, key=lambda g: len(self._members[g]))
            raise EpisodeError(
                f"n_way={spec.n_way} within one group, but the largest group of {self.name!r}, {largest!r}, has "
                f"{len(self._members[largest])} classes; lower n_way or turn within_group off."
            )

    def draw(self, rng: np.random.Generator, spec: EpisodeSpec) -> Episode:
        classes, support, query = (a[0] for a in self._draw_rows(rng, spec, 1))
        (support_rows, support_y), (query_rows, query_y) = support, query
        return Episode(
            support_x=self.items.take(support_rows, 0),
            support_y=support_y,
            query_x=self.items.take(query_rows, 0),
            query_y=query_y,
            class_names=tuple(self.class_ids[c] for c in classes),
            support_items=self.item_ids_of(support_rows),
            query_items=self.item_ids_of(query_rows),
            feature_names=self.feature_names,
        )

    def draw_batch(self, rng: np.random.Generator, spec: EpisodeSpec, size: int) -> EpisodeBatch:
        classes, support, query = self._draw_rows(rng, spec, size)
        return EpisodeBatch(
            self.items.take(support[:, 0], 0),
            support[:, 1],
            self.items.take(query[:, 0], 0),
            query[:, 1],
            spec.n_way,
            classes,
        )

    def _draw_rows(
        self, rng: np.random.Generator, spec: EpisodeSpec, size: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Draw classes `(task, way)`, and for support and query the rows and labels `(task, 2, item)`.

        A label is the position of its class in a random order, so labels do not reveal class ids. Support items are
        shuffled, because some learners read them in order. Queries stay sorted by class, because no learner may use their order.
        """
        self.check(spec)
        way, k = spec.n_way or 0, spec.k_shot
        classes = self.draw_classes(rng, way, size)  # (task, way)
        both = self.rows_of(rng, classes, k + spec.n_query)
        support, query = both[..., :k].reshape(size, 2, -1), both[..., k:].reshape(size, 2, -1)
        order = rng.random((size, way * k)).argsort(-1)
        return classes, np.take_along_axis(support, order[:, None], -1), query

    def rows_of(
        self, rng: np.random.Generator, classes: Int[np.ndarray, "task way"], n: int
    ) -> Int[np.ndarray, "task 2 way n"]:
        """Draw `n` different items of each class. Return their rows, and the positions of their classes as labels."""
        sizes = self.sizes[classes]
        keys = rng.random((*classes.shape, int(sizes.max())))
        keys[np.arange(keys.shape[2]) >= sizes[..., None]] = 2.0  # smaller classes lack these items; sort them last
        rows = self.offsets[classes][..., None] + keys.argsort(-1)[..., :n]
        labels = np.broadcast_to(np.arange(classes.shape[1])[:, None], rows.shape)
        return np.stack([rows, labels], 1)

    def draw_classes(self, rng: np.random.Generator, way: int, size: int) -> Int[np.ndarray, "task way"]:
        """Draw `way` different classes for each of `size` tasks."""
        if self.within_group:
            large = [m for m in self._members.values() if len(m) >= way]
            chosen = [large[g] for g in rng.integers(len(large), size=size)]
            return np.stack([rng.permutation(members)[:way] for members in chosen])
        if len(self) < 4 * way:
            return rng.random((size, len(self))).argsort(-1)[:, :way]
        classes = rng.integers(len(self), size=(size, way))  # a large pool rarely repeats a class; redraw rows that do
        while True:
            ordered = np.sort(classes, -1)
            again = np.flatnonzero((ordered[:, 1:] == ordered[:, :-1]).any(-1))
            if not len(again):
                return classes
            classes[again] = rng.integers(len(self), size=(len(again), way))

    @cached_property
    def _members(self) -> dict[str, list[int]]:
        members: dict[str, list[int]] = {}
        for c, group in enumerate(self.groups):
            members.setdefault(group, []).append(c)
        return members
