"""Small notebooks, finished runs and statuses for the tests of sweeps."""

import json
from pathlib import Path
from typing import Any

import nbformat

__all__ = ["PARAMETERS", "finished", "key_of", "notebook", "status"]

PARAMETERS = """n: int = 1  # 1..9 a number
rate: float = 0.5  # 0..1 a rate
way: str | None = None  # a text
shots: list[int] = [1]  # 1..20 numbers
options: dict = {}  # a table
seed: int = 0  # 0.. seed
smoke: bool = False"""


def notebook(path: Path, *cells: str, parameters: str = PARAMETERS) -> Path:
    """Write a notebook with a parameters cell and one code cell for each text."""
    made = nbformat.v4.new_notebook()
    made.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made.cells.append(nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}))
    made.cells += [nbformat.v4.new_code_cell(source) for source in cells]
    nbformat.write(made, path)
    return path


def key_of(number: int) -> str:
    """Return a key that no report has."""
    return f"{number:015x}00000"  # a claim uses the first 15 digits


def status(state: str = "completed", **more: Any) -> dict[str, Any]:
    """Return the status that `run_report` would have written."""
    error = {"error": {"message": "it broke."}} if state == "failed" else {}
    said = {"report": "tiny", "parameters": {"n": 1}, "seconds": 1.5, "state": state, "notebook": "tiny.ipynb"}
    return {**said, "html": "tiny.html" if state == "completed" else None, **error, **more}


def finished(folder: Path, text: str = "page") -> Path:
    """Make the folder of a finished run for `Store.publish`, which moves the files away."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tiny.html").write_text(text)
    (folder / "tiny.ipynb").write_text(json.dumps({"cells": []}))
    return folder
