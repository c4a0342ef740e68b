"""What a notebook showed and its page does not show."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from metawidgets import __version__

__all__ = ["NOTES", "LeftOut", "add_note", "footer", "number_of"]

NOTES = "metawidgets_notes"
"""The metadata of an output with the texts that the page shows below it."""


@dataclass(frozen=True)
class LeftOut:
    """Something that a page does not show as the notebook did.

    Attributes:
        cell: the cell's number in the notebook, counted from 1 over all cells; 0 for the notebook as a whole.
        what: what the page does not show, as a noun: "a plotly figure".
        why: the reason, as a sentence without a full stop.
        cure: what to do, in the imperative and without a full stop; empty if nothing helps.
    """

    cell: int
    what: str
    why: str
    cure: str = ""

    def __str__(self) -> str:
        place = f"cell {self.cell}" if self.cell else "the notebook"
        return f"{place}: {self.what}: {self.why}{f'; {self.cure}' if self.cure else ''}"

    @property
    def note(self) -> str:
        """The words that the page shows in its place."""
        return f"Not shown: {self.what}. {self.why[:1].upper()}{self.why[1:]}.{f' To show it, {self.cure}.' if self.cure else ''}"


def add_note(output: Any, item: LeftOut) -> None:
    """Make the page say below an output what it leaves out of it."""
    notes = output.setdefault("metadata", {}).setdefault(NOTES, [])
    if item.note not in notes:
        notes.append(item.note)


def number_of(cell: Any) -> int:
    """Return a cell's number in the notebook, counted from 1 over all cells; 0 if there is no cell."""
    return int(cell.metadata.get("metawidgets_cell", 0)) if cell is not None else 0


def footer(left_out: Sequence[LeftOut]) -> str:
    """Return the page's footer as HTML: what the page contains, and a folded list of what it does not show."""
    own = f"metawidgets {escape(__version__)}."
    if not left_out:
        return f"<footer>{own} This page contains everything that it shows and needs no network.</footer>"
    count = "One thing is not shown" if len(left_out) == 1 else f"{len(left_out)} things are not shown"
    rows = "".join(f"<li>{escape(str(item))}</li>" for item in left_out)
    return (
        f"<footer>{own} This page needs no network. <details><summary>{count} as in the notebook</summary>"
        f"<ul>{rows}</ul></details></footer>"
    )
