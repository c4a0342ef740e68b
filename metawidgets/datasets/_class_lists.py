"""Lists of classes: the classes to use, by name, and files that say which class belongs to which split."""

import abc
import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from metawidgets.datasets.base import Dataset, Split, option
from metawidgets.episodes import ClassPool, TaskSource
from metawidgets.errors import DatasetError, did_you_mean
from metawidgets.files.paths import expanded, is_file, is_folder

__all__ = ["ClassDataset"]

_LONGEST_LINE, _MOST_ROWS = 1 << 16, 1_000_000
_WORDS: dict[str, Split] = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
    "testing": "test",
}
_Parts = dict[Split, list[str]]


@dataclass(frozen=True, kw_only=True)
class ClassDataset(Dataset, abc.ABC):
    """A dataset whose tasks are drawn from named classes. Its classes, and their split, may be given by name."""

    classes: tuple[str, ...] | None = option(None, "the classes to use, by name; in a text, separated by commas")
    split_file: str | None = option(
        None,
        "your own split: a CSV file with the columns class and split, or a folder of train.csv, val.csv and test.csv with a column label",
    )

    def _part(self, split: Split) -> TaskSource:
        if self.split_file is None and self.classes is None:
            return self._source(split)
        whole = self._whole()
        if self.split_file is None:
            pool = self._source(split)
            if not isinstance(pool, ClassPool):
                self._refuse("its tasks have no named classes; leave classes out.")
            return self._only_classes(pool, whole, split)
        names = self._listed(split, whole)
        pool = self._prepared(whole).subset([whole.class_ids.index(name) for name in names])
        return self._only_classes(self._augmented(pool, split), whole, split)

    def _whole(self) -> ClassPool:
        """Return every class, without augmentation."""
        pool = self._source("all")
        if not isinstance(pool, ClassPool):
            self._refuse("its tasks have no named classes; leave classes and split_file out.")
        return pool

    def _prepared(self, whole: ClassPool) -> ClassPool:
        """Return the pool after steps that depend on the training classes, such as scaling."""
        return whole

    def _augmented(self, pool: ClassPool, split: Split) -> ClassPool:
        """Return the pool of a split with the extra classes of that split."""
        return pool

    def _listed(self, split: Split, whole: ClassPool) -> list[str]:
        """Return the names of a split's classes in the split file, in the order of the pool.

        Raises:
            DatasetError: if the file cannot be read, names an unknown class, or has fewer than two classes in this split.
        """
        parts = _read_split(self.name, expanded(self.split_file or ""))
        for names in parts.values():
            self._check_known(names, whole, f"split_file={self.split_file!r}")
        chosen = {name for part, names in parts.items() if split in (part, "all") for name in names}
        if len(chosen) < 2:
            sizes = ", ".join(f"{part} {len(names)}" for part, names in parts.items())
            self._refuse(
                f"split_file={self.split_file!r} has {len(chosen)} classes in {split!r}, and an episode needs two (it has {sizes}); "
                "list more, or use another split."
            )
        return [name for name in whole.class_ids if name in chosen]

    def _only_classes(self, pool: ClassPool, whole: ClassPool, split: Split) -> ClassPool:
        """Return the pool with only the classes of the option `classes`, and those augmented from them."""
        if self.classes is None:
            return pool
        self._check_known(self.classes, whole, "classes")
        wanted = set(self.classes)
        kept = [
            c for c, pair in enumerate(zip(pool.class_ids, pool.origins, strict=True)) if not wanted.isdisjoint(pair)
        ]
        if len(kept) < 2:
            self._refuse(
                f"{len(kept)} of the {len(wanted)} named classes are in the split {split!r}, and an episode needs two; name others, "
                "use the split 'all', or give split_file= your own split."
            )
        return pool.subset(np.array(kept))

    def _check_known(self, names: tuple[str, ...] | list[str], whole: ClassPool, where: str) -> None:
        known = set(whole.class_ids)
        for name in names:
            if name not in known:
                every = "`source('all').class_ids`"
                cure = did_you_mean(name, known, **({"lists": every} if len(known) > 20 else {}))
                self._refuse(f"{where} names {name!r}, which is not a class; {cure}")


def _read_split(dataset: str, path: Path) -> _Parts:
    """Read a file or folder that says which class is in which split. A class may occur on several lines.

    Raises:
        DatasetError: if it does not exist, has no such columns, or has a class in two splits.
    """
    parts: _Parts = {"train": [], "validation": [], "test": []}
    owners: dict[str, tuple[Split, str]] = {}
    lines: list[tuple[str, Split, str]]
    if is_folder(path):
        files = {stem: path / f"{stem}.csv" for stem in _WORDS if is_file(path / f"{stem}.csv")}
        if not files:
            raise DatasetError(
                f"dataset {dataset!r}: {path} has no train.csv, val.csv or test.csv; give a folder of these."
            )
        lines = [
            (name, _WORDS[stem], at) for stem, file in files.items() for name, _, at in _lines(dataset, file, stem)
        ]
    else:
        lines = []
        for name, word, at in _lines(dataset, path, None):
            if word.lower() not in _WORDS:
                raise DatasetError(
                    f"dataset {dataset!r}: {at} has the split {word!r}; {did_you_mean(word, ('train', 'validation', 'test'))}"
                )
            lines.append((name, _WORDS[word.lower()], at))
    for name, part, at in lines:
        first, where = owners.setdefault(name, (part, at))
        if first != part:
            raise DatasetError(
                f"dataset {dataset!r}: class {name!r} is in two splits, {first} ({where}) and {part} ({at}); keep one."
            )
    for name, (part, _) in owners.items():
        parts[part].append(name)
    return parts


def _lines(dataset: str, file: Path, split: str | None) -> list[tuple[str, str, str]]:
    """Return (class, split, place in the file) of each line; the split is the file's own if it has one."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.DictReader(iter(lambda: text.readline(_LONGEST_LINE), ""), skipinitialspace=True, strict=True)
            names = {name.strip().lower(): name for name in reader.fieldnames or () if name}
            column = names.get("class") or names.get("label")
            if column is None or (split is None and "split" not in names):
                wanted = "class and split" if split is None else "label (or class)"
                raise DatasetError(
                    f"dataset {dataset!r}: {file.name} has the columns {', '.join(names) or 'of none'}; it needs {wanted}."
                )
            found = []
            for row in reader:
                word = split or (row[names["split"]] or "").strip()
                if name := (row[column] or "").strip():
                    found.append((name, word, f"{file.name}, line {reader.line_num}"))
                if len(found) > _MOST_ROWS:
                    raise DatasetError(
                        f"dataset {dataset!r}: {file.name} has more than {_MOST_ROWS:,} lines; list classes."
                    )
            return found
    except OSError as error:
        raise DatasetError(
            f"dataset {dataset!r}: split_file={str(file)!r} cannot be opened ({error.strerror}); give a CSV file or a folder of them."
        ) from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(
            f"dataset {dataset!r}: {file.name} is not a CSV file in UTF-8 ({error}); save it as one."
        ) from None
