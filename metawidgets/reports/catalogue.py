"""Where the report notebooks are: in a checkout's `notebooks/reports`, or inside an installed package."""

import warnings
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from metawidgets.errors import ReportError, did_you_mean
from metawidgets.paths import file_size, is_file
from metawidgets.plain_json import check_depth

__all__ = ["find", "names", "read"]

LARGEST = 200_000_000  # bytes of a notebook, outputs and components' state included
_CHECKOUT = Path(__file__).resolve().parents[2] / "notebooks" / "reports"
_INSTALLED = Path(__file__).resolve().parent / "notebooks"


def folder() -> Path:
    """The folder of the report notebooks that come with metawidgets."""
    return _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT


def names() -> list[str]:
    """Names that `find` knows, without `.ipynb`."""
    return sorted(path.stem for path in folder().glob("*.ipynb"))


def find(report: str | Path) -> Path:
    """The notebook called `report`: one of ours by its name (`few_shot`), or anybody's by its path.

    Raises:
        ReportError: if there is no such notebook.
    """
    path = Path(report)
    if path.suffix == ".ipynb":
        if not is_file(path):
            raise ReportError(f"there is no notebook {path}; check the path.")
        return path
    if str(report) not in names():
        raise ReportError(
            f"there is no report {str(report)!r}; {did_you_mean(report, names())} Or give an .ipynb file."
        )
    return folder() / f"{report}.ipynb"


def read(path: str | Path) -> NotebookNode:
    """The notebook at `path`, in the current format.

    Raises:
        ReportError: if it cannot be read or is no notebook.
    """
    if (size := file_size(path)) > LARGEST:
        raise ReportError(f"{path} has {size / 1e6:,.0f} MB; notebooks of at most {LARGEST / 1e6:,.0f} MB are read.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # missing ids are given, double ones replaced
            notebook: Any = nbformat.from_dict(
                nbformat.read(Path(path), as_version=4)
            )  # one of an old format is of a class of its own
            nbformat.validate(notebook, relax_add_props=True)  # reading only logs what is missing
        check_depth(notebook)
        for cell in notebook.cells:  # nbformat only logs what breaks its schema
            if not isinstance(cell.source, str) or cell.cell_type not in ("code", "markdown", "raw"):
                raise ValueError("a cell is none")
            _check_outputs(cell)
    except OSError as error:
        raise ReportError(f"cannot read the notebook {path} ({error.strerror}); check the path.") from None
    except Exception as error:  # whatever nbformat stumbles over
        raise ReportError(f"{path} is no notebook ({type(error).__name__}); give an .ipynb file.") from None
    return notebook


def _check_outputs(cell: NotebookNode) -> None:
    tags = cell.metadata.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise ValueError("a cell's tags are none")
    for output in cell.get("outputs", []):
        if output.output_type not in ("display_data", "execute_result", "stream", "error"):
            raise ValueError("an output is of no known kind")
        if not isinstance(output.get("text", ""), str) or not isinstance(output.get("data", {}), dict):
            raise ValueError("an output holds no text or data")
