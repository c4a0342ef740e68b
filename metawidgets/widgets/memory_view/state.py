"""The state of a `MemoryView` as plain values, for its text and its picture."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Shaped

__all__ = ["MemoryState", "query_shown"]


@dataclass(frozen=True, eq=False)
class MemoryState:
    """The state of a `MemoryView`.

    Args:
        arrays, config: as the view sends them.
        step: the index of the recorded state shown.
        query: the query shown, -1 for none.
        slot: the slot shown, -1 for the slot written last.
        head, shown, order: the view's traits with these names.
    """

    arrays: dict[str, Shaped[np.ndarray, "..."]]
    config: dict[str, Any]
    step: int
    query: int
    slot: int
    head: str
    shown: str
    order: str


def query_shown(config: Mapping[str, Any], selected: str, last: int) -> int:
    """Return the query to show: the selected query, else the query selected last, else the query with the worst prediction.

    Args:
        selected: id of the selected item, "" for none.
        last: the query selected last, -1 for none.
    """
    ids = config["episode"]["query_ids"]
    if selected in ids:
        return ids.index(selected)
    return last if 0 <= last < len(ids) else config["hardest"]
