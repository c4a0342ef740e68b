"""The execution of a notebook through papermill: its kernel, its time limits, and the message of its end."""

import logging
import os
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from nbformat import NotebookNode
from traitlets.config import Config

from metawidgets import errors
from metawidgets.errors import ReportError
from metawidgets.reports.cell_states import CellStates

__all__ = ["Kernel", "Limits", "ends_on_sigterm", "execute", "kernel_config", "kernel_of", "message"]

_DEFAULT_KERNEL = "python3"


@dataclass(frozen=True)
class Kernel:
    """The kernel that runs a notebook: its name in Jupyter, and its language, in which papermill writes the parameters."""

    name: str
    language: str


def kernel_of(notebook: NotebookNode, asked: str | None = None) -> Kernel:
    """Return the kernel that was asked for, or the notebook's own; without either, Python's.

    Raises:
        ReportError: if it is not installed here.
    """
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel  # jupyter_client loads slowly

    name = asked or notebook.metadata.get("kernelspec", {}).get("name") or _DEFAULT_KERNEL
    manager = KernelSpecManager()
    try:
        return Kernel(name, manager.get_kernel_spec(name).language or "python")
    except NoSuchKernel:
        known = ", ".join(sorted(manager.find_kernel_specs()))
        whose = "there is no kernel" if asked else "the notebook is for a kernel that is not installed here,"
        raise ReportError(f"{whose} {name!r}; give one with --kernel. Known: {known}.") from None


@contextmanager
def ends_on_sigterm() -> Iterator[None]:
    """Let SIGTERM raise `SystemExit(143)` in the block, so that what is open is closed. A second one changes nothing.

    Outside the main thread, or where a program handles SIGTERM itself, this changes nothing.
    """
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return

    def end(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


@dataclass
class Limits:
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


def execute(
    notebook: NotebookNode,
    output: Path,
    values: dict[str, Any],
    cwd: Path,
    limits: Limits,
    kernel: Kernel,
    kernel_manager: type | None,
    states: CellStates,
) -> None:
    """Execute a notebook, and write it to `output` after each cell.

    Args:
        values: parameters to set after the cell tagged `parameters`.
        kernel_manager: the class that starts the kernel; `None` for Jupyter's own.
        states: told about each cell.

    Raises:
        Exception: whatever papermill raises if a cell or the kernel fails; `message` turns it into a sentence.
    """
    import papermill  # papermill loads slowly

    # Kill such a kernel at once, without asking it to shut down first: a sweep should not wait for that.
    own = {} if kernel_manager is None else {"kernel_manager_class": kernel_manager, "shutdown_kernel": "immediate"}
    with _quiet("papermill"), kernel_config() as config:
        executed = papermill.execute_notebook(
            notebook,
            str(output.resolve()).replace("{", "{{").replace("}", "}}"),  # papermill calls format() on the path
            parameters=values,
            kernel_name=kernel.name,
            language=kernel.language,
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
def kernel_config() -> Iterator[Config]:
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


def message(error: BaseException) -> str:
    """Return one sentence on why a run ended."""
    if isinstance(error, KeyboardInterrupt):
        return "it was interrupted (Ctrl-C)."
    if isinstance(error, SystemExit):
        return "it was terminated (SIGTERM)."
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
