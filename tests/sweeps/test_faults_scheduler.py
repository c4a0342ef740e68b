"""External schedulers that are missing, unreachable for a while, or of another version; and wrong clocks."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.sweeps.places import PATIENCE, Place, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def scheduler(place: Place, port: int) -> "subprocess.Popen[str]":
    process = place.start(
        "-m", "dask", "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--no-show"
    )
    until(lambda: is_open(port), "a scheduler that listens")
    return process


def worker(place: Place, port: int, **environment: str) -> "subprocess.Popen[str]":
    words = ["-m", "dask", "worker", f"tcp://127.0.0.1:{port}", "--nthreads", "1", "--no-dashboard"]
    return place.start(*words, "--no-nanny", "--host", "127.0.0.1", **environment)


def sentence(said: str) -> str:
    """Return the error's only line."""
    assert "Traceback" not in said, said
    lines = [line for line in said.splitlines() if line.startswith("metawidgets: ")]
    assert len(lines) == 1, said
    return lines[0]


@pytest.mark.slow
def test_a_scheduler_that_is_not_there(place: Place) -> None:
    port = free_port()
    process = place.sweep(place.settings(), "--scheduler", f"tcp://127.0.0.1:{port}")
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert f"no scheduler answers at 'tcp://127.0.0.1:{port}'" in sentence(said)
    assert "dask scheduler" in said
    place.gone()


@pytest.mark.slow
@pytest.mark.parametrize("address", ["nonsense://x", "tcp://127.0.0.1:http", "tcp://127.0.0.1:99999999"])
def test_an_address_that_is_none(place: Place, address: str) -> None:
    process = place.sweep(place.settings(), "--scheduler", address)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1, said
    assert f"no scheduler answers at {address!r}" in sentence(said)


@pytest.mark.slow
def test_something_else_that_listens_there(place: Place) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        process = place.sweep(place.settings(), "--scheduler", f"tcp://127.0.0.1:{port}")
        _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1, said
    assert "no scheduler answers" in sentence(said)


@pytest.mark.slow
def test_a_worker_of_another_version_is_told_apart(place: Place) -> None:
    port = free_port()
    scheduler(place, port)
    worker(place, port, SWEEP_TEST_VERSION="0.0.1")
    process = place.sweep(place.settings(), "--scheduler", f"tcp://127.0.0.1:{port}")
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1, said
    assert "has metawidgets 0.0.1, this sweep is of" in sentence(said)
    assert place.statuses() == {}


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_scheduler_that_goes_away_and_comes_back(place: Place) -> None:
    """Dask's workers end when they lose their scheduler, so the test starts them again."""
    port, go_on = free_port(), place.folder / "go on"
    do = "if seed == 0: wait_for = ''\nelif seed > 1: time.sleep(0.2)"
    settings = place.settings(repeats=4, parameters={"wait_for": go_on.name, "do": do})
    first, first_worker = scheduler(place, port), worker(place, port)
    driver = place.sweep(settings, "--scheduler", f"tcp://127.0.0.1:{port}")
    until(lambda: len(place.lines("begin")) == 2, "a finished report and one that runs")
    kept = place.files()
    first.kill()
    first.wait()
    first_worker.wait(timeout=PATIENCE)
    until(lambda: not place.named("ipykernel"), "the end of the worker's kernel")
    assert driver.poll() is None
    scheduler(place, port)
    worker(place, port)
    until(lambda: len(place.lines("begin")) == 3, "the report's second begin")
    go_on.touch()
    out, said = driver.communicate(timeout=PATIENCE)
    assert (driver.returncode, "Traceback" in said) == (0, False), said
    assert "4 reports in" in out
    assert [line[1] for line in place.lines("begin")] == ["0", "1", "1", "2", "3"]
    assert place.files().items() >= kept.items()
    assert [status["state"] for status in place.statuses().values()] == ["completed"] * 4
    place.check_whole()


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("end", ["interrupt", "kill"])
def test_a_sweep_that_ends_stops_its_kernels_on_the_workers_and_no_others(place: Place, end: str) -> None:
    port, go_on = free_port(), place.folder / "go on"
    scheduler(place, port)
    for _ in range(2):
        worker(place, port)
    address = ("--scheduler", f"tcp://127.0.0.1:{port}")
    mine = place.settings("mine.toml", parameters={"do": "time.sleep(1000)"})
    yours = place.settings("yours.toml", parameters={"seed": 1, "wait_for": go_on.name})
    drivers = [place.sweep(settings, *address) for settings in (mine, yours)]
    until(lambda: len(place.lines("begin")) == 2, "two reports that run")
    pid = {seed: int(pid) for _, seed, pid, _ in place.lines("begin")}
    begun = time.monotonic()
    (drivers[0].kill if end == "kill" else lambda: drivers[0].send_signal(2))()
    until(lambda: not Path(f"/proc/{pid['0']}").exists(), "the end of its kernel")
    stopped = time.monotonic() - begun
    _, said = drivers[0].communicate(timeout=PATIENCE)
    assert (drivers[0].returncode, "Traceback" in said) == (130 if end == "interrupt" else -9, False), said
    assert stopped < 30
    assert Path(f"/proc/{pid['1']}").exists()
    go_on.touch()
    _, said = drivers[1].communicate(timeout=PATIENCE)
    assert (drivers[1].returncode, "Traceback" in said) == (0, False), said
    assert {seed: status["state"] for seed, status in place.statuses().items()} == {1: "completed"}


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_clock_that_is_set_back(place: Place) -> None:
    """The clock moves by an hour during a sweep, then by a day, with status files from the future and from 1980."""
    clock, go_on = place.folder / "clock", place.folder / "go on"
    clock.write_text("0")
    do = "if seed == 0: wait_for = ''"
    settings = place.settings(repeats=3, parameters={"wait_for": go_on.name, "do": do})
    driver = place.sweep(settings, SWEEP_TEST_CLOCK=str(clock))
    until(lambda: len(place.lines("begin")) == 2, "a finished report and one that runs")
    clock.with_suffix(".new").write_text("-3600")
    clock.with_suffix(".new").replace(clock)
    go_on.touch()
    out, said = driver.communicate(timeout=PATIENCE)
    assert (driver.returncode, "Traceback" in said) == (0, False), said
    assert out.startswith("3 reports in ")
    assert " h " not in out
    assert [line[1] for line in place.lines("begin")] == ["0", "1", "2"]

    for n, path in enumerate(sorted(place.out.glob("status/*/*.json"))):
        at = [315532800, time.time() + 10**7, 0][n]
        os.utime(path, (at, at))
    clock.write_text("86400")
    driver = place.sweep(settings, SWEEP_TEST_CLOCK=str(clock))
    out, said = driver.communicate(timeout=PATIENCE)
    assert (driver.returncode, out.strip()) == (0, "All 3 reports were already done."), said
    assert len(place.lines("begin")) == 3
