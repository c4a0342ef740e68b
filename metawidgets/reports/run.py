"""Run a parameterised notebook through papermill, and export it to one HTML file.

A run leaves `status.json` behind, written last: where its state is `completed`, everything else is in place.
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
from metawidgets.npz import replacing
from metawidgets.reports import METRICS, catalogue, parameters
from metawidgets.reports.ledger import Ledger, Progress, heading_of

__all__ = ["Report", "run_report"]


@dataclass(frozen=True)
class Report:
    """A finished run: its files, what went in, and the numbers that came out."""

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
        out: folder for `<name>.ipynb`, `<name>.html` and `status.json`; made if need be.
        values: parameters that differ from the notebook's defaults.
        cwd: folder in which the notebook's code runs, where relative paths among the parameters start.
        cell_timeout: seconds that one cell may take; `None` for no limit.
        time_limit: seconds that all cells may take together; `None` for no limit.
        kernel_manager: what starts the kernel, a subclass of `jupyter_client.AsyncKernelManager`; `None` for Jupyter's own.
        on_cell: told of each cell before it runs.

    Raises:
        ParameterError: if a parameter is unknown, of the wrong type or out of range; no kernel was started.
        ReportError: if `out` cannot be written, or a cell failed; `<name>.partial.ipynb` then holds what was done.
        ExportError: if the executed notebook could not be made into a page.
    """
    source = catalogue.find(report)
    notebook = catalogue.read(source)
    checked = parameters.check(parameters.model_of(parameters.parameters_cell(notebook)), values or {})
    out = _made(Path(out))
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
    ledger, limits = Ledger(len(notebook.cells), on_cell), _Limits(cell_timeout, time_limit)
    try:
        _execute(notebook, partial, checked, Path(cwd), limits, kernel_manager, ledger)
    except BaseException as error:  # Ctrl-C and a failing cell alike leave a truthful notebook and a status behind
        executed = catalogue.read(partial) if partial.is_file() else notebook
        failed = ledger.write_into(executed)
        _write(executed, partial)
        state = "failed" if isinstance(error, Exception) else "interrupted"
        message = limits.exceeded() or _message(error)
        problem = {"cell": failed.id, "heading": heading_of(executed, failed.id)} if failed else {}
        _write_status(status, about, started, state=state, notebook=partial.name, error={"message": message, **problem})
        if state == "interrupted":
            raise
        where = f" at the cell below {problem['heading']!r}" if problem.get("heading") else ""
        raise ReportError(f"the report {name} stopped{where}: {message} What was done is in {partial}.") from error

    executed = catalogue.read(partial)
    ledger.write_into(executed)
    final, html = out / f"{name}.ipynb", out / f"{name}.html"
    _write(executed, final)
    partial.unlink()

    from metawidgets.reports.export import export_notebook

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
    """Seconds for a cell, and for all of them from the first one's start."""

    cell: float | None
    report: float | None
    begun: float | None = None

    def of_next_cell(self, cell: NotebookNode) -> float | None:
        """What the next cell may take; nbclient knows no more than a limit for each cell."""
        if self.report is None:
            return self.cell
        self.begun = time.monotonic() if self.begun is None else self.begun
        left = max(self.begun + self.report - time.monotonic(), 0.001)  # nbclient takes 0 for no limit
        return left if self.cell is None else min(left, self.cell)

    def exceeded(self) -> str:
        """What to say if the report's limit is over; "" if it is not."""
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
    ledger: Ledger,
) -> None:
    import papermill  # takes seconds where JupyterLab is installed

    # A kernel that has to be killed is not asked first to end by itself: in a sweep nobody waits for that.
    own = {} if kernel_manager is None else {"kernel_manager_class": kernel_manager, "shutdown_kernel": "immediate"}
    with _quiet("papermill"), _kernel_config() as config:
        executed = papermill.execute_notebook(
            notebook,
            str(output.resolve()).replace("{", "{{").replace("}", "}}"),  # papermill formats the path it is given
            parameters=values,
            cwd=str(cwd.resolve()),
            progress_bar=False,
            timeout_func=limits.of_next_cell,
            **own,
            config=config,
            extra_arguments=["--log-level=CRITICAL"],  # a failing cell is told by us, not by the kernel's own log too
            on_cell_start=ledger.started,
            on_cell_execute=ledger.sent,
            on_cell_executed=ledger.answered,
        )
    unfinished = ledger.write_into(executed)
    if unfinished is not None:  # sys.exit(0) in a cell is no error to papermill, and later cells run
        raise ReportError("a cell ended the program (sys.exit), so the report is not whole.")


@contextmanager
def _kernel_config() -> Iterator[Config]:
    """Talk to the kernel through sockets in a private folder: no race for ports, nothing listens on the network."""
    config = Config()
    if os.name != "posix":
        yield config
        return
    # A socket's path may have about 100 characters; TMPDIR is often longer.
    base = tempfile.gettempdir() if len(tempfile.gettempdir()) < 60 else "/tmp"
    with tempfile.TemporaryDirectory(prefix="mw-", dir=base, ignore_cleanup_errors=True) as folder:
        config.KernelManager.transport = "ipc"
        config.KernelManager.ip = f"{folder}/k"
        yield config


@contextmanager
def _quiet(name: str) -> Iterator[None]:
    """papermill's own inspection misses `int | None` and `Literal[...]` and warns of each; ours has checked them."""
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _message(error: BaseException) -> str:
    from papermill.exceptions import PapermillExecutionError

    if isinstance(error, PapermillExecutionError):
        kind, text = error.ename, error.evalue
    elif isinstance(error, ReportError):
        return str(error)
    else:  # a timeout, a dead kernel, a missing one: what the kernel left in the cell is not the cause
        kind, text = type(error).__name__, str(error)
    first = text.strip().partition("\n")[0]
    end = "" if first.endswith((".", "?", "!")) else "."
    if kind in errors.__all__ and first:  # written for readers, who need not know what class it has
        return f"{first}{end}"
    return f"{kind}: {first}{end}" if first else f"{kind}."


def _metrics(executed: NotebookNode) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for cell in executed.cells:
        for output in cell.get("outputs", []):
            found = output.get("data", {}).get(METRICS, found)
    return dict(found)


def _made(out: Path) -> Path:
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
