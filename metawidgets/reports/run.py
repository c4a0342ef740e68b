"""Runs of parameterised notebooks through papermill, exported to one HTML file.

A run first writes its status file with the state `unfinished`, then removes the files of an earlier run, and writes the status
file again at its end. So whenever the process dies, the status tells the truth, and no older page can be taken for this run's.
"""

import contextlib
import hashlib
import json
import os
import platform
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

import metawidgets
from metawidgets.errors import ReportError
from metawidgets.files.claims import claimed
from metawidgets.files.part_files import replacing, sweep
from metawidgets.files.paths import is_folder
from metawidgets.reports import METRICS, catalogue
from metawidgets.reports.cell_states import CellStates, Progress, heading_of
from metawidgets.reports.execution import Kernel, Limits, ends_on_sigterm, execute, kernel_of, message
from metawidgets.reports.pages.left_out import LeftOut
from metawidgets.reports.parameters import Parameters
from metawidgets.reports.prechecks import Prechecks

__all__ = ["Report", "run_report"]

_SMOKE = (
    "**A test run with small sizes (`smoke`).** It shows that the code runs. Its figures come from too few episodes and training steps "
    "to judge a learner by, and the text was written for full sizes."
)


@dataclass(frozen=True)
class Report:
    """A finished run: its files, its parameters, its metrics, and what the page does not show."""

    html: Path
    notebook: Path
    status: Path
    parameters: dict[str, Any]
    metrics: dict[str, Any]
    seconds: float
    left_out: Sequence[LeftOut] = ()


@dataclass(frozen=True)
class _Files:
    """The files of a report in its folder. Its pictures are beside the notebook that was run."""

    folder: Path
    name: str
    beside: Path

    @property
    def status(self) -> Path:
        return self.folder / f"{self.name}.status.json"

    @property
    def partial(self) -> Path:
        return self.folder / f"{self.name}.partial.ipynb"

    @property
    def notebook(self) -> Path:
        return self.folder / f"{self.name}.ipynb"

    @property
    def html(self) -> Path:
        return self.folder / f"{self.name}.html"


def run_report(
    report: str | Path,
    out: str | Path,
    values: Mapping[str, Any] | None = None,
    *,
    cwd: str | Path = ".",
    kernel: str | None = None,
    cell_timeout: int | None = None,
    time_limit: float | None = None,
    kernel_manager: type | None = None,
    on_cell: Progress | None = None,
) -> Report:
    """Run a report notebook and export it.

    Args:
        report: name of one of our reports (`few_shot`), or path of a notebook. The plain assignments of its cell tagged
            `parameters`, if it has one, are its parameters.
        out: folder for `<name>.ipynb`, `<name>.html` and `<name>.status.json`. It is created if necessary. Only one run at a
            time may write a report of that name into it (on Windows this is not checked).
        values: parameters that differ from the notebook's defaults.
        cwd: working directory of the notebook's code. Relative paths among the parameters start there.
        kernel: name of the Jupyter kernel; `None` for the notebook's own, or Python's if it names none.
        cell_timeout: seconds that one cell may take; `None` for no limit.
        time_limit: seconds that all cells may take together; `None` for no limit.
        kernel_manager: the class that starts the kernel, a subclass of `jupyter_client.AsyncKernelManager`; `None` for
            Jupyter's own.
        on_cell: called before each cell runs, see `Progress`.

    Raises:
        ParameterError: if a parameter is unknown, of the wrong type or out of range.
        MetawidgetsError: if one of our reports is asked for something that does not exist or does not fit: a dataset, an
            option, a learner, a checkpoint, more classes than there are.
        ReportError: if the kernel is not installed, `out` cannot be written or another run is writing there. None of these
            starts a kernel or changes a file. Or if a cell failed; `<name>.partial.ipynb` then holds the cells that ran.
        ExportError: if the executed notebook cannot be exported.
    """
    source = catalogue.find(report)
    notebook = catalogue.read(source)
    checked = Parameters.of(notebook).check(values or {})
    chosen = kernel_of(notebook, kernel)
    if not is_folder(cwd):
        raise ReportError(f"there is no folder {cwd} for the notebook's code to work in; check the path.")
    with contextlib.chdir(cwd):
        Prechecks(ours=catalogue.is_ours(source)).check(checked)
    files = _Files(_writable_folder(Path(out)), source.stem, source.parent)
    if files.notebook.resolve() == source.resolve():
        raise ReportError(f"the run would overwrite {source}; give another folder than {files.folder}.")
    with claimed(files.folder / ".claims", hashlib.sha256(files.name.encode()).hexdigest()) as mine:
        if not mine:
            raise ReportError(
                f"another run is writing {files.name} into {files.folder}; wait until it ends, or give another folder."
            )
        with ends_on_sigterm():
            return _run(
                notebook, files, checked, Path(cwd), Limits(cell_timeout, time_limit), chosen, kernel_manager, on_cell
            )


def _run(
    notebook: NotebookNode,
    files: _Files,
    checked: dict[str, Any],
    cwd: Path,
    limits: Limits,
    kernel: Kernel,
    kernel_manager: type | None,
    on_cell: Progress | None,
) -> Report:
    started, states = time.monotonic(), CellStates(len(notebook.cells), on_cell)
    about = {
        "report": files.name,
        "metawidgets": metawidgets.__version__,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "parameters": checked,
    }
    # While it says so, the run goes on, or its process was killed.
    _write_status(files.status, about, started, state="unfinished", process=os.getpid(), host=platform.node())
    for earlier in (files.html, files.notebook, files.partial):
        earlier.unlink(missing_ok=True)
        sweep(earlier)
    try:
        execute(notebook, files.partial, checked, cwd, limits, kernel, kernel_manager, states)
    except BaseException as error:  # after Ctrl-C too, write the notebook with its true states, and the status
        executed = _readable(files.partial) or notebook
        failed = states.write_into(executed)
        _write(executed, files.partial)
        state = "failed" if isinstance(error, Exception) else "interrupted"
        reason = limits.exceeded() or message(error)
        problem = {"cell": failed.id, "heading": heading_of(executed, failed.id)} if failed else {}
        told = {"message": reason, **problem}
        _write_status(files.status, about, started, state=state, notebook=files.partial.name, error=told)
        if state == "interrupted":
            raise
        where = f" at the cell below {problem['heading']!r}" if problem.get("heading") else ""
        raise ReportError(
            f"the report {files.name} stopped{where}: {reason} The cells that ran are in {files.partial}."
        ) from error

    try:
        executed = catalogue.read(files.partial)
        states.write_into(executed)
        if checked.get("smoke") is True:
            _say_smoke(executed)
        _write(executed, files.notebook)
        files.partial.unlink()
        metrics = _metrics(executed)
        left_out = _export(files, title=metrics.get("title"))
    except BaseException as error:
        state = "failed" if isinstance(error, Exception) else "interrupted"
        told = {"message": str(error) if isinstance(error, Exception) else message(error)}
        there = files.notebook if files.notebook.is_file() else files.partial
        _write_status(files.status, about, started, state=state, notebook=there.name, error=told)
        raise
    facts = {"notebook": files.notebook.name, "html": files.html.name, "metrics": metrics}
    facts["left_out"] = [asdict(each) for each in left_out]
    seconds = _write_status(files.status, about, started, state="completed", **facts)
    return Report(files.html, files.notebook, files.status, checked, metrics, seconds, left_out)


def _export(files: _Files, title: str | None) -> Sequence[LeftOut]:
    from metawidgets.reports.pages.export import export_notebook  # nbconvert loads slowly

    left_out: list[LeftOut] = []
    export_notebook(files.notebook, files.html, title=title, beside=files.beside, on_left_out=left_out.append)
    return left_out


def _metrics(executed: NotebookNode) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for cell in executed.cells:
        for output in cell.get("outputs", []):
            found = output.get("data", {}).get(METRICS, found)
    return dict(found)


def _say_smoke(executed: NotebookNode) -> None:
    """Say below the title that the figures are those of a test run, so that nobody reads them as results."""
    first = next((cell for cell in executed.cells if cell.cell_type == "markdown"), None)
    if first is not None:
        first.source += f"\n\n> {_SMOKE}"


def _writable_folder(out: Path) -> Path:
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        raise ReportError(f"cannot write into the folder {out} ({error.strerror}); choose another folder.") from None
    return out


def _readable(path: Path) -> NotebookNode | None:
    """Return a partly executed notebook; `None` if there is none, or if its writer was interrupted."""
    try:
        return catalogue.read(path)
    except ReportError:
        return None


def _write(notebook: NotebookNode, path: Path) -> None:
    with replacing(path) as part:
        nbformat.write(notebook, part)


def _write_status(path: Path, about: dict[str, Any], started: float, **more: Any) -> float:
    seconds = round(time.monotonic() - started, 2)
    with replacing(path) as part:
        part.write_text(json.dumps({**about, "seconds": seconds, **more}, indent=1) + "\n", encoding="utf-8")
    return seconds
