"""The data behind a hand-built episode: what any item looks like and where it came from, kept while anything may show it again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Shaped

from metawidgets.episodes import ItemId

__all__ = ["Row", "Rows"]


@dataclass(frozen=True, eq=False)
class Row:
    """One item's data.

    Args:
        number: by which documents name it.
        group: kind and item shape: `("sheet", (1, 28, 28))`, `("points", (2,))`, `("curve", (1,))`.
        data: of that shape; of a curve's sample x and y.
        item: provenance.
        source: the image that it was made from; two rows of one source are no independent evidence.
    """

    number: int
    group: tuple[str, tuple[int, ...]]
    data: Shaped[np.ndarray, "..."]
    item: ItemId
    source: str

    @property
    def at(self) -> list[float]:
        """Its place in a plot."""
        return [float(v) for v in self.data]


class Rows:
    """Rows by number, and the draws that they came with."""

    def __init__(self, rows: Iterable[Row] = (), draws: Mapping[int, Any] | None = None, next_number: int = 0) -> None:
        self._rows = {row.number: row for row in rows}
        self._numbers = {(row.item, row.group): row.number for row in self._rows.values()}
        self.draws: dict[int, Any] = dict(draws or {})
        self._next = max([next_number, *(n + 1 for n in self._rows), *(n + 1 for n in self.draws)])

    def get(self, number: Any) -> Row | None:
        return self._rows.get(number) if isinstance(number, int) else None

    def __getitem__(self, number: int) -> Row:
        return self._rows[number]

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self):
        return iter(self._rows.values())

    def add(self, kind: str, data: Shaped[np.ndarray, "..."], item: ItemId, source: str = "") -> Row:
        """A row for this item: the one that it has already, or a new one."""
        shape = (1,) if kind == "curve" else data.shape
        number = self._numbers.get((item, (kind, shape)))
        if number is not None and np.array_equal(self._rows[number].data, data):
            return self._rows[number]
        row = Row(self._next, (kind, shape), data, item, source or str(item))
        self._rows[row.number] = row
        self._numbers[item, row.group] = row.number
        self._next += 1
        return row

    def draw(self, **record: Any) -> int:
        """Note what was drawn; returns its number."""
        self._next += 1
        self.draws[self._next - 1] = record
        return self._next - 1

    def forget(self, rows: set[int], draws: set[int]) -> None:
        """All but these."""
        self._rows = {n: row for n, row in self._rows.items() if n in rows}
        self._numbers = {(row.item, row.group): n for n, row in self._rows.items()}
        self.draws = {n: draw for n, draw in self.draws.items() if n in draws}

    def packed(self) -> tuple[dict[str, Shaped[np.ndarray, "row ..."]], dict[str, Any]]:
        """Arrays, one a group, and the small JSON beside them."""
        groups = list(dict.fromkeys(row.group for row in self))
        members = [[row for row in self if row.group == group] for group in groups]
        arrays = {f"x{g}": np.stack([row.data for row in mine]) for g, mine in enumerate(members)}
        plain = [
            {"number": row.number, "item": list(row.item), "source": row.source} for mine in members for row in mine
        ]
        kinds = [[kind, list(shape), len(mine)] for (kind, shape), mine in zip(groups, members, strict=True)]
        # Keys are text in JSON; the number stands inside.
        draws = [[n, draw] for n, draw in self.draws.items()]
        return arrays, {"groups": kinds, "rows": plain, "draws": draws, "next": self._next}

    @classmethod
    def unpacked(cls, arrays: Mapping[str, Shaped[np.ndarray, "row ..."]], plain: Mapping[str, Any]) -> "Rows":
        """The rows that `packed` packed."""
        rows, entries = [], iter(plain.get("rows", []))
        for g, (kind, shape, count) in enumerate(plain.get("groups", [])):
            for data, entry in zip(arrays[f"x{g}"][:count], entries, strict=False):
                group = (kind, tuple(shape))
                rows.append(Row(entry["number"], group, data, ItemId(*entry["item"]), entry["source"]))
        return cls(rows, dict(plain.get("draws", [])), plain.get("next", 0))
