"""The driver of a sweep: it runs the plan's missing reports on a Dask cluster and counts what happened to them."""

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
from metawidgets.sweeps.planning import Job, Plan
from metawidgets.sweeps.store import Store, Unwritable
from metawidgets.sweeps.task import Outcome, Task, run_task

__all__ = ["Progress", "run_sweep"]

_POLL = 0.5  # longest wait for a result, in seconds, before the scheduler is checked
_ELSEWHERE = 2.0  # seconds before this sweep asks again for a report that another sweep is running
_PATIENCE = 300.0  # seconds that a scheduler may be away
_INTERRUPTED = ("", None)  # put into the queue of results to wake up the loop that waits for one


@dataclass
class Progress:
    """The progress of a sweep.

    Args:
        planned: the number of reports in the plan.
        before: the number of reports of the plan that were done, or had failed, when this call began.
        completed, failed: the number of reports that this call ran, by result.
        running: reports on a worker now.
        elsewhere: reports that another sweep is running.
        slots: reports that the cluster runs at a time.
        seconds: time since this call began.
        work: seconds that the reports themselves took, added up.
        overhead: seconds that workers spent around them.
        problems: by error message, the number of reports that failed with it.
        note: what the sweep waits for; "" if it waits for nothing.
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
        """The number of reports that are not done."""
        return self.planned - self.before - self.completed - self.failed

    @property
    def seconds_left(self) -> float | None:
        """The seconds that the rest will take at the pace so far; `None` before the first report ends."""
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
    """Run every report of a plan that is not done, and return the progress at the end.

    A report is done when its status file exists. A report that is done, by this sweep or by another one with the same output, is
    not run again. Finished reports are kept even if this call is interrupted or killed.

    Args:
        scheduler: address of a Dask scheduler (`tcp://host:8786`); `None` starts a cluster on this machine that ends with the sweep.
        retry_failed: whether failed reports run again.
        on_progress: called twice a second and whenever a report ends.
        patience: seconds that a scheduler that answered before may be away before the sweep gives up.

    Raises:
        SweepError: if the cluster cannot be reached or used, or the workers cannot share the output.
        Unwritable: if the output cannot be written to.
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
        self.met = False  # whether a scheduler has answered yet
        self._begun, self._on_progress = time.monotonic(), on_progress
        self._jobs = {job.key: job for job in plan.jobs}
        self._done: dict[str, Outcome] = {}
        # Dask blames a worker's death on every report that was assigned to it. Each of these is tried once more, alone.
        self.suspects: deque[str] = deque()
        self._retried_alone: set[str] = set()
        self.todo: deque[str] = deque(index.missing(self._jobs, failed_too=again))
        self.progress = Progress(len(plan.jobs), before=len(plan.jobs) - len(self.todo))

    def run_once(self, scheduler: str | None, patience: float) -> None:
        """Run the reports of `todo` until all are done or the scheduler is lost."""
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
        """Update the index and the progress."""
        if self.met:  # otherwise nothing has run since the index was read
            self.index.refresh()
            self.index.save()
        self.progress.seconds = time.monotonic() - self._begun
        self.progress.running = self.progress.elsewhere = 0
        self.tell()

    def run_on(self, cluster: Connection) -> None:
        """Keep the workers busy until nothing is left. A few more reports are submitted than they can run at a time."""
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
                    self._retried_alone.add(self.suspects[0])
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
                if self._handle(key, cluster.outcome(key, future)):
                    waiting[key] = time.monotonic() + _ELSEWHERE
        except Lost:
            self.todo.extend([*flying, *waiting, *self.suspects])
            self.suspects.clear()
            raise

    def look_again(self) -> None:
        """Read the index again after a scheduler was lost, and record the reports that its workers have completed since."""
        self.index.refresh()
        for key in [key for key in self.todo if self.index.entries.get(key, Entry("")).state == "completed"]:
            self._record(Outcome(key, "completed", self.index.entries[key].seconds))
        self.todo = deque(dict.fromkeys(key for key in self.todo if key not in self._done))

    def tell(self, note: str = "") -> None:
        """Pass the progress to the caller."""
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
            cwd=os.getcwd(),  # noqa: PTH109 - a task holds plain text, not a `Path`
            again=self.again,
            forked=settings.forked,
            time_limit=settings.time_limit,
            retries=settings.retries,
        )

    def _handle(self, key: str, outcome: Outcome) -> bool:
        """Record a report's outcome. Return whether to submit the report again later."""
        if outcome.state in ("unwritable", "unfit"):
            raise (Unwritable if outcome.state == "unwritable" else SweepError)(outcome.problem)
        if outcome.state == "lost":
            self.todo.append(key)
            raise Lost(outcome.problem)
        if outcome.state in ("claimed", "stopped"):
            return True
        if outcome.state == "died" and key not in self._retried_alone:
            self.suspects.append(key)
            return False
        if outcome.state == "died":  # its worker died, so nobody has written a status file
            with self.store.claim(key) as mine:
                if not mine:  # another sweep is running it, and may succeed
                    return True
                done = self.store.status(key)
                if done and done["state"] == "completed":
                    outcome = Outcome(key, "completed", Entry.of(done).seconds)
                else:
                    self._publish_failure(self._jobs[key], outcome.problem)
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

    def _publish_failure(self, job: Job, problem: str) -> None:
        failure = {"report": self.plan.name, "metawidgets": metawidgets.__version__, "parameters": job.parameters}
        self.store.publish(job.key, None, {**failure, "seconds": 0.0, "state": "failed", "error": {"message": problem}})

    def _count(self, flying: int, waiting: int, cluster: Connection) -> None:
        progress = self.progress
        progress.running, progress.elsewhere, progress.slots = min(flying, cluster.slots), waiting, cluster.slots
        progress.seconds = time.monotonic() - self._begun
        note = "waiting for a worker" if not cluster.slots else ""
        if waiting and not flying:
            note = "waiting for reports that another sweep is running"
        self.tell(note)
        cluster.show(progress)
