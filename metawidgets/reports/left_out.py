"""What a notebook showed and its page does not show."""

from dataclasses import dataclass

__all__ = ["LeftOut"]


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
