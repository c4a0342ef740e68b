"""Runs of parameterised notebooks through papermill, exported to one HTML file.

A run writes `status.json` last. If its state is `completed`, all other files are complete.
"""

import json
import logging
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from traitlets.config import Config

import metawidgets
from metawidgets import errors
from metawidgets.errors import ReportError
from metawidgets.files.part_files import replacing
from metawidgets.reports import METRICS, catalogue, parameters
from metawidgets.reports.cell_states import CellStates, Progress, heading_of

__all__ = ["Report", "run_report"]


@dataclass(frozen=True)
class Report:
    """A finished run: its files, its parameters and its metrics."""

    html: Path
    notebook: Path
    status: Path
    parameters: dict[str, Any]
    metrics: dict[str, Any]
    seconds: float


def run_report(
    report: str | Path,
    out: str | Path,
    values: Mapping[str, Any] | None = None,
    *,
    cwd: str | Path = ".",
    cell_timeout: int | None = None,
    time_limit: float | None = None,
    kernel_manager: type | None = None,
    on_cell: Progress | None = None,
) -> Report:
    """Run a report notebook and export it.

    Args:
        report: name of one of our reports (`few_shot`), or path of a notebook with a `parameters` cell.
        out: folder for `<name>.ipynb`, `<name>.html` and `status.json`. It is created if necessary.
        values: parameters that differ from the notebook's defaults.
        cwd: working directory of the notebook's code. Relative paths among the parameters start there.
        cell_timeout: seconds that one cell may take; `None` for no limit.
        time_limit: seconds that all cells may take together; `None` for no limit.
        kernel_manager: the class that starts the kernel, a subclass of `jupyter_client.AsyncKernelManager`; `None` for
            Jupyter's own.
        on_cell: called before each cell runs, see `Progress`.

    Raises:
        ParameterError: if a parameter is unknown, of the wrong type or out of range. No kernel is started then.
        ReportError: if `out` cannot be written, or a cell failed. `<name>.partial.ipynb` then holds the cells that ran.
        ExportError: if the executed notebook cannot be exported.
    """
    source = catalogue.find(report)
    notebook = catalogue.read(source)
    checked = parameters.check(parameters.model_of(parameters.parameters_cell(notebook)), values or {})
    out = _writable_folder(Path(out))
    name, started = source.stem, time.monotonic()
    status, partial = out / "status.json", out / f"{name}.partial.ipynb"
    for stale in (status, partial):
        stale.unlink(missing_ok=True)
    about = {
        "report": name,
        "metawidgets": metawidgets.__version__,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "parameters": checked,
    }
    states, limits = CellStates(len(notebook.cells), on_cell), _Limits(cell_timeout, time_limit)
    try:
        _execute(notebook, partial, checked, Path(cwd), limits, kernel_manager, states)
    except BaseException as error:  # after Ctrl-C too, write the notebook with its true states, and the status
        executed = catalogue.read(partial) if partial.is_file() else notebook
        failed = states.write_into(executed)
        _write(executed, partial)
        state = "failed" if isinstance(error, Exception) else "interrupted"
        message = limits.exceeded() or _message(error)
        problem = {"cell": failed.id, "heading": heading_of(executed, failed.id)} if failed else {}
        _write_status(status, about, started, state=state, notebook=partial.name, error={"message": message, **problem})
        if state == "interrupted":
            raise
        where = f" at the cell below {problem['heading']!r}" if problem.get("heading") else ""
        raise ReportError(
            f"the report {name} stopped{where}: {message} The cells that ran are in {partial}."
        ) from error

    executed = catalogue.read(partial)
    states.write_into(executed)
    final, html = out / f"{name}.ipynb", out / f"{name}.html"
    _write(executed, final)
    partial.unlink()

    from metawidgets.reports.export import export_notebook  # nbconvert loads slowly

    metrics = _metrics(executed)
    try:
        export_notebook(final, html, title=metrics.get("title"))
    except Exception as error:
        _write_status(status, about, started, state="failed", notebook=final.name, error={"message": str(error)})
        raise
    done = _write_status(
        status, about, started, state="completed", notebook=final.name, html=html.name, metrics=metrics
    )
    return Report(html, final, status, checked, metrics, done)


@dataclass
class _Limits:
    """Time limits in seconds: for a cell, and for the whole report from the start of its first cell."""

    cell: float | None
    report: float | None
    begun: float | None = None

    def of_next_cell(self, cell: NotebookNode) -> float | None:
        """Return the limit of the next cell. nbclient has only limits for cells, so the report's limit is enforced through them."""
        if self.report is None:
            return self.cell
        self.begun = time.monotonic() if self.begun is None else self.begun
        left = max(self.begun + self.report - time.monotonic(), 0.001)  # for nbclient, 0 means no limit
        return left if self.cell is None else min(left, self.cell)

    def exceeded(self) -> str:
        """Return a message if the report's limit is exceeded, or "" if it is not."""
        if self.report is None or self.begun is None or time.monotonic() < self.begun + self.report:
            return ""
        return f"it took longer than its time limit of {self.report:g} seconds."


def _execute(
    notebook: NotebookNode,
    output: Path,
    values: dict[str, Any],
    cwd: Path,
    limits: _Limits,
    kernel_manager: type | None,
    states: CellStates,
) -> None:
    import papermill  # papermill loads slowly

    # Kill such a kernel at once, without asking it to shut down first: a sweep should not wait for that.
    own = {} if kernel_manager is None else {"kernel_manager_class": kernel_manager, "shutdown_kernel": "immediate"}
    with _quiet("papermill"), _kernel_config() as config:
        executed = papermill.execute_notebook(
            notebook,
            str(output.resolve()).replace("{", "{{").replace("}", "}}"),  # papermill calls format() on the path
            parameters=values,
            cwd=str(cwd.resolve()),
            progress_bar=False,
            timeout_func=limits.of_next_cell,
            **own,
            config=config,
            extra_arguments=["--log-level=CRITICAL"],  # we report a failing cell, so the kernel need not log it
            on_cell_start=states.started,
            on_cell_execute=states.sent,
            on_cell_executed=states.answered,
        )
    unfinished = states.write_into(executed)
    if unfinished is not None:  # papermill does not treat sys.exit(0) in a cell as an error, and runs later cells
        raise ReportError("a cell called sys.exit, so the report is not complete.")


@contextmanager
def _kernel_config() -> Iterator[Config]:
    """Yield a configuration with our kernel client and with sockets in a private folder.

    Such sockets need no free port, and nothing listens on the network. Jupyter's own client can miss a reply and then waits for
    ever, see `kernel_client`.
    """
    config = Config()
    config.KernelManager.client_class = "metawidgets.reports.kernel_client.KernelClient"
    if os.name != "posix":
        yield config
        return
    # A socket's path may have at most about 100 characters, and TMPDIR may be longer than that.
    base = tempfile.gettempdir() if len(tempfile.gettempdir()) < 60 else "/tmp"
    with tempfile.TemporaryDirectory(prefix="mw-", dir=base, ignore_cleanup_errors=True) as folder:
        config.KernelManager.transport = "ipc"
        config.KernelManager.ip = f"{folder}/k"
        yield config


@contextmanager
def _quiet(name: str) -> Iterator[None]:
    """Silence a logger's warnings. papermill warns about types such as `int | None`, which we have checked already."""
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _message(error: BaseException) -> str:
    from papermill.exceptions import PapermillExecutionError  # papermill loads slowly

    if isinstance(error, PapermillExecutionError):
        kind, text = error.ename, error.evalue
    elif isinstance(error, ReportError):
        return str(error)
    else:  # a timeout, or a dead or missing kernel; the cell's output does not show the cause
        kind, text = type(error).__name__, str(error)
    first = text.strip().partition("\n")[0]
    end = "" if first.endswith((".", "?", "!")) else "."
    if kind in errors.__all__ and first:  # our own errors are sentences that need no class name
        return f"{first}{end}"
    return f"{kind}: {first}{end}" if first else f"{kind}."


def _metrics(executed: NotebookNode) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for cell in executed.cells:
        for output in cell.get("outputs", []):
            found = output.get("data", {}).get(METRICS, found)
    return dict(found)


def _writable_folder(out: Path) -> Path:
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        raise ReportError(f"cannot write into the folder {out} ({error.strerror}); choose another folder.") from None
    return out


def _write(notebook: NotebookNode, path: Path) -> None:
    with replacing(path) as part:
        nbformat.write(notebook, part)


def _write_status(path: Path, about: dict[str, Any], started: float, **more: Any) -> float:
    seconds = round(time.monotonic() - started, 2)
    with replacing(path) as part:
        part.write_text(json.dumps({**about, "seconds": seconds, **more}, indent=1) + "\n", encoding="utf-8")
    return seconds
