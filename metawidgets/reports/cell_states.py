"""The states of a notebook's cells, from the kernel's own replies.

papermill's output file does not have them: after a dead kernel, a timeout or Ctrl-C it marks every cell as `completed`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode

__all__ = ["CellStates", "Progress", "heading_of"]

Progress = Callable[[int, int, str], None]
"""A function that is called before each cell with its number (from 1), the number of cells, and the heading above it."""


@dataclass
class CellStates:
    """The state of each cell, by cell id. An index would not do, since papermill inserts cells that mark errors."""

    n_cells: int
    on_cell: Progress | None
    states: dict[str, str] = field(default_factory=dict)
    heading: str = ""

    def started(self, cell: NotebookNode, cell_index: int) -> None:
        self.heading = _first_heading(cell) or self.heading
        if self.on_cell:
            self.on_cell(cell_index + 1, max(self.n_cells, cell_index + 1), self.heading)

    def sent(self, cell: NotebookNode, cell_index: int) -> None:
        self.states[cell.id] = "failed"  # until the kernel's reply says otherwise; a dead kernel sends no reply

    def answered(self, cell: NotebookNode, cell_index: int, execute_reply: Mapping[str, Any]) -> None:
        if execute_reply["content"]["status"] == "ok":
            self.states[cell.id] = "completed"

    def write_into(self, executed: NotebookNode) -> NotebookNode | None:
        """Write the states into the notebook and remove this machine's paths. Return the cell that failed, if any."""
        bad = None
        for cell in executed.cells:
            if cell.cell_type == "code" and cell.source.strip():
                state = self.states.get(cell.id, "not run")
                cell.metadata.papermill = {**cell.metadata.get("papermill", {}), "status": state}
                bad = bad or (cell if state == "failed" else None)
        for key in ("input_path", "output_path"):
            executed.metadata.get("papermill", {}).pop(key, None)
        return bad


def _first_heading(cell: NotebookNode) -> str:
    lines = cell.source.splitlines() if cell.cell_type == "markdown" else []
    return next((line.lstrip("# ").strip() for line in lines if line.startswith("#")), "")


def heading_of(notebook: NotebookNode, cell_id: str) -> str:
    """Return the heading above a cell, '' if there is none."""
    heading = ""
    for cell in notebook.cells:
        heading = _first_heading(cell) or heading
        if cell.id == cell_id:
            break
    return heading
