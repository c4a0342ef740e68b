"""A dataset of precomputed features: vectors with a class each, from a `.npz`, safetensors or Parquet file."""

from collections import Counter
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import ClassVar, Literal

import numpy as np
from jaxtyping import Float, Shaped

from metawidgets.datasets._class_lists import ClassDataset
from metawidgets.datasets._feature_files import FeatureFile, read_features, refuse
from metawidgets.datasets._own_classes import LeftOut, Small, part_of, pooled
from metawidgets.datasets.base import Split, option
from metawidgets.episodes import ClassPool, TaskSource

__all__ = ["Features"]

_SPLITS = {"train": "train", "base": "train", "validation": "validation", "val": "validation", "valid": "validation"}
_SPLITS |= {"test": "test", "novel": "test"}


@dataclass(frozen=True, kw_only=True)
class Features(ClassDataset):
    """Precomputed feature vectors as items, in float32, as a pretrained encoder gave them.

        load("features", path="features.parquet", labels="species")
        load("features", path="features.npz")           # np.savez("features.npz", features=z, labels=y)
        load("features", path="cache/9b3c….safetensors")  # a cache file of ClassPool.map

    A file holds one vector and one label (a whole number or a text) per item, and may hold an id and a split for each. In Parquet
    these are columns, and a vector is a list of numbers; reading it needs pyarrow. Vectors are not scaled: the methods on
    features scale them as their papers say.

    If the file has a split (`train`, `validation` and `test`; `base`, `val`, `valid` and `novel` are understood), every class must
    lie in one split. Otherwise, classes are split at random, with `split_seed`, as in `table`.

    Raises:
        DatasetError: if an option is not valid. From `source` and `unreadable`: if the file is missing or damaged, an array is
            missing, of another length, or not finite, an id repeats, a class is too small or lies in two splits, or there are
            too few classes.
    """

    name: ClassVar[str] = "features"
    kind: ClassVar[Literal["point"]] = "point"
    summary: ClassVar[str] = "precomputed features: path= a .npz, .safetensors or .parquet file"

    path: str | None = option(None, "a .npz, .safetensors or .parquet file")
    features: str = option("features", "the array or column that holds the vectors")
    labels: str = option("labels", "the array or column that holds the class of each vector")
    ids: str | None = option(None, "the array or column that holds an id for each vector; None: `ids`, if there is one")
    split: str | None = option(
        None, "the array or column that holds each vector's split; None: `split`, if there is one"
    )
    validation_share: float = option(0.15, "without a split: fraction of the classes for validation; 0: none", 0.0, 0.9)
    test_share: float = option(0.25, "without a split: fraction of the classes for testing; 0: none", 0.0, 0.9)
    split_seed: int = option(0, "without a split: seed of the random split of the classes", 0, 2**32 - 1)
    min_items: int = option(2, "smallest number of vectors of a class", 2, 100_000)
    small: Literal["refuse", "skip"] = option("refuse", "whether to refuse or skip a class with fewer vectors")

    @property
    def unreadable(self) -> tuple[LeftOut, ...]:
        """The classes that were left out, each with the reason."""
        return self._rows().left_out

    def _source(self, split: Split) -> TaskSource:
        rows = self._rows()
        if rows.splits is None or split == "all":
            shares = (self.validation_share, self.test_share, self.split_seed)
            return replace(part_of(rows.pool, split, *shares))  # a pool of its own, which may remember its split
        chosen = [c for c, each in enumerate(rows.splits) if each == split]
        if len(chosen) < 2:
            self._refuse(
                f"{len(chosen)} of the classes of {self.path!r} {'is' if len(chosen) == 1 else 'are'} in the split {split!r}, "
                "and an episode needs two; use another split, or 'all'."
            )
        return rows.pool.subset(chosen)

    def _rows(self) -> "_Rows":
        if self.path is None:
            self._refuse("path is missing; give path= a .npz, .safetensors or .parquet file.")
        file = read_features(self.path)
        return _rows(file, self.features, self.labels, self.ids, self.split, self.min_items, self.small)


@dataclass(frozen=True, eq=False)
class _Rows:
    """The pool of all classes, the split of each class if the file has one, and the classes that were left out."""

    pool: ClassPool
    splits: tuple[str, ...] | None
    left_out: tuple[LeftOut, ...]


@lru_cache(maxsize=2)
def _rows(
    file: FeatureFile, features: str, labels: str, ids: str | None, split: str | None, min_items: int, small: Small
) -> _Rows:
    vectors = _vectors(file.column(features, "features"), features)
    owners = _words(file, labels, "labels", len(vectors), file.class_names)
    names = list(map(str, range(len(vectors))))
    if ids is not None or "ids" in file.columns:
        names = _words(file, ids or "ids", "ids", len(vectors))
    classes: dict[str, list[tuple[str, np.ndarray]]] = {}
    for owner, name, vector in zip(owners, names, vectors, strict=True):
        classes.setdefault(owner, []).append((name, vector))
    for owner, items in classes.items():
        item, times = Counter(name for name, _ in items).most_common(1)[0]
        if times > 1:
            refuse(f"class {owner!r} has the id {item!r} {times} times; give each vector of a class an id of its own.")
    pool, left_out = pooled("features", "vectors", classes, min_items, small)
    if split is None and "split" not in file.columns:
        return _Rows(pool, None, tuple(left_out))
    parts = _words(file, split or "split", "split", len(vectors))
    if unknown := sorted(set(parts) - set(_SPLITS)):
        refuse(f"{unknown[0]!r} in {split or 'split'!r} is not a split; use train, validation and test.")
    of_class: dict[str, set[str]] = {}
    for owner, part in zip(owners, parts, strict=True):
        of_class.setdefault(owner, set()).add(_SPLITS[part])
    if torn := [owner for owner, found in of_class.items() if len(found) > 1]:
        refuse(
            f"class {torn[0]!r} lies in the splits {' and '.join(sorted(of_class[torn[0]]))}; put all vectors of a class into one split."
        )
    return _Rows(pool, tuple(next(iter(of_class[c])) for c in pool.class_ids), tuple(left_out))


def _vectors(found: Shaped[np.ndarray, "..."], name: str) -> Float[np.ndarray, "row feature"]:
    if found.dtype.kind not in "fiu" or found.ndim != 2 or not found.size:
        refuse(
            f"{name!r} is {found.dtype} of shape {found.shape}; give one vector of numbers per item, of shape (item, feature)."
        )
    with np.errstate(over="ignore"):
        vectors = found.astype(np.float32)
    if len(bad := np.flatnonzero(~np.isfinite(vectors).all(1))):
        value = found[bad[0]][~np.isfinite(vectors[bad[0]])][0]
        refuse(
            f"vector {bad[0]} of {name!r} holds {value}, which is not a finite number in float32; fix or drop {len(bad)} such."
        )
    return vectors


def _words(file: FeatureFile, name: str, option: str, n: int, class_names: tuple[str, ...] = ()) -> list[str]:
    """Return a column as texts, one per vector. Whole numbers index `class_names`, if there are any."""
    found = file.column(name, option)
    if found.ndim != 1 or len(found) != n:
        refuse(f"{name!r} of {file.name!r} has shape {found.shape} for {n} vectors; give one entry per vector.")
    words = []
    for row, value in enumerate(found.tolist()):
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not isinstance(value, int | str) or isinstance(value, bool) or value == "":
            refuse(f"entry {row} of {name!r} is {value!r}; give a whole number or a text, or drop that vector.")
        if class_names and isinstance(value, int):
            if not 0 <= value < len(class_names):
                refuse(
                    f"entry {row} of {name!r} is {value}, but the file names {len(class_names)} classes; save it again."
                )
            value = class_names[value]
        words.append(str(value))
    return words
