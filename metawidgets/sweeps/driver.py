"""Runs what is missing of a plan on a Dask cluster, one here or one that is there, and keeps count."""

import os
import queue
import secrets
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import metawidgets
from metawidgets.errors import SweepError
from metawidgets.sweeps.cluster import Connection, Lost, connected
from metawidgets.sweeps.index import Entry, Index
from metawidgets.sweeps.interrupts import Interrupts
from metawidgets.sweeps.plan import Job, Plan
from metawidgets.sweeps.store import Store
from metawidgets.sweeps.task import Outcome, Task, run_task

__all__ = ["Progress", "run_sweep"]

_POLL = 0.5  # seconds between two looks at what came in
_ELSEWHERE = 2.0  # seconds before a report that another sweep is at is asked for again
_PATIENCE = 300.0  # seconds that a scheduler may be away
_INTERRUPTED = ("", None)  # put among what came in, to wake up who waits for it


@dataclass
class Progress:
    """How far a sweep is.

    Args:
        planned: reports in all. before: how many of them were done when it began, failed ones among them.
        completed, failed: what this call has done. running: on a worker now. elsewhere: those that another sweep is at.
        slots: reports that the cluster runs at a time. seconds: since this call began. overhead: beside the reports' own time.
        problems: why reports failed, and how many did so. note: what it waits for, "" if for nothing.
    """

    planned: int
    before: int = 0
    completed: int = 0
    failed: int = 0
    running: int = 0
    elsewhere: int = 0
    slots: int = 0
    seconds: float = 0.0
    work: float = 0.0
    overhead: float = 0.0
    problems: Counter[str] = field(default_factory=Counter)
    note: str = ""

    @property
    def left(self) -> int:
        """Reports that are not done."""
        return self.planned - self.before - self.completed - self.failed

    @property
    def seconds_left(self) -> float | None:
        """How long the rest will take at the pace so far; `None` before the first report."""
        done = self.completed + self.failed
        return self.seconds / done * self.left if done else None


def run_sweep(
    plan: Plan,
    *,
    scheduler: str | None = None,
    retry_failed: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
    patience: float = _PATIENCE,
) -> Progress:
    """Run every report of a plan that is not done, and return how it went.

    A report is done when its status file is there. What is done already, here or by another sweep into the same output, is not
    run again; what this call does is kept whatever happens to it.

    Args:
        scheduler: address of a Dask scheduler (`tcp://host:8786`); `None` for a cluster on this machine, ended with the sweep.
        retry_failed: whether to run those again that failed.
        on_progress: told twice a second and whenever a report ends.
        patience: seconds that a scheduler, once found, may be away before the sweep gives up.

    Raises:
        SweepError: if the cluster cannot be reached or used, or workers cannot share the output. Unwritable: if the output takes no more.
        KeyboardInterrupt: on Ctrl-C, after the workers have stopped.
    """
    store = Store(plan.settings.out)
    store.prepare()
    plan.save(store)
    index = Index.of(store)
    index.save()
    with Interrupts() as interrupts:
        sweep = _Sweep(plan, store, index, retry_failed, on_progress, interrupts)
        try:
            while sweep.todo:
                sweep.run_once(scheduler, patience)
        finally:
            sweep.end()
    return sweep.progress


class _Sweep:
    def __init__(
        self,
        plan: Plan,
        store: Store,
        index: Index,
        again: bool,
        on_progress: Callable[[Progress], None] | None,
        interrupts: Interrupts,
    ) -> None:
        self.plan, self.store, self.index, self.again, self.interrupts = plan, store, index, again, interrupts
        self.met = False  # whether a scheduler was there once
        self._begun, self._on_progress = time.monotonic(), on_progress
        self._jobs = {job.key: job for job in plan.jobs}
        self._done: dict[str, Outcome] = {}
        # Dask blames a worker's death on every report that was to run there: those that it blames are tried once more, alone.
        self.suspects: deque[str] = deque()
        self._alone: set[str] = set()
        self.todo: deque[str] = deque(index.missing(self._jobs, failed_too=again))
        self.progress = Progress(len(plan.jobs), before=len(plan.jobs) - len(self.todo))

    def run_once(self, scheduler: str | None, patience: float) -> None:
        """Run what is to do, until it is done or the scheduler is lost."""
        workers, wanted = self.plan.settings.workers, len(self.todo)
        try:
            with connected(
                self.store, scheduler, workers, wanted, patience if self.met else 0, self.interrupts.check
            ) as cluster:
                self.met = True
                self.run_on(cluster)
        except Lost as lost:
            self.look_again()
            self.tell(str(lost))

    def end(self) -> None:
        """Bring index and progress up to date."""
        if self.met:  # else nothing was run since the index was read
            self.index.refresh()
            self.index.save()
        self.progress.seconds = time.monotonic() - self._begun
        self.progress.running = self.progress.elsewhere = 0
        self.tell()

    def run_on(self, cluster: Connection) -> None:
        """Keep the workers busy until nothing is left; a few more reports than they can run at a time are on their way."""
        arrived: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        flying: dict[str, Any] = {}
        waiting: dict[str, float] = {}
        self.interrupts.wake(lambda: arrived.put(_INTERRUPTED))
        try:
            while self.todo or flying or waiting or self.suspects:
                self.interrupts.check()
                now = time.monotonic()
                for key in [key for key, until in waiting.items() if until <= now]:
                    del waiting[key]
                    self.todo.append(key)
                if self.suspects and not (self.todo or flying):
                    self._alone.add(self.suspects[0])
                    self.todo.append(self.suspects.popleft())
                ahead = max(2 * cluster.slots, cluster.slots + 4)
                while self.todo and len(flying) < ahead:
                    key = self.todo.popleft()
                    flying[key] = cluster.submit(
                        run_task, self._task(key).plain(), f"report-{key}-{secrets.token_hex(4)}"
                    )
                    flying[key].add_done_callback(lambda future, key=key: arrived.put((key, future)))
                self._count(len(flying), len(waiting), cluster)
                try:
                    key, future = arrived.get(timeout=_POLL)
                except queue.Empty:
                    cluster.check()
                    continue
                self.interrupts.check()
                del flying[key]
                if self._take(key, cluster.outcome(key, future)):
                    waiting[key] = time.monotonic() + _ELSEWHERE
        except Lost:
            self.todo.extend([*flying, *waiting, *self.suspects])
            self.suspects.clear()
            raise

    def look_again(self) -> None:
        """After a scheduler was lost: what its workers have finished since is done."""
        self.index.refresh()
        for key in [key for key in self.todo if self.index.entries.get(key, Entry("")).state == "completed"]:
            self._record(Outcome(key, "completed", self.index.entries[key].seconds))
        self.todo = deque(dict.fromkeys(key for key in self.todo if key not in self._done))

    def tell(self, note: str = "") -> None:
        """Hand the progress on."""
        self.progress.note = note
        if self._on_progress:
            self._on_progress(self.progress)

    def _task(self, key: str) -> Task:
        job, settings = self._jobs[key], self.plan.settings
        return Task(
            version=metawidgets.__version__,
            key=key,
            parameters=job.parameters,
            name=self.plan.name,
            notebook=self.plan.notebook,
            out=self.store.place,
            cwd=os.getcwd(),  # noqa: PTH109 - it travels as text
            again=self.again,
            forked=settings.forked,
            time_limit=settings.time_limit,
            retries=settings.retries,
        )

    def _take(self, key: str, outcome: Outcome) -> bool:
        """Note what became of a report; true if it is to be asked for again later."""
        if outcome.state in ("unwritable", "unfit"):
            from metawidgets.sweeps.store import Unwritable

            raise (Unwritable if outcome.state == "unwritable" else SweepError)(outcome.problem)
        if outcome.state == "lost":
            self.todo.append(key)
            raise Lost(outcome.problem)
        if outcome.state in ("claimed", "stopped"):
            return True
        if outcome.state == "died" and key not in self._alone:
            self.suspects.append(key)
            return False
        if outcome.state == "died":  # its workers did, so nobody has written it down
            with self.store.claim(key) as mine:
                if not mine:  # another sweep is at it, and may be luckier
                    return True
                done = self.store.status(key)
                if done and done["state"] == "completed":
                    outcome = Outcome(key, "completed", Entry.of(done).seconds)
                else:
                    self._write_down(self._jobs[key], outcome.problem)
                    outcome = Outcome(key, "failed", problem=outcome.problem)
        self._record(outcome)
        return False

    def _record(self, outcome: Outcome) -> None:
        self._done[outcome.key] = outcome
        self.progress.work += outcome.seconds
        self.progress.overhead += outcome.overhead
        if outcome.state == "completed":
            self.progress.completed += 1
        else:
            self.progress.failed += 1
            self.progress.problems[outcome.problem] += 1

    def _write_down(self, job: Job, problem: str) -> None:
        said = {"report": self.plan.name, "metawidgets": metawidgets.__version__, "parameters": job.parameters}
        self.store.publish(job.key, None, {**said, "seconds": 0.0, "state": "failed", "error": {"message": problem}})

    def _count(self, flying: int, waiting: int, cluster: Connection) -> None:
        progress = self.progress
        progress.running, progress.elsewhere, progress.slots = min(flying, cluster.slots), waiting, cluster.slots
        progress.seconds = time.monotonic() - self._begun
        note = "waiting for a worker" if not cluster.slots else ""
        if waiting and not flying:
            note = "waiting for reports that another sweep is at"
        self.tell(note)
        cluster.show(progress)
