"""Where the report notebooks are: in a checkout's `notebooks/reports`, or inside an installed package."""

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from metawidgets.errors import ReportError, did_you_mean

__all__ = ["find", "names", "read"]

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
        if not path.is_file():
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
    try:
        return nbformat.read(Path(path), as_version=4)
    except OSError as error:
        raise ReportError(f"cannot read the notebook {path} ({error.strerror}); check the path.") from None
    except (nbformat.reader.NotJSONError, nbformat.ValidationError, UnicodeDecodeError, AttributeError) as error:
        raise ReportError(f"{path} is no notebook ({type(error).__name__}); give an .ipynb file.") from None
