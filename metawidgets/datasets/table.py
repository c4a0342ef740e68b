"""A dataset of your own measurements: rows of numbers, each with a class, from a CSV file or a data frame."""

import csv
import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, ClassVar, Literal, Self

import numpy as np

from metawidgets.datasets._columns import Columns, given, numbers, read_columns, words
from metawidgets.datasets._own_classes import LeftOut, Small, part_of, parts, pooled
from metawidgets.datasets.base import Dataset, Split, option
from metawidgets.episodes import ClassPool, TaskSource
from metawidgets.errors import DatasetError, did_you_mean

__all__ = ["Table"]

_LARGEST = float(np.finfo(np.float32).max)
_LOG = logging.getLogger("metawidgets")


@dataclass(frozen=True, kw_only=True)
class Table(Dataset):
    """Rows of a table as items: float32 vectors of the feature columns. With two features, the items are points in the plane.

        Table.of(frame, label="species")                 # a data frame, or a mapping from names to columns
        load("table", path="iris.csv", label="species")  # a CSV file with a header

    Rows that lack a number or a label, hold an infinite number, or have too many or too few cells are left out and listed
    in `unreadable`. The result is cached until the file changes.

    Classes are split at random, with `split_seed`: `test_share` and `validation_share` of the classes are held out, at least two
    each, and the others are for training. If there are too few classes, use `source("all")`, or a share of 0. All parts are
    standardised by the mean and standard deviation of the training classes' rows, so that held-out classes do not affect training.
    If there are too few classes for a split, use `standardise="all"` or `"none"`.

    Raises:
        DatasetError: if an option is not valid. From `source`, `unreadable` and `feature_names`: if the file is missing or not
            a table, a column is unknown or not numeric, a class is too small, or there are too few classes.
    """

    name: ClassVar[str] = "table"
    kind: ClassVar[Literal["point"]] = "point"
    summary: ClassVar[str] = "your own measurements: path= a CSV file, label= its classes"

    path: str | None = option(None, "a CSV file with a header, in UTF-8")
    label: str | None = option(None, "the column that holds the class of each row")
    features: str | None = option(None, "columns of numbers, separated by commas; None: all numeric columns")
    standardise: Literal["train", "all", "none"] = option(
        "train", "scale features to mean 0 and deviation 1 over training rows, over all rows, or not at all"
    )
    validation_share: float = option(0.15, "fraction of the classes for validation; 0: none", 0.0, 0.9)
    test_share: float = option(0.25, "fraction of the classes for testing; 0: none", 0.0, 0.9)
    split_seed: int = option(0, "seed of the random split of the classes", 0, 2**32 - 1)
    min_items: int = option(2, "smallest number of rows of a class", 2, 100_000)
    small: Literal["refuse", "skip"] = option("refuse", "whether to refuse or skip a class with fewer rows")
    max_rows: int = option(100_000, "largest number of rows; a longer table is refused", 1, 10_000_000)

    @classmethod
    def of(cls, table: Any, *, label: str, features: Sequence[str] | None = None, **options: Any) -> Self:
        """Make a dataset from a table in memory. The table is copied, and the copy is kept until Python ends.

        Args:
            table: a data frame, or a mapping from column names to sequences of equal length.
            label, features: names of columns.
            options: further options of the dataset.

        Raises:
            DatasetError: if `table` is not a table, or an option is not valid.
        """
        text = None
        if features is not None:
            out = io.StringIO()
            csv.writer(out, lineterminator="").writerow([features] if isinstance(features, str) else features)
            text = out.getvalue()
        return cls.from_options({"path": given(table), "label": label, "features": text, **options})

    @property
    def unreadable(self) -> tuple[LeftOut, ...]:
        """The rows (numbered from 1, without the header) and classes that were left out, each with the reason."""
        return self._read().left_out

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The names of the columns that make up an item, in order."""
        return self._read().pool.feature_names

    def _source(self, split: Split) -> TaskSource:
        shares = (self.validation_share, self.test_share, self.split_seed)
        return part_of(_scaled(self._read(), self.standardise, *shares), split, *shares)

    def _read(self) -> "_Rows":
        if self.path is None:
            self._refuse("path is missing; give path= a CSV file, or use Table.of with a data frame.")
        columns = read_columns(self.path, self.max_rows)
        if self.label is None:
            self._refuse(
                f"label is missing; give label= the column that holds the classes. {did_you_mean('', columns.values)}"
            )
        return _rows(columns, self.label, self.features, self.min_items, self.small)


@dataclass(frozen=True, eq=False)
class _Rows:
    """The pool of all classes before scaling, in float64, and the rows and classes that were left out."""

    pool: ClassPool
    left_out: tuple[LeftOut, ...]


@lru_cache(maxsize=4)
def _rows(columns: Columns, label: str, features: str | None, min_items: int, small: Small) -> _Rows:
    for name in (label, *_chosen(features)):
        if name not in columns.values:
            raise DatasetError(f"dataset 'table': there is no column {name!r}; {did_you_mean(name, columns.values)}")
    names = _chosen(features) or _numeric(columns, label)
    if label in names:
        raise DatasetError(
            f"dataset 'table': the label {label!r} is among the features, so a learner would see it; leave it out."
        )
    values = np.stack([_feature(columns, name) for name in names], 1)  # (row, feature)
    owners, left_out = words(columns.values[label]), list(columns.left_out)
    classes: dict[str, list[tuple[str, np.ndarray]]] = {}
    for number, owner, row in zip(columns.rows, owners, values, strict=True):
        wrong = next((n for n, v in zip(names, row, strict=True) if not abs(v) <= _LARGEST), None)
        if owner is None:
            left_out.append((f"row {number}", f"has no label in {label!r}"))
        elif wrong is not None:
            value = row[names.index(wrong)]
            why = f"lacks {wrong!r}" if np.isnan(value) else f"has {value} in {wrong!r}"
            left_out.append((f"row {number}", why))
        else:
            classes.setdefault(owner, []).append((str(number), row))
    pool, few = pooled("table", "rows", classes, min_items, small)
    left_out.sort(key=lambda entry: int(entry[0].split()[1]))
    if left_out:
        first, why = left_out[0]
        total = len(columns.rows) + len(columns.left_out)
        more = f" (and {len(left_out) - 1} more, see `unreadable`)" if len(left_out) > 1 else ""
        _LOG.warning("table left out %d of %d rows: %s %s%s", len(left_out), total, first, why, more)
    return _Rows(replace(pool, feature_names=tuple(names)), (*left_out, *few))


@lru_cache(maxsize=4)
def _scaled(rows: _Rows, how: str, validation_share: float, test_share: float, seed: int) -> ClassPool:
    pool = rows.pool
    values = pool.items
    if how != "none":
        base = values
        if how == "train":
            try:
                train = parts(pool.name, len(pool), validation_share, test_share, seed)["train"]
            except DatasetError as few:
                raise DatasetError(
                    f"{few} For the split 'all', pass standardise='all' or 'none', since there are no training classes."
                ) from None
            base = pool.subset(train).items
        deviation = base.std(0)
        values = (values - base.mean(0)) / np.where(deviation > 0, deviation, 1.0)  # a constant column becomes 0
    return replace(pool, items=values.astype(np.float32))


def _chosen(features: str | None) -> list[str]:
    """Split a comma-separated list of names; a name that contains a comma is in quotes, as in a CSV file."""
    try:
        return (
            [] if features is None else [name.strip() for name in next(csv.reader([features], skipinitialspace=True))]
        )
    except csv.Error as error:
        raise DatasetError(
            f"dataset 'table': features={features!r} is not a list of columns ({error}); separate the names by commas."
        ) from None


def _numeric(columns: Columns, label: str) -> list[str]:
    others = [name for name in columns.values if name != label]
    found = [n for n in others if (pair := numbers(columns.values[n]))[1] is None and not np.isnan(pair[0]).all()]
    if not found:
        named = f"{', '.join(map(repr, others))} contain words" if others else "there is no other column"
        raise DatasetError(
            f"dataset 'table': no column except {label!r} is numeric: {named}; give features= numeric columns."
        )
    return found


def _feature(columns: Columns, name: str) -> np.ndarray:
    values, word = numbers(columns.values[name])
    if word is not None:
        raise DatasetError(
            f"dataset 'table': column {name!r} is not numeric: row {columns.rows[word]} has "
            f"{columns.values[name][word]!r}; leave it out of features, or write a number."
        )
    return values
