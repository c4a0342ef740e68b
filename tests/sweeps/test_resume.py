"""A second call runs exactly the missing reports; the workers are functions in this process."""

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import asdict

import pytest

from metawidgets.errors import SweepError
from metawidgets.sweeps import driver
from metawidgets.sweeps.index import Index
from metawidgets.sweeps.planning import Plan
from metawidgets.sweeps.settings import Settings
from metawidgets.sweeps.store import Store
from metawidgets.sweeps.task import Outcome
from tests.sweeps.made import finished, notebook, status


class Workers:
    """A stand-in for a cluster that runs each call at once, and records it."""

    slots = 2

    def __init__(self, tmp_path):
        self.ran: list[int] = []
        self.fails: set[int] = set()
        self.breaks_off_after = 10**9
        self.tmp_path, self.stopped, self.connections = tmp_path, 0, 0

    @contextmanager
    def connected(self, *args) -> Iterator["Workers"]:
        self.connections += 1
        yield self

    def run_task(self, plain):
        n = plain["parameters"]["n"]
        self.ran.append(n)
        store = Store(plain["out"])
        state = "failed" if n in self.fails else "completed"
        store.publish(plain["key"], finished(self.tmp_path / f"run-{n}"), status(state, parameters=plain["parameters"]))
        return asdict(Outcome(plain["key"], state, 1.0, problem="it broke." if n in self.fails else ""))

    def submit(self, function, argument, key):
        if len(self.ran) >= self.breaks_off_after:
            raise KeyboardInterrupt
        future = Future()
        future.set_result(function(argument))
        return future

    def outcome(self, key, future):
        return Outcome(**future.result())

    def check(self): ...
    def show(self, progress): ...

    def stop(self, sweep, futures):
        self.stopped += 1


@pytest.fixture
def workers(tmp_path, monkeypatch):
    made = Workers(tmp_path)
    monkeypatch.setattr(driver, "connected", made.connected)
    monkeypatch.setattr(driver, "run_task", made.run_task)
    return made


def plan(tmp_path, store, numbers) -> Plan:
    notebook(tmp_path / "tiny.ipynb")
    return Plan.of(Settings.of({"report": "tiny.ipynb", "out": store.place, "grid": {"n": numbers}}), tmp_path)


def test_a_first_call_runs_all_and_a_second_nothing(workers, store, tmp_path):
    asked = plan(tmp_path, store, [1, 2, 3, 4, 5])
    done = driver.run_sweep(asked)
    assert sorted(workers.ran) == [1, 2, 3, 4, 5]
    assert (done.planned, done.before, done.completed, done.failed, done.left) == (5, 0, 5, 0, 0)
    again = driver.run_sweep(asked)
    assert sorted(workers.ran) == [1, 2, 3, 4, 5]
    assert (again.before, again.completed, again.left) == (5, 0, 0)
    assert workers.connections == 1, "a call with nothing to do must not start a cluster"


@pytest.mark.parametrize("after", [1, 2, 4])
def test_a_call_that_was_broken_off_is_gone_on_with(workers, store, tmp_path, after):
    asked = plan(tmp_path, store, [1, 2, 3, 4, 5])
    workers.breaks_off_after = after
    with pytest.raises(KeyboardInterrupt):
        driver.run_sweep(asked)
    first = list(workers.ran)
    assert len(first) == after
    workers.breaks_off_after = 10**9
    done = driver.run_sweep(asked)
    assert sorted(workers.ran) == [1, 2, 3, 4, 5], "over both calls, each report must run once"
    assert (done.before, done.completed, done.left) == (after, 5 - after, 0)
    index = Index.of(store)
    assert index.missing(job.key for job in asked.jobs) == []
    assert len(index.entries) == 5


def test_a_larger_grid_runs_what_is_new(workers, store, tmp_path):
    driver.run_sweep(plan(tmp_path, store, [1, 2]))
    done = driver.run_sweep(plan(tmp_path, store, [2, 3, 1]))
    assert workers.ran == [1, 2, 3]
    assert (done.before, done.completed) == (2, 1)


def test_failed_ones_are_done_unless_asked_for(workers, store, tmp_path):
    asked = plan(tmp_path, store, [1, 2, 3])
    workers.fails = {2}
    done = driver.run_sweep(asked)
    assert (done.completed, done.failed, done.left, dict(done.problems)) == (2, 1, 0, {"it broke.": 1})
    assert driver.run_sweep(asked).before == 3
    workers.fails = set()
    again = driver.run_sweep(asked, retry_failed=True)
    assert workers.ran == [1, 2, 3, 2]
    assert (again.before, again.completed, again.failed) == (2, 1, 0)
    assert Index.of(store).missing([job.key for job in asked.jobs], failed_too=True) == []


def test_a_status_that_was_damaged_is_run_again(workers, store, tmp_path):
    asked = plan(tmp_path, store, [1, 2, 3])
    driver.run_sweep(asked)
    key = next(job.key for job in asked.jobs if job.parameters["n"] == 2)
    name = f"status/{key[:2]}/{key}.json"
    store.write(name, store.read(name)[:-20])
    driver.run_sweep(asked)
    assert workers.ran == [1, 2, 3, 2]


def test_a_worker_that_cannot_write_ends_the_sweep(workers, store, tmp_path, monkeypatch):
    monkeypatch.setattr(driver, "run_task", lambda plain: asdict(Outcome(plain["key"], "unfit", problem="no package.")))
    with pytest.raises(SweepError, match="no package"):
        driver.run_sweep(plan(tmp_path, store, [1, 2]))


def test_the_memory_of_one_process_is_no_output_for_workers(store, tmp_path):
    if not store.place.startswith("memory://"):
        pytest.skip("a place that processes share")
    with pytest.raises(SweepError, match="memory of one process, which workers do not share"):
        driver.run_sweep(plan(tmp_path, store, [1]))
