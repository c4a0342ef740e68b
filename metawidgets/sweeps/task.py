"""The work of a worker: run one report. The worker needs the package and access to the output; the task carries everything else."""

import json
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dask

import metawidgets
from metawidgets.errors import MetawidgetsError
from metawidgets.sweeps.index import Entry
from metawidgets.sweeps.store import REFUSALS, Store, Unwritable
from metawidgets.training.allocator import ENVIRONMENT

if TYPE_CHECKING:
    from metawidgets.sweeps.kernels import Run

__all__ = ["Outcome", "Task", "run_task"]

_LOOK = 0.5  # seconds between two checks whether a report is still wanted


@dataclass(frozen=True)
class Task:
    """One report, with everything that a worker needs to run it.

    Args:
        version: the version of the package that computed the key.
        key, parameters, name, notebook, out: as in the plan.
        cwd: the folder for relative paths among the parameters, if the worker has it.
        again: whether to run a report that failed before.
        forked, time_limit, retries: as in the settings.
    """

    version: str
    key: str
    parameters: Mapping[str, Any]
    name: str
    notebook: str
    out: str
    cwd: str
    again: bool = False
    forked: bool | None = None
    time_limit: float | None = None
    retries: int = 1

    def plain(self) -> dict[str, Any]:
        """Return the task as a dictionary of plain values, which every version of the package can read."""
        return asdict(self)


@dataclass(frozen=True)
class Outcome:
    """The result of running a task.

    Args:
        state: `completed` or `failed`: a status file says so. `claimed`: another process is running the report. `stopped`: the
            sweep stopped it. `unwritable`: the output cannot be written to. `unfit`: this worker cannot run it. `lost`: the scheduler or
            the worker has gone away. `died`: the worker process died, or the call raised.
        seconds: how long the run took.
        overhead: seconds that the worker spent around it.
        problem: why it was not completed; "" if it was.
    """

    key: str
    state: str
    seconds: float = 0.0
    overhead: float = 0.0
    problem: str = ""


def run_task(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Run a report and write its files to the output. Return an `Outcome` as a dictionary; a report's error is never raised."""
    begun = time.monotonic()
    key = plain["key"]
    if plain["version"] != metawidgets.__version__:
        problem = f"worker {socket.gethostname()} has metawidgets {metawidgets.__version__}, this sweep is of {plain['version']}"
        return asdict(Outcome(key, "unfit", problem=f"{problem}; install the same version on both."))
    task = Task(**plain)
    _keep_freed_memory()
    try:
        outcome = _claimed(task, Store(task.out), begun)
    except Unwritable as error:
        outcome = Outcome(key, "unwritable", problem=str(error))
    return asdict(outcome)


def _keep_freed_memory() -> None:
    """Set the allocator's variables for kernels, which may train. Replace Dask's setting (return memory at once), keep a user's."""
    dasks = dask.config.get("distributed.nanny.pre-spawn-environ", {})
    for setting, value in ENVIRONMENT.items():
        if os.environ.get(setting) in (None, str(dasks.get(setting))):
            os.environ[setting] = value


def _claimed(task: Task, store: Store, begun: float) -> Outcome:
    with store.claim(task.key) as mine:
        if not mine:
            return Outcome(task.key, "claimed")
        existing = store.status(task.key)  # another sweep may have run it since this one read the index
        if existing and (existing["state"] == "completed" or not task.again):
            entry = Entry.of(existing)
            return Outcome(task.key, entry.state, entry.seconds, problem=entry.problem)
        with store.workplace(task.key) as folder:
            status, attempts = _run(task, folder)
            if status is None:
                return Outcome(task.key, "stopped")
            around = round(max(time.monotonic() - begun - status["seconds"], 0.0), 2)
            about = {"host": socket.gethostname(), "attempts": attempts, "overhead": around}
            store.publish(task.key, folder / "out", {**status, **about})
    seconds, problem = status["seconds"], (status.get("error") or {}).get("message", "")
    return Outcome(task.key, status["state"], seconds, time.monotonic() - begun - seconds, problem)


def _run(task: Task, folder: Path) -> tuple[dict[str, Any] | None, int]:
    """Run the report. Return its status, or `None` if the sweep was stopped, and the number of attempts."""
    # papermill and jupyter_client load slowly
    from metawidgets.reports.run import run_report
    from metawidgets.sweeps import forks, kernels

    source, status = folder / f"{task.name}.ipynb", folder / "out" / f"{task.name}.status.json"
    source.write_text(task.notebook, encoding="utf-8")
    forked = forks.can_fork() if task.forked is None else task.forked
    manager = kernels.ForkedKernels if forked else kernels.PlainKernels
    cwd = task.cwd if Path(task.cwd).is_dir() else folder
    for attempt in range(1, task.retries + 2):
        run = kernels.Run()
        belongs = kernels.of_run.set(run)
        try:
            with _silence("papermill"), _ending_with_its_sweep(run):
                run_report(
                    source,
                    folder / "out",
                    task.parameters,
                    cwd=cwd,
                    time_limit=task.time_limit,
                    kernel_manager=manager,
                )
        except MetawidgetsError as error:
            if run.stopped:
                return None, attempt
            _tell_refusals(error)
            if run.died and attempt <= task.retries:
                continue
            if not status.is_file():  # the error came before the run
                return _failed(task, str(error)), attempt
        except OSError as error:
            _tell_refusals(error)
            raise
        finally:
            kernels.of_run.reset(belongs)
        return json.loads(status.read_text(encoding="utf-8")), attempt
    raise AssertionError("the last attempt returns")


@contextmanager
def _silence(name: str) -> Iterator[None]:
    """Turn a logger off: the status has what it would log, and a worker's stderr is the terminal of whoever runs the sweep."""
    logger = logging.getLogger(name)
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


@contextmanager
def _ending_with_its_sweep(run: "Run") -> Iterator[None]:
    """Stop the run if its sweep ends: by Ctrl-C, by a kill, or because the scheduler is lost."""
    wanted = _wanted_by_scheduler()
    if wanted is None:
        yield
        return
    over = threading.Event()

    def look() -> None:
        while not over.wait(_LOOK):
            if not wanted():
                run.stop()
                return

    looking = threading.Thread(target=look, name="sweep-report", daemon=True)
    looking.start()
    try:
        yield
    finally:
        over.set()
        looking.join()


def _wanted_by_scheduler() -> Callable[[], bool] | None:
    """Return a function that says whether the result of this thread's Dask task is still wanted; `None` outside a task.

    Dask does not stop a running call whose result is no longer wanted; it only marks the call as cancelled.
    """
    from distributed import get_worker  # distributed loads slowly

    try:
        worker = get_worker()
    except ValueError:
        return None
    key = worker.get_current_task()

    def wanted() -> bool:
        task = worker.state.tasks.get(key)
        ending = worker.status.name in ("closing", "closed", "failed")  # the result would reach nobody
        return not ending and task is not None and task.state not in ("cancelled", "released", "forgotten")

    return wanted


def _tell_refusals(error: BaseException | None) -> None:
    """Raise `Unwritable` if an error was caused by the output, such as a full disk: every other report would fail on it too."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in REFUSALS:
            raise Unwritable(
                f"cannot write the report ({error.strerror}); what is done is kept. Make room, or give another place."
            ) from error
        error = error.__cause__ or error.__context__


def _failed(task: Task, problem: str) -> dict[str, Any]:
    return {
        "report": task.name,
        "metawidgets": metawidgets.__version__,
        "parameters": dict(task.parameters),
        "seconds": 0.0,
        "state": "failed",
        "error": {"message": problem},
    }
