"""Class pools of your own items: arrays, tensors, datasets of pairs, and records, checked and brought into a pool's form."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, Self

import numpy as np
from jaxtyping import Int

from metawidgets.episodes.own_arrays import Kind, own_items
from metawidgets.errors import EpisodeError, did_you_mean

__all__ = ["OwnItems"]

Names = Sequence[str] | Mapping[Any, str]


class OwnItems:
    """The constructors of `ClassPool` from your own items."""

    @classmethod
    def of(
        cls,
        X: Any,
        y: Any,
        *,
        names: Names | None = None,
        name: str = "own",
        kind: Kind | None = None,
        pixel_range: tuple[float, float] | None = None,
        channels: Literal["first", "last"] | None = None,
        item_ids: Sequence[Any] = (),
        feature_names: Sequence[str] = (),
    ) -> Self:
        """Make a pool from items and their labels, in arrays, nested lists or tensors. The arrays are copied.

        Args:
            X: images `(item, height, width)` or with channels, vectors `(item, dim)`, series `(item, time, channel)`, or token ids
                `(item, length)`. A pool holds a series as one vector, time step by time step: a network begins with
                `nn.Unflatten(1, (time, channel))`. Token ids stay integers everywhere: a network begins with
                `nn.Embedding`.
            y: one label per item: whole numbers or texts.
            names: the name of each label, as a mapping, or as a sequence for labels 0, 1, and so on. By default the label.
            name: the dataset's name, the first part of every item's id.
            kind: what the items are. By default four axes are images, three are images if they are uint8 or `pixel_range` is given
                and else series, and two are vectors. Token ids must be said.
            pixel_range: the numbers that mean black and white, such as `(0, 1)`. bool, uint8 and uint16 need none.
            channels: where images have their channels, needed if the shape leaves it open.
            item_ids: one id per item, unique within its class; by default its number in `X`.
            feature_names: one name per number of a vector.

        Raises:
            EpisodeError: if the items are of no such shape or type, a value is out of range or not finite, the labels do not fit
                the items, or there are fewer than two classes.

        >>> from metawidgets.episodes import ClassPool
        >>> ClassPool.of([[1.0, 2.0], [1.5, 2.0], [8.0, 9.0], [8.5, 9.0]], ["cat", "cat", "dog", "dog"])
        ClassPool('own', 2 classes, 4 items of float32 (2,))
        """
        found = _as_array("X", X)
        labels = _labels(y, len(found))
        items = own_items(found, kind, pixel_range, channels)
        owners, class_ids = _classes(labels, names)
        if len(item_ids) not in (0, len(items)):
            raise EpisodeError(
                f"item_ids has {len(item_ids)} entries for {len(items)} items; give one for each, or none."
            )
        ids = [str(each) for each in (item_ids if len(item_ids) else range(len(items)))]
        if len(set(zip(owners.tolist(), ids, strict=True))) < len(ids):
            twice = next(i for i in ids if ids.count(i) > 1)
            raise EpisodeError(f"item_ids has {twice!r} twice in one class; give each item of a class its own id.")
        order = owners.argsort(kind="stable")
        make: Any = cls  # a data class, whose fields this class does not know
        return make(
            name=name,
            items=items[order],
            offsets=np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=len(class_ids)))]),
            class_ids=class_ids,
            item_ids=tuple(ids[i] for i in order),
            feature_names=tuple(feature_names),
        )

    @classmethod
    def from_dataset(cls, dataset: Any, *, names: Names | None = None, **options: Any) -> Self:
        """Make a pool from a dataset of torch, or anything with a length and an index that gives `(item, label)`.

        Args:
            dataset: its items are tensors, arrays or pictures of Pillow, all of one shape.
            names: as in `of`; by default the dataset's `classes`, if it has any.
            options: further arguments of `of`, such as `pixel_range=(0, 1)` after `ToTensor()`.

        Raises:
            EpisodeError: as `of`, and if the dataset has no length, or an entry is not a pair.
        """
        if not hasattr(dataset, "__len__") or not hasattr(dataset, "__getitem__"):
            raise EpisodeError(
                f"{type(dataset).__name__} has no length or no index, so its items cannot be listed; give list(dataset)."
            )
        if not len(dataset):
            raise EpisodeError(_NOTHING)
        items, labels = [], []
        for i in range(len(dataset)):
            pair = dataset[i]
            if not isinstance(pair, Sequence) or isinstance(pair, str) or len(pair) != 2:
                raise EpisodeError(
                    f"entry {i} of the dataset is {type(pair).__name__}, not a pair; give a dataset of (item, label)."
                )
            items.append(_as_array(f"item {i}", pair[0]))
            labels.append(_plain(pair[1]))
        return cls.of(
            _stacked(items), labels, names=getattr(dataset, "classes", None) if names is None else names, **options
        )

    @classmethod
    def from_records(
        cls, records: Any, *, item: str | Sequence[str], label: str, item_id: str | None = None, **options: Any
    ) -> Self:
        """Make a pool from a list of dictionaries, a data frame, or a mapping from names to columns.

        Args:
            records: one entry, or row, per item.
            item: the field that holds the item as an array, or a list of fields that hold a number each.
            label: the field of the class.
            item_id: the field of the item's id; by default its number.
            options: further arguments of `of`.

        Raises:
            EpisodeError: as `of`, and if a record lacks a field.
        """
        several = not isinstance(item, str)
        fields = list(item) if not isinstance(item, str) else [item]
        columns = _columns(records, [*fields, label, *([item_id] if item_id else [])])
        if not len(columns[label]):
            raise EpisodeError(_NOTHING)
        if several:
            found = np.stack([_numbers(name, columns[name]) for name in fields], 1)
            options = {"feature_names": fields, **options}
        else:
            found = _stacked([_as_array(f"{fields[0]!r} of record {i}", x) for i, x in enumerate(columns[fields[0]])])
        return cls.of(found, columns[label], item_ids=columns[item_id] if item_id else (), **options)


_NOTHING = "there are no items; give at least two, of two classes."


def _plain(value: Any) -> Any:
    """Return a tensor as an array, without importing torch, and anything else unchanged."""
    if hasattr(value, "detach") and hasattr(value, "cpu"):
        value = value.detach().cpu()
        return (value.float() if str(value.dtype) == "torch.bfloat16" else value).numpy()  # numpy has no bfloat16
    return value


def _as_array(what: str, value: Any) -> np.ndarray:
    try:
        found = np.asarray(_plain(value))
    except ValueError:
        raise EpisodeError(f"the entries of {what} differ in shape; pad, cut or resize them to one shape.") from None
    if found.dtype.kind not in "biuf":
        raise EpisodeError(
            f"{what} is {found.dtype} {found.shape}, not numbers; turn it into an array of numbers first."
        )
    return found


def _stacked(items: Sequence[np.ndarray]) -> np.ndarray:
    for i, x in enumerate(items):
        if x.shape != items[0].shape:
            raise EpisodeError(
                f"item {i} has shape {x.shape}, but item 0 has {items[0].shape}; pad, cut or resize items to one shape."
            )
        if x.dtype != items[0].dtype and {x.dtype.kind, items[0].dtype.kind} != {"f"}:
            raise EpisodeError(f"item {i} is {x.dtype}, but item 0 is {items[0].dtype}; convert items to one type.")
    return np.stack(items)


def _labels(given: Any, n: int) -> list[Any]:
    y = np.asarray(_plain(given), dtype=None if hasattr(given, "dtype") else object)
    if y.ndim != 1:
        raise EpisodeError(f"y has shape {y.shape}; give one label per item (for one-hot rows, y.argmax(1)).")
    if len(y) != n:
        raise EpisodeError(f"y has {len(y)} labels for {n} items of X; give one for each.")
    labels = [
        each.item() if isinstance(each, np.generic | np.ndarray) and np.ndim(each) == 0 else each for each in y.tolist()
    ]
    for i, each in enumerate(labels):
        if isinstance(each, float) and each.is_integer():
            labels[i] = int(each)
        elif (isinstance(each, float) and math.isnan(each)) or not isinstance(each, int | str):
            raise EpisodeError(
                f"y[{i}] is {each!r}; a label is a whole number or a text. Name that class, or drop the item."
            )
    return labels


def _classes(labels: list[Any], names: Names | None) -> tuple[Int[np.ndarray, " item"], tuple[str, ...]]:
    """Return the number of each item's class, and the names of the classes in the order of the labels."""
    numbers = all(isinstance(each, int) for each in labels)
    present = sorted(set(labels)) if numbers else sorted(set(labels), key=str)
    if len(present) < 2:
        raise EpisodeError(f"y has {len(present)} class, and an episode needs two; give items of further classes.")
    if isinstance(names, str):
        raise EpisodeError(f"names={names!r} is one text; give a list of names, or a mapping from labels to names.")
    known = names if names is None or isinstance(names, Mapping) else dict(enumerate(names))
    if known is not None and (lacking := [each for each in present if each not in known]):
        raise EpisodeError(
            f"label {lacking[0]!r} has no name; the labels with one are {', '.join(map(repr, list(known)[:5])) or 'none'}"
            f"{' and more' if len(known) > 5 else ''}; name every label."
        )
    class_ids = tuple(str(each if known is None else known[each]) for each in present)
    if twice := [each for each in class_ids if class_ids.count(each) > 1]:
        raise EpisodeError(f"two labels are named {twice[0]!r}; give each its own name, or equal labels.")
    place = {each: c for c, each in enumerate(present)}
    return np.array([place[each] for each in labels], np.int64), class_ids


def _columns(records: Any, fields: Sequence[str]) -> dict[str, list[Any]]:
    """Return these fields of records, of a data frame, or of a mapping from names to columns."""
    if hasattr(records, "columns") or isinstance(records, Mapping):
        known = list(getattr(records, "columns", records))
        for name in fields:
            if name not in known:
                raise EpisodeError(f"there is no column {name!r}; {did_you_mean(name, list(map(str, known)))}")
        return {name: list(records[name]) for name in fields}
    if not isinstance(records, Iterable):
        raise EpisodeError(f"records is {type(records).__name__}; give a list of dictionaries or a data frame.")
    out: dict[str, list[Any]] = {name: [] for name in fields}
    for i, record in enumerate(records):
        if not isinstance(record, Mapping):
            raise EpisodeError(f"record {i} is {type(record).__name__}, not a dictionary; give a list of dictionaries.")
        for name in fields:
            if name not in record:
                raise EpisodeError(f"record {i} has no field {name!r}; {did_you_mean(name, list(map(str, record)))}")
            out[name].append(record[name])
    return out


def _numbers(name: str, column: Sequence[Any]) -> np.ndarray:
    for i, value in enumerate(column):
        try:
            float(value)
        except (TypeError, ValueError):
            raise EpisodeError(
                f"{name!r} of record {i} is {value!r}, not a number; fix it, or drop the record."
            ) from None
    return np.array([float(value) for value in column])
