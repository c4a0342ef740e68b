"""The store of a hand-built episode's data: each item's values and provenance, kept while the document or its history needs it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Shaped

from metawidgets.episodes import ItemId

__all__ = ["ItemStore", "StoredItem"]


@dataclass(frozen=True, eq=False)
class StoredItem:
    """One item's data.

    Args:
        number: the number by which documents refer to the item.
        group: kind and item shape: `("sheet", (1, 28, 28))`, `("points", (2,))`, `("curve", (1,))`.
        data: an array of that shape; for a sample of a curve, x and y.
        item: its provenance.
        source: the image that the item was made from. Results on two items from one image are not independent.
        home: the dataset (by its name in the builder) and the split that contain the item; `()` if none does.
    """

    number: int
    group: tuple[str, tuple[int, ...]]
    data: Shaped[np.ndarray, "..."]
    item: ItemId
    source: str
    home: tuple[str, ...] = ()

    @property
    def at(self) -> list[float]:
        """The item's place in a plot."""
        return [float(v) for v in self.data]


class ItemStore:
    """Stored items by number, and the records of the draws that they come from."""

    def __init__(
        self, rows: Iterable[StoredItem] = (), draws: Mapping[int, Any] | None = None, next_number: int = 0
    ) -> None:
        self._rows = {row.number: row for row in rows}
        self._numbers = {(row.item, row.group): row.number for row in self._rows.values()}
        self.draws: dict[int, Any] = dict(draws or {})
        self._next = max([next_number, *(n + 1 for n in self._rows), *(n + 1 for n in self.draws)])

    def get(self, number: Any) -> StoredItem | None:
        return self._rows.get(number) if isinstance(number, int) else None

    def __getitem__(self, number: int) -> StoredItem:
        return self._rows[number]

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self):
        return iter(self._rows.values())

    def add(
        self, kind: str, data: Shaped[np.ndarray, "..."], item: ItemId, source: str = "", home: Iterable[str] = ()
    ) -> StoredItem:
        """Return the row of this item. Add a row if the store has no row with the same data."""
        shape = (1,) if kind == "curve" else data.shape
        number = self._numbers.get((item, (kind, shape)))
        if number is not None and np.array_equal(self._rows[number].data, data):
            return self._rows[number]
        row = StoredItem(self._next, (kind, shape), data, item, source or str(item), tuple(home))
        self._rows[row.number] = row
        self._numbers[item, row.group] = row.number
        self._next += 1
        return row

    def draw(self, **record: Any) -> int:
        """Record a draw and return its number."""
        self._next += 1
        self.draws[self._next - 1] = record
        return self._next - 1

    def forget(self, rows: set[int], draws: set[int]) -> None:
        """Drop all rows and draws except these."""
        self._rows = {n: row for n, row in self._rows.items() if n in rows}
        self._numbers = {(row.item, row.group): n for n, row in self._rows.items()}
        self.draws = {n: draw for n, draw in self.draws.items() if n in draws}

    def groups(self) -> dict[tuple[str, tuple[int, ...]], list[StoredItem]]:
        """Return the rows of each group, in the order in which they are sent."""
        found: dict[tuple[str, tuple[int, ...]], list[StoredItem]] = {}
        for row in self:
            found.setdefault(row.group, []).append(row)
        return found

    def packed(self) -> tuple[dict[str, Shaped[np.ndarray, "row ..."]], dict[str, Any]]:
        """Return an array of each group's data, and a JSON-able dictionary of the other values."""
        groups, members = list(self.groups()), list(self.groups().values())
        arrays = {f"x{g}": np.stack([row.data for row in mine]) for g, mine in enumerate(members)}
        plain = [
            {"number": row.number, "item": list(row.item), "source": row.source, "home": list(row.home)}
            for mine in members
            for row in mine
        ]
        kinds = [[kind, list(shape), len(mine)] for (kind, shape), mine in zip(groups, members, strict=True)]
        # A list of pairs: JSON would turn the numbers into text if they were keys.
        draws = [[n, draw] for n, draw in self.draws.items()]
        return arrays, {"groups": kinds, "rows": plain, "draws": draws, "next": self._next}

    @classmethod
    def unpacked(cls, arrays: Mapping[str, Shaped[np.ndarray, "row ..."]], plain: Mapping[str, Any]) -> "ItemStore":
        """Return the store that `packed` packed."""
        rows, entries = [], iter(plain.get("rows", []))
        for g, (kind, shape, count) in enumerate(plain.get("groups", [])):
            for data, entry in zip(arrays[f"x{g}"][:count], entries, strict=False):
                group = (kind, tuple(shape))
                item, home = ItemId(*entry["item"]), tuple(entry.get("home", ()))
                rows.append(StoredItem(entry["number"], group, data, item, entry["source"], home))
        return cls(rows, dict(plain.get("draws", [])), plain.get("next", 0))
