"""`metawidgets course`: the notebooks of the course and the gallery, written into a folder."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from metawidgets.cli.console import out
from metawidgets.errors import ReportError

__all__ = ["course"]


def course(
    folder: Annotated[Path, typer.Argument(help="Folder for the notebooks and their pictures; it may be new.")] = Path(
        "course"
    ),
) -> None:
    """Write the notebooks of the course, and the gallery of all instruments, into a folder.

    A notebook that is there already and differs is never overwritten, since it may hold your work.

    Example: `metawidgets course course`
    """
    from metawidgets.reports import catalogue  # nbformat loads slowly

    files = catalogue.course_files()
    try:
        changed = [name for name, source in files.items() if _differs(folder / name, source)]
        if changed:
            raise ReportError(f"{folder / changed[0]} is there and has been changed; give another folder.")
        for name, source in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, folder / name)
    except OSError as error:
        raise ReportError(f"cannot write into the folder {folder} ({error.strerror}); choose another folder.") from None
    notebooks = sum(name.endswith(".ipynb") for name in files)
    out.print(f"{notebooks} notebooks are in {folder}. Open them with: metawidgets lab {folder}", markup=False)


def _differs(target: Path, source: Path) -> bool:
    return target.exists() and target.read_bytes() != source.read_bytes()
