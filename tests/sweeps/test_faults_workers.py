"""Killed workers and drivers, and two drivers with one output. Each sweep is a process with its own cluster."""

import sys
from pathlib import Path

import pytest

from tests.sweeps.places import PATIENCE, Place, until

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
    pytest.mark.slow,
    pytest.mark.timeout(1200),
]
DEEP = """
if seed == 0:
    wait_for = ""
elif not os.path.exists(wait_for):
    import re, subprocess
    for _ in range(2):
        subprocess.Popen(["sleep", "1234"])
    if seed == 1:
        re.match("(a+)+$", "a" * 60 + "b")  # exponential, in one C call that never lets go of the lock
"""
KILL_WORKER = """
import psutil
if seed == 1 and not os.path.exists(say + '.enough'):
    me, worker = psutil.Process(), psutil.Process()
    while 'spawn_main' not in ' '.join(worker.cmdline()):
        worker = worker.parent()
    worker.kill()
    time.sleep(1000)
"""


def finish(place: Place, settings: Path, *options: str, code: int = 0, **environment: str) -> str:
    process = place.sweep(settings, *options, **environment)
    out, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == code, said
    assert "Traceback" not in said
    return out + said


def check_whole_and_done(place: Place, n: int) -> None:
    place.check_whole()
    assert {seed: said["state"] for seed, said in place.statuses().items()} == dict.fromkeys(range(n), "completed")


@pytest.mark.parametrize("forked", [False, True], ids=["plain", "forked"])
def test_a_killed_driver_leaves_nothing_and_the_next_call_runs_what_is_missing(place: Place, forked: bool) -> None:
    """Two reports are running and have started processes; one is busy in C code and does not react to signals."""
    go_on = place.folder / "go on"
    settings = place.settings(repeats=4, workers=2, forked=forked, parameters={"do": DEEP, "wait_for": go_on.name})
    driver = place.sweep(settings)
    until(lambda: len(place.lines("begin")) == 3 and len(place.statuses()) == 1, "a finished report and two that run")
    until(lambda: len(place.named("sleep")) == 4, "what the reports have started")
    before = place.files()
    driver.kill()
    driver.wait()
    place.gone()
    assert place.files() == before
    place.check_whole()

    go_on.touch()
    place.said.unlink()
    finish(place, settings)
    assert sorted(line[1] for line in place.lines("begin")) == ["1", "2", "3"]
    check_whole_and_done(place, 4)
    assert place.files().items() >= before.items()
    place.gone()


def test_a_killed_worker_s_report_runs_elsewhere(place: Place) -> None:
    go_on = place.folder / "go on"
    settings = place.settings(repeats=2, workers=2, parameters={"wait_for": go_on.name})
    driver = place.sweep(settings)
    until(lambda: len(place.lines("begin")) == 2, "two reports that run")
    _, seed, pid, _ = place.lines("begin")[0]
    worker = next(p for p in place.named("spawn_main") if int(pid) in [c.pid for c in p.children(recursive=True)])
    worker.kill()
    until(lambda: len(place.lines("begin")) == 3, "the report's second begin")
    assert place.lines("begin")[2][1] == seed
    go_on.touch()
    _, said = driver.communicate(timeout=PATIENCE)
    assert (driver.returncode, "Traceback" in said) == (0, False), said
    check_whole_and_done(place, 2)
    assert len(place.lines("end")) == 2  # the first kernel was ended with its worker
    place.gone()


def test_a_report_that_kills_its_worker_each_time_fails_alone(place: Place) -> None:
    settings = place.settings(repeats=3, workers=1, parameters={"do": KILL_WORKER})
    # Dask gives up a task at its second worker's death instead of its fourth, since each death costs ten seconds.
    said = finish(place, settings, code=1, DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="1")
    assert "1 of 3 reports failed" in said
    assert "the report killed its worker process" in " ".join(said.split())
    states = {seed: status["state"] for seed, status in place.statuses().items()}
    assert states == {0: "completed", 1: "failed", 2: "completed"}
    assert [line[1] for line in place.lines("begin")].count("1") == 4  # together with others, and then alone
    before = place.files()
    place.said.with_name("said.enough").touch()
    finish(place, settings, "--retry-failed")
    check_whole_and_done(place, 3)
    after = place.files()
    assert sum(before[name] != after.get(name) for name in before) == 1  # only the failed report's status file
    place.gone()


def test_two_sweeps_at_one_output_run_each_report_once(place: Place) -> None:
    settings = place.settings(repeats=6, workers=1, parameters={"do": "time.sleep(0.2)"})
    drivers = [place.sweep(settings) for _ in range(2)]
    for driver in drivers:
        _, said = driver.communicate(timeout=PATIENCE)
        assert (driver.returncode, "Traceback" in said) == (0, False), said
    check_whole_and_done(place, 6)
    for seed in range(6):
        begins, ends = ([float(at) for _, s, _, at in place.lines(word) if s == str(seed)] for word in ("begin", "end"))
        assert (len(begins), len(ends)) == (1, 1), f"report {seed} began {len(begins)} times"
    place.gone()
