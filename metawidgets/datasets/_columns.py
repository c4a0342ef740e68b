"""Columns of a table: reading them from a CSV file or from memory, and conversion to numbers or words."""

import csv
import hashlib
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from jaxtyping import Float, Shaped

from metawidgets.errors import DatasetError
from metawidgets.files.paths import expanded, is_file, is_folder

__all__ = ["Columns", "given", "numbers", "read_columns", "words"]

_DELIMITERS = ",;\t|"
_MISSING = {"", "na", "n/a", "nan", "null", "none", "?"}
_GIVEN = "memory:"
_LONGEST_LINE, _MOST_COLUMNS, _MOST_CELLS = 1 << 20, 10_000, 20_000_000  # characters; a cell takes 60 bytes of memory
_REGISTER: dict[str, "Columns"] = {}  # tables in memory, by the name that `given` returns


@dataclass(frozen=True, eq=False)
class Columns:
    """Named columns of equal length.

    Args:
        values: the columns by name, in order: numbers, or words (object arrays of `str`).
        rows: the number of each row, from 1.
        left_out: the rows that could not be read, each with the reason.
    """

    values: dict[str, Shaped[np.ndarray, " row"]]
    rows: tuple[int, ...]
    left_out: tuple[tuple[str, str], ...] = ()


def read_columns(path: str, max_rows: int) -> Columns:
    """Read a CSV file with a header. The delimiter is the most frequent of comma, semicolon, tab and bar in the header.

    Args:
        path: the file's path, or a name that `given` returned.
        max_rows: the largest allowed number of rows.

    Raises:
        DatasetError: if the file does not exist, is not a table, or is too long.
    """
    if path.startswith(_GIVEN):
        if path not in _REGISTER:
            raise DatasetError(
                f"dataset 'table': {path!r} was made by Table.of in another session; call Table.of again, or save the table as a CSV file."
            )
        found = _REGISTER[path]
        if len(found.rows) > max_rows:
            _refuse_length(path, max_rows)
        return found
    file = expanded(path)
    if not is_file(file):
        what = "is a folder, not a file" if is_folder(file) else "does not exist"
        raise DatasetError(f"dataset 'table': path={path!r} {what}; give a CSV file with a header.")
    info = file.stat()
    return _read(file.resolve(), max_rows, (info.st_mtime_ns, info.st_size))


@lru_cache(maxsize=4)
def _read(file: Path, max_rows: int, version: tuple[int, int]) -> Columns:
    """Read a CSV file. `version` is its time and size, so that the cached result is used until the file changes."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            head = next(_short(lines, file.name), "")
            lines.seek(0)
            reader = csv.reader(_short(lines, file.name), delimiter=max(_DELIMITERS, key=head.count), strict=True)
            names = [name.strip() for name in next(reader, [])]
            _check_names(names, file.name)
            cells: list[list[str]] = [[] for _ in names]
            rows, left_out = [], []
            for number, row in enumerate((r for r in reader if r), 1):
                if number > max_rows:
                    _refuse_length(str(file), max_rows)
                if len(rows) * len(names) > _MOST_CELLS:
                    raise DatasetError(
                        f"dataset 'table': {file.name!r} has more than {_MOST_CELLS:,} cells; remove rows or columns."
                    )
                if len(row) != len(names):
                    left_out.append((f"row {number}", f"has {len(row)} cells for {len(names)} columns"))
                    continue
                rows.append(number)
                for column, cell in zip(cells, row, strict=True):
                    column.append(cell.strip())
    except OSError as error:
        raise DatasetError(
            f"dataset 'table': {file.name!r} cannot be opened ({error.strerror}); check its permissions."
        ) from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(
            f"dataset 'table': {file.name!r} is not a CSV file in UTF-8 ({error}); save it as one."
        ) from None
    values = {name: np.array(column, dtype=object) for name, column in zip(names, cells, strict=True)}
    return Columns(values, tuple(rows), tuple(left_out))


def _short(lines: TextIO, name: str) -> Iterator[str]:
    """Yield the lines of a file. Refuse a line that is too long, before it fills the memory."""
    while line := lines.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE and not line.endswith("\n"):
            raise DatasetError(
                f"dataset 'table': {name!r} has a line of more than {_LONGEST_LINE:,} characters; give a table with one row per line."
            )
        yield line


def given(table: Any) -> str:
    """Store a table in memory, and return a name with which `read_columns` finds it. Equal content has an equal name.

    Args:
        table: a data frame, or a mapping from column names to sequences of equal length.

    Raises:
        DatasetError: if `table` has another type, or its columns differ in length.
    """
    names = getattr(table, "columns", None)
    names = list(table) if names is None and isinstance(table, Mapping) else names
    if names is None:
        raise DatasetError(
            f"a {type(table).__name__} is not a table; give a data frame, or a mapping from column names to values."
        )
    values: dict[str, np.ndarray] = {}
    _check_names([str(name) for name in names], "the table")
    for name in names:
        column = np.asarray(table[name])
        if column.ndim != 1:
            raise DatasetError(
                f"column {str(name)!r} of the table has {column.ndim} axes; give one value for each row."
            )
        plain = column.dtype.kind in "fiub"
        values[str(name)] = column.astype(np.float64) if column.dtype.kind == "f" else column.copy()
        if not plain:
            values[str(name)] = np.array([_word(v) for v in column.tolist()], dtype=object)
    lengths = {name: len(column) for name, column in values.items()}
    if len(set(lengths.values())) != 1:
        raise DatasetError(f"the table's columns differ in length: {lengths}; give columns of equal length.")
    digest = hashlib.sha256()
    for name, column in values.items():
        data = "\0".join(column).encode("utf-8", "surrogatepass") if column.dtype == object else column.tobytes()
        digest.update(f"{name}\0{column.dtype.str}\0{len(data)}\0".encode("utf-8", "surrogatepass") + data)
    key = f"{_GIVEN}{digest.hexdigest()[:16]}"
    _REGISTER[key] = Columns(values, tuple(range(1, 1 + next(iter(lengths.values())))))
    return key


def words(column: Shaped[np.ndarray, " row"]) -> list[str | None]:
    """Return the values of a column as labels; `None` where a cell is empty."""
    return [_word(v) or None for v in column.tolist()]


def numbers(column: Shaped[np.ndarray, " row"]) -> tuple[Float[np.ndarray, " row"], int | None]:
    """Return the values of a column as numbers, and the index of the first row that contains a word, or `None`.

    Missing values and words become NaN.
    """
    if column.dtype != object:
        return column.astype(np.float64), None
    out, first = np.full(len(column), np.nan), None
    for i, text in enumerate(column.tolist()):
        if text.lower() in _MISSING:
            continue
        try:
            out[i] = float(text)
        except ValueError:
            first = i if first is None else first
    return out, first


def _word(value: Any) -> str:
    """Return a value as the text of a label: "3" for 3.0, and "" for a missing value."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value)) if whole else str(value)


def _check_names(names: list[str], what: str) -> None:
    if len(names) > _MOST_COLUMNS:
        raise DatasetError(
            f"dataset 'table': {what!r} has {len(names):,} columns; at most {_MOST_COLUMNS:,} are allowed. Leave some out."
        )
    twice = sorted(name for name, n in Counter(names).items() if n > 1)
    if not names or twice or "" in names:
        wrong = (
            f"names {twice[0]!r} twice"
            if twice and twice[0]
            else "leaves a column without a name"
            if names
            else "has none"
        )
        raise DatasetError(f"dataset 'table': the header of {what!r} {wrong}; give each column a name of its own.")


def _refuse_length(path: str, max_rows: int) -> None:
    raise DatasetError(
        f"dataset 'table': {path!r} has more than max_rows={max_rows} rows; raise max_rows, or shorten it."
    )
