"""Cells of a table: which are missing, which are numbers, and which are words."""

import math
import re
from typing import Any

import numpy as np
from jaxtyping import Float, Shaped

__all__ = ["numbers", "word", "words"]

_MISSING = {
    "",
    "na",
    "n/a",
    "<na>",
    "nan",
    "nat",
    "null",
    "none",
    "?",
}  # in lower case; "<NA>" is the text of pandas.NA
_COMMA = re.compile(r"[+-]?\d*,\d+(?:[eE][+-]?\d+)?")
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+")  # 1,234 may be a thousand or a decimal fraction


def words(column: Shaped[np.ndarray, " row"]) -> list[str | None]:
    """Return the values of a column as labels; `None` where a cell is missing."""
    texts = map(word, column.tolist())
    return [None if text.lower() in _MISSING else text for text in texts]


def numbers(column: Shaped[np.ndarray, " row"]) -> tuple[Float[np.ndarray, " row"], int | None]:
    """Return the values of a column as numbers, and the first row (from 0) that holds a word, or `None`.

    A missing value and a word become NaN. Commas are decimal commas if no cell has a point, and a cell shows that they do not
    separate thousands. `2020_01` is a word, although Python reads it as a number.
    """
    if column.dtype != object:
        return column.astype(np.float64), None
    texts: list[str] = column.tolist()
    commas = [text for text in texts if _COMMA.fullmatch(text)]
    decimal = any(not _THOUSANDS.fullmatch(text) for text in commas) and not any("." in text for text in texts)
    out, first = np.full(len(column), np.nan), None
    for i, text in enumerate(texts):
        if text.lower() in _MISSING:
            continue
        try:
            out[i] = float(text.replace(",", ".") if decimal and _COMMA.fullmatch(text) else text.replace("_", "?"))
        except ValueError:
            first = i if first is None else first
    return out, first


def word(value: Any) -> str:
    """Return a value as the text of a label: "3" for 3.0, and "" for a missing value."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value)) if whole else str(value)
