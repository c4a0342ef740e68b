"""A dataset of your own measurements: rows of numbers, each with a class, from a CSV file or a data frame."""

import csv
import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, ClassVar, Literal, Self

import numpy as np

from metawidgets.datasets._cells import numbers, words
from metawidgets.datasets._class_lists import ClassDataset
from metawidgets.datasets._columns import Columns, given, read_columns
from metawidgets.datasets._own_classes import LeftOut, Small, part_of, parts, pooled
from metawidgets.datasets.base import Split, option
from metawidgets.episodes import ClassPool, TaskSource
from metawidgets.errors import DatasetError, did_you_mean

__all__ = ["Table"]

_LARGEST = float(np.finfo(np.float32).max)
_LOG = logging.getLogger("metawidgets")


@dataclass(frozen=True, kw_only=True)
class Table(ClassDataset):
    """Rows of a table as items: float32 vectors of the feature columns. With two features, the items are points in the plane.

        Table.of(frame, label="species")                 # a data frame, or a mapping from names to columns
        load("table", path="iris.csv", label="species")  # a CSV file with a header

    Rows that lack a number or a label, hold an infinite number, have too many or too few cells, or repeat another row are left
    out and listed in `unreadable`, and so are columns that are not features because of a cell that is no number. The result
    is cached until the file changes. `NA`, `N/A`, `nan`, `null`, `None`, `?` and empty cells are missing, in features and labels;
    `missing="mean"` fills them in. Decimal commas are read where a column has no decimal point.

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
    missing: Literal["drop", "mean", "median"] = option(
        "drop", "leave out rows that lack a number, or fill in the column's mean or median over the training rows"
    )
    repeated: Literal["drop", "keep"] = option(
        "drop", "whether to drop or keep a row with the numbers and the label of an earlier one"
    )
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
        """The rows (numbered from 1, without the header), columns and classes that were left out, each with the reason."""
        return self._read().left_out

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The names of the columns that make up an item, in order."""
        return self._read().pool.feature_names

    def _source(self, split: Split) -> TaskSource:
        shares = (self.validation_share, self.test_share, self.split_seed)
        return part_of(_scaled(self._read(), self.standardise, self.missing, None, *shares), split, *shares)

    def _whole(self) -> ClassPool:
        return self._read().pool

    def _prepared(self, whole: ClassPool) -> ClassPool:
        names = self._listed("train", whole) if self._needs_training_rows else whole.class_ids
        training = tuple(whole.class_ids.index(name) for name in names)
        shares = (self.validation_share, self.test_share, self.split_seed)
        return _scaled(self._read(), self.standardise, self.missing, training, *shares)

    @property
    def _needs_training_rows(self) -> bool:
        return self.standardise == "train" or (self.standardise == "none" and self.missing != "drop")

    def _read(self) -> "_Rows":
        if self.path is None:
            self._refuse("path is missing; give path= a CSV file, or use Table.of with a data frame.")
        columns = read_columns(self.path, self.max_rows)
        if self.label is None:
            self._refuse(
                f"label is missing; give label= the column that holds the classes. {did_you_mean('', columns.values)}"
            )
        return _rows(
            columns,
            self.label,
            self.features,
            self.min_items,
            self.small,
            self.missing == "drop",
            self.repeated == "drop",
        )


@dataclass(frozen=True, eq=False)
class _Rows:
    """The pool of all classes before scaling, in float64, and the rows and classes that were left out."""

    pool: ClassPool
    left_out: tuple[LeftOut, ...]


@lru_cache(maxsize=4)
def _rows(
    columns: Columns, label: str, features: str | None, min_items: int, small: Small, whole: bool, once: bool
) -> _Rows:
    """Return the rows by class.

    Args:
        whole: leave out rows that lack a number; else they keep NaN.
        once: leave out rows that repeat an earlier one.
    """
    for name in (label, *_chosen(features)):
        if name not in columns.values:
            raise DatasetError(f"dataset 'table': there is no column {name!r}; {did_you_mean(name, columns.values)}")
    names, others = _chosen(features), []
    if not names:
        names, others = _numeric(columns, label)
    if label in names:
        raise DatasetError(
            f"dataset 'table': the label {label!r} is among the features, so a learner would see it; leave it out."
        )
    values = np.stack([_feature(columns, name) for name in names], 1)  # (row, feature)
    left_out = [entry for entry in columns.left_out if entry[0].startswith("row")]
    others += [entry for entry in columns.left_out if not entry[0].startswith("row")]
    seen: dict[tuple[str, bytes], int] = {}
    classes: dict[str, list[tuple[str, np.ndarray]]] = {}
    repeats = 0
    for number, owner, row in zip(
        columns.rows, words(columns.values[label]), values + 0.0, strict=True
    ):  # no minus zero
        why = f"has no label in {label!r}" if owner is None else _unusable(names, row, whole)
        if (
            not why
            and owner is not None
            and (first := seen.setdefault((owner, row.tobytes()), number)) != number
            and once
        ):
            why, repeats = f"repeats row {first}", repeats + 1
        if why or owner is None:
            left_out.append((f"row {number}", why))
        else:
            classes.setdefault(owner, []).append((str(number), row))
    left_out.sort(key=lambda entry: int(entry[0].split()[1]))
    _tell(left_out, repeats, len(columns.rows) + len(columns.left_out))
    pool, few = pooled("table", "rows", classes, min_items, small)
    return _Rows(replace(pool, feature_names=tuple(names)), (*left_out, *others, *few))


def _unusable(names: Sequence[str], row: np.ndarray, whole: bool) -> str:
    """Return why a row cannot be used; "" if it can."""
    for name, value in zip(names, row, strict=True):
        if np.isnan(value) and (whole or np.isnan(row).all()):
            return f"lacks {name!r}"
        if abs(value) > _LARGEST:
            return f"has {value} in {name!r}"
    return ""


def _tell(left_out: Sequence[LeftOut], repeats: int, total: int) -> None:
    """Log one line about the rows that were left out."""
    if left_out:
        name, why = left_out[0]
        more = f" (and {len(left_out) - 1} more, see `unreadable`)" if len(left_out) > 1 else ""
        twice = f", {repeats} of them repeated ones" if repeats else ""
        _LOG.warning("table left out %d of %d rows%s: %s %s%s", len(left_out), total, twice, name, why, more)


@lru_cache(maxsize=4)
def _scaled(
    rows: _Rows,
    how: str,
    missing: str,
    training: tuple[int, ...] | None,
    validation_share: float,
    test_share: float,
    seed: int,
) -> ClassPool:
    """Fill in missing numbers and standardise, by the statistics of the training rows.

    Args:
        training: the numbers of the training classes; by default those of the random split.
    """
    pool = rows.pool
    values, base = pool.items, pool.items
    if how == "train" or (how == "none" and missing != "drop"):
        try:
            if training is None:
                training = tuple(parts(pool.name, len(pool), validation_share, test_share, seed)["train"].tolist())
            base = pool.subset(training).items
        except DatasetError as few:
            if how == "train":
                raise DatasetError(
                    f"{few} For the split 'all', pass standardise='all' or 'none', since there are no training classes."
                ) from None
    if missing != "drop":
        empty = np.isnan(base).all(0)
        if empty.any():
            raise DatasetError(
                f"dataset 'table': column {pool.feature_names[int(empty.argmax())]!r} has no number in the training rows, so there "
                f"is no {missing} to fill in; leave it out of features."
            )
        fill = np.nanmean(base, 0) if missing == "mean" else np.nanmedian(base, 0)
        values, base = (np.where(np.isnan(x), fill, x) for x in (values, base))
    if how != "none":
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


def _numeric(columns: Columns, label: str) -> tuple[list[str], list[LeftOut]]:
    """Return the columns of numbers, and the other ones except the label, each with the cell that caused it."""
    found, others = [], []
    for name in (n for n in columns.values if n != label):
        values, word = numbers(columns.values[name])
        if word is not None:
            why = f"row {columns.rows[word]} has {columns.values[name][word]!r}"
            others.append((f"column {name!r}", f"is not a feature: {why}"))
            if not np.isnan(values).all():  # the word may be a slip
                _LOG.warning("table left out column %r, since %s", name, why)
        elif np.isnan(values).all():
            others.append((f"column {name!r}", "is not a feature: it has no number"))
        elif name.startswith("Unnamed: ") and (np.diff(values) > 0).all():
            others.append((f"column {name!r}", "is not a feature: it counts the rows, as the index that pandas writes"))
        else:
            found.append(name)
    if not found:
        named = ", ".join(f"{name} {why.split(': ', 1)[1]}" for name, why in others[:5])
        raise DatasetError(
            f"dataset 'table': no column except {label!r} is numeric: {named or 'there is no other column'}; give features= "
            "numeric columns."
        )
    return found, others


def _feature(columns: Columns, name: str) -> np.ndarray:
    values, word = numbers(columns.values[name])
    if word is not None:
        raise DatasetError(
            f"dataset 'table': column {name!r} is not numeric: row {columns.rows[word]} has "
            f"{columns.values[name][word]!r}; leave it out of features, or write a number."
        )
    return values
