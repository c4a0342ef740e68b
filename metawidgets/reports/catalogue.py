"""The notebooks that come with metawidgets: in a checkout's folder `notebooks`, or inside an installed package."""

import json
import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from metawidgets.errors import ReportError, did_you_mean
from metawidgets.files.paths import file_size, is_file
from metawidgets.files.plain_json import check_depth

__all__ = ["course_files", "find", "folder", "in_memory", "is_ours", "names", "read"]

LARGEST = 200_000_000  # most bytes of a notebook, including outputs and the components' state
_CHECKOUT = Path(__file__).resolve().parents[2] / "notebooks"
_INSTALLED = Path(__file__).resolve().parents[1] / "notebooks"
_PICTURE = re.compile(r"\((images/[\w./-]+)\)")


def folder() -> Path:
    """Return the folder of the report notebooks that come with metawidgets."""
    return _notebooks() / "reports"


def course_files() -> dict[str, Path]:
    """Return the notebooks of the course, the gallery, and the pictures that they show, by their path within a folder."""
    found = {path.name: path for path in sorted(_notebooks().glob("*.ipynb"))}
    pictures = {name for path in found.values() for name in _PICTURE.findall(path.read_text(encoding="utf-8"))}
    return found | {name: _notebooks() / name for name in sorted(pictures)}


def names() -> list[str]:
    """Return the names that `find` knows, without `.ipynb`."""
    return sorted(path.stem for path in folder().glob("*.ipynb"))


def is_ours(path: Path) -> bool:
    """Return whether a notebook is one of the reports that come with metawidgets."""
    return path.resolve().parent == folder()


def find(report: str | Path) -> Path:
    """Return the path of a notebook, given the name of one of our reports (`few_shot`) or a path.

    Raises:
        ReportError: if no notebook has this name or path.
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
    """Read the notebook at `path`, converted to the current format.

    Raises:
        ReportError: if the file cannot be read or is not a notebook.
    """
    if (size := file_size(path)) > LARGEST:
        raise ReportError(f"{path} has {size / 1e6:,.0f} MB; notebooks of at most {LARGEST / 1e6:,.0f} MB are read.")
    try:
        return _checked(Path(path).read_text(encoding="utf-8-sig"))  # Windows' editors write a mark first
    except OSError as error:
        raise ReportError(f"cannot read the notebook {path} ({error.strerror}); check the path.") from None
    except Exception as error:  # nbformat may raise anything
        raise ReportError(f"{path} is not a notebook ({type(error).__name__}); give an .ipynb file.") from None


def in_memory(notebook: Mapping[str, Any]) -> NotebookNode:
    """Copy a notebook that is not in a file, converted to the current format.

    Raises:
        ReportError: if it is not a notebook.
    """
    try:
        return _checked(json.dumps(notebook))
    except Exception as error:  # nbformat may raise anything
        raise ReportError(
            f"the {type(notebook).__name__} is not a notebook ({type(error).__name__}); nbformat.read reads one from a file."
        ) from None


def _checked(text: str) -> NotebookNode:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nbformat warns when it adds missing ids or replaces duplicate ids
        notebook: Any = nbformat.from_dict(_parsed(text))  # an old format is read as another class
        nbformat.validate(notebook, relax_add_props=True)  # read() only logs missing fields
    check_depth(notebook)
    for cell in notebook.cells:  # nbformat only logs violations of its schema
        if not isinstance(cell.source, str) or cell.cell_type not in ("code", "markdown", "raw"):
            raise ValueError("a cell is invalid")
        _check_outputs(cell)
    return notebook


def _parsed(text: str) -> Any:
    """Return the notebook in a file's text, whatever its format. A later format is read as far as it is like ours."""
    raw = json.loads(text)
    if not isinstance(raw.get("nbformat"), int):  # nbformat would take it for its first format, and show no cell
        raise ValueError("the notebook names no format")
    if raw["nbformat"] > 4:
        raw.update(nbformat=4, nbformat_minor=5)
    for cell in raw.get("cells") or []:
        for output in cell.get("outputs") or []:
            _name_json(output.get("data") or {})
    return nbformat.reads(json.dumps(raw), as_version=4)


def _name_json(data: dict[str, Any]) -> None:
    """Rename types that hold JSON without saying so, such as Altair's `application/vnd.vegalite.v6.json`: nbformat refuses them."""
    for mime in [mime for mime, value in data.items() if isinstance(value, dict) and mime.endswith(".json")]:
        data[f"{mime.removesuffix('.json')}+json"] = data.pop(mime)


def _check_outputs(cell: NotebookNode) -> None:
    tags = cell.metadata.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise ValueError("a cell's tags are invalid")
    for output in cell.get("outputs", []):
        if output.output_type not in ("display_data", "execute_result", "stream", "error"):
            raise ValueError("an output's kind is unknown")
        if not isinstance(output.get("text", ""), str) or not isinstance(output.get("data", {}), dict):
            raise ValueError("an output has no text or data")


def _notebooks() -> Path:
    return _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT
