"""What a worker does for one report. It needs the package and the output, no checkout and no JupyterLab: the rest travels."""

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

import metawidgets
from metawidgets.allocator import ENVIRONMENT
from metawidgets.errors import MetawidgetsError
from metawidgets.sweeps.index import Entry
from metawidgets.sweeps.store import REFUSALS, Store, Unwritable

if TYPE_CHECKING:
    from metawidgets.sweeps.kernels import Run

__all__ = ["Outcome", "Task", "run_task"]

_LOOK = 0.5  # seconds between two looks whether a report is still wanted


@dataclass(frozen=True)
class Task:
    """One report, with everything that a worker must know.

    Args:
        version: of the package that made the key.
        key, parameters, name, notebook, out: as in the plan. cwd: where relative paths among the parameters start, if it is there.
        again: whether a report that failed before is run once more. forked, time_limit, retries: as in the settings.
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
        """As a dictionary of simple values, which any version of the package can read."""
        return asdict(self)


@dataclass(frozen=True)
class Outcome:
    """What became of it.

    Args:
        state: `completed` or `failed`, and then it is written down; `claimed`: another process is at it; `stopped`;
            `unwritable`: the output takes nothing; `unfit`: this worker cannot run it.
        seconds: of the run. overhead: of everything around the run. problem: why, where it is not completed.
    """

    key: str
    state: str
    seconds: float = 0.0
    overhead: float = 0.0
    problem: str = ""


def run_task(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Run a report and put its files in place; returns an `Outcome` as a dictionary. No error of the report is raised."""
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
    """For kernels, which may train. Dask has its workers give memory back at once: its setting is replaced, a person's is kept."""
    from dask.config import get

    dasks = get("distributed.nanny.pre-spawn-environ", {})
    for setting, value in ENVIRONMENT.items():
        if os.environ.get(setting) in (None, str(dasks.get(setting))):
            os.environ[setting] = value


def _claimed(task: Task, store: Store, begun: float) -> Outcome:
    with store.claim(task.key) as mine:
        if not mine:
            return Outcome(task.key, "claimed")
        said = store.status(task.key)  # another sweep may have done it since this one looked
        if said and (said["state"] == "completed" or not task.again):
            entry = Entry.of(said)
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
    """The run's status and the number of attempts; no status if the sweep was stopped."""
    from metawidgets.reports.run import run_report
    from metawidgets.sweeps import forks, kernels

    source = folder / f"{task.name}.ipynb"
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
            if not (folder / "out" / "status.json").is_file():  # it did not come as far as a run
                return _failed(task, str(error)), attempt
        except OSError as error:
            _tell_refusals(error)
            raise
        finally:
            kernels.of_run.reset(belongs)
        return json.loads((folder / "out" / "status.json").read_text(encoding="utf-8")), attempt
    raise AssertionError("the last attempt returns")


@contextmanager
def _silence(name: str) -> Iterator[None]:
    """What it logs of a kernel's end is in the status, and a worker's stderr is the terminal of who runs the sweep."""
    logger = logging.getLogger(name)
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


@contextmanager
def _ending_with_its_sweep(run: "Run") -> Iterator[None]:
    """Stop a run whose sweep has gone away: ended by Ctrl-C, killed, or cut off from the scheduler."""
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
    """Asks whether the result of the Dask task that this thread runs is still wanted; `None` outside of one.

    Dask lets a call run on whose result nobody waits for any more, and only marks it as cancelled.
    """
    from distributed import get_worker

    try:
        worker = get_worker()
    except ValueError:
        return None
    key = worker.get_current_task()

    def wanted() -> bool:
        task = worker.state.tasks.get(key)
        going = worker.status.name in (
            "closing",
            "closed",
            "failed",
        )  # with its scheduler: nobody would hear of the result
        return not going and task is not None and task.state not in ("cancelled", "released", "forgotten")

    return wanted


def _tell_refusals(error: BaseException | None) -> None:
    """A full disk is no fault of the report: the next ones would fail of it, too."""
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
