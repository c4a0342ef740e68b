"""The contents of the status files as one Arrow table with a row per report and dotted names for nested values, and as CSV."""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["MOST_COLUMNS", "csv_bytes", "flattened", "table_of"]

MOST_COLUMNS = 1_000
"""The most columns of a table: a notebook may return any number of metrics."""
_DEEPEST = 6  # levels of dictionaries; deeper ones are kept as JSON
_LONGEST = 200  # characters of a column's name
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def flattened(values: Mapping[str, Any], *, lists: bool) -> dict[str, Any]:
    """Flatten nested values to a dictionary with dotted names. Numbers, strings and booleans stay as they are.

    Args:
        lists: whether to keep lists, as JSON text, or to leave them out.
    """
    return dict(_flat(values, "", lists, 0))


def table_of(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> "pa.Table":
    """Make an Arrow table of rows. A column's type is boolean, integer, float or string: the first that holds all of its entries."""
    import pyarrow as pa  # pyarrow loads slowly

    return pa.table({name: _column([row.get(name) for row in rows]) for name in columns})


def csv_bytes(table: "pa.Table") -> bytes:
    """Return a table as CSV in UTF-8. A text that a spreadsheet would read as a formula is prefixed with an apostrophe."""
    # pyarrow loads slowly
    import pyarrow as pa
    from pyarrow import csv

    names = [_guarded(name) for name in table.column_names]
    columns = [
        pa.array([_guarded(text) for text in column.to_pylist()], pa.string())
        if pa.types.is_string(column.type)
        else column
        for column in table.columns
    ]
    file = io.BytesIO()
    csv.write_csv(pa.table(columns, names=names), file)
    return file.getvalue()


def _flat(values: Mapping[str, Any], prefix: str, lists: bool, depth: int) -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        name = _name(f"{prefix}{key}")
        if isinstance(value, Mapping) and depth < _DEEPEST:
            yield from _flat(value, f"{name}.", lists, depth + 1)
        elif value is None or isinstance(value, bool | int | float):
            yield name, value
        elif isinstance(value, str):
            yield name, _text(value)
        elif lists or isinstance(value, Mapping):
            yield name, json.dumps(value)


def _column(values: list[Any]) -> "pa.Array":
    import pyarrow as pa  # pyarrow loads slowly

    kinds = {type(value) for value in values if value is not None}
    if kinds <= {bool}:
        return pa.array(values, pa.bool_())
    if kinds <= {int} and all(value is None or -(2**63) <= value < 2**63 for value in values):
        return pa.array(values, pa.int64())
    if kinds <= {int, float} and all(value is None or _is_float(value) for value in values):
        return pa.array([None if value is None else float(value) for value in values], pa.float64())
    return pa.array([value if value is None or isinstance(value, str) else json.dumps(value) for value in values])


def _is_float(value: float) -> bool:
    try:
        float(value)
    except OverflowError:
        return False
    return True


def _guarded(text: str | None) -> str | None:
    return f"'{text}" if text and text.startswith(_FORMULA) else text


def _name(text: str) -> str:
    """Return a column's name on one line and at most `_LONGEST` long; ordinary names stay as they are."""
    return "".join(c if c.isprintable() else " " for c in _text(text))[:_LONGEST]


def _text(text: str) -> str:
    """Return a text without lone surrogates: JSON may hold them, but UTF-8 cannot encode them."""
    return text.encode("utf-8", "replace").decode()
