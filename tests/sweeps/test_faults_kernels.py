"""Harm that a cell can do to its kernel and to the worker that runs it. Here the worker is this process."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

import metawidgets
from metawidgets.sweeps import forks, kernels
from metawidgets.sweeps.store import Store
from metawidgets.sweeps.task import Task, run_task
from tests.sweeps.places import Place, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="forks, and looks into /proc"),
]
KEY = "0123456789abcdef0123"

DIE = "os.kill(os.getpid(), 9)"
DIE_ONCE = (
    "first = not os.path.exists(say + '.once'); open(say + '.once', 'w').close(); first and os.kill(os.getpid(), 9)"
)
HOLD = "import re; re.match('(a+)+$', 'a' * 60 + 'b')"  # exponential time, in one C call that never releases the GIL
CHILDREN = "import subprocess; [subprocess.Popen(['sleep', '1234']) for _ in range(3)]"


@pytest.fixture(params=[False, True], ids=["plain", "forked"])
def forked(request: pytest.FixtureRequest, light: None) -> bool:
    return request.param


@pytest.fixture(scope="module")
def light() -> Iterator[None]:
    """One fork server for all of these tests, without heavy imports."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent), *([before] if before else [])])
    forks.Server.end()
    forks.Server.of_this_process()  # started now, so that it has no test's mark and does not end with that test
    yield
    forks.Server.end()
    if before is None:
        del os.environ["PYTHONPATH"]
    else:
        os.environ["PYTHONPATH"] = before


@pytest.fixture(autouse=True)
def marked(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWEEP_TEST", place.mark)


def run(place: Place, do: str, forked: bool, **more: Any) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Run one report in this process. Return the outcome of `run_task` and the status file."""
    parameters = {"say": place.said.name, "do": do, **more.pop("parameters", {})}
    task = Task(
        version=metawidgets.__version__,
        key=KEY,
        parameters=parameters,
        name="tiny",
        notebook=(place.folder / "tiny.ipynb").read_text(),
        out=str(place.out),
        cwd=str(place.folder),
        forked=forked,
        **more,
    )
    said = run_task(task.plain())
    assert not list((place.out / ".work").iterdir())
    return said, Store(str(place.out)).status(KEY)


def pids(place: Place) -> list[int]:
    return [int(line[2]) for line in place.lines("begin")]


def test_a_kernel_that_is_killed_once_gets_another(place: Place, forked: bool) -> None:
    said, status = run(place, DIE_ONCE, forked)
    assert said["state"] == "completed"
    assert status is not None
    assert status["attempts"] == 2
    assert len(set(pids(place))) == 2


def test_a_kernel_that_is_always_killed_fails_the_report(place: Place, forked: bool) -> None:
    said, status = run(place, DIE, forked, retries=1)
    assert said["state"] == "failed"
    assert said["problem"] == "DeadKernelError: Kernel died."
    assert status is not None
    assert (status["attempts"], status["state"]) == (2, "failed")
    assert (place.out / status["notebook"]).is_file()


def test_a_cell_that_ends_the_program_is_no_completed_report(place: Place, forked: bool) -> None:
    said, status = run(place, "import sys; sys.exit(0)", forked)
    assert (said["state"], "sys.exit" in said["problem"]) == ("failed", True)
    said, status = run(place, "os._exit(0)", forked, again=True, retries=0)
    assert (said["state"], said["problem"]) == ("failed", "DeadKernelError: Kernel died.")
    assert status is not None
    assert status["attempts"] == 1


def test_a_cell_that_never_ends_in_c_is_ended_by_the_time_limit(place: Place, forked: bool) -> None:
    said, status = run(place, HOLD, forked, time_limit=2.0)
    assert (said["state"], said["problem"]) == ("failed", "it took longer than its time limit of 2 seconds.")
    assert status is not None
    assert status["attempts"] == 1  # the kernel did not die, so the report is not run again
    assert not any(psutil.pid_exists(pid) for pid in pids(place))


@pytest.mark.parametrize("end", ["", "raise ValueError('x')", DIE], ids=["ends", "raises", "is killed"])
def test_what_a_cell_has_started_ends_with_its_kernel(place: Place, forked: bool, end: str) -> None:
    run(place, f"{CHILDREN}; {end}".replace("; raise", "\nraise"), forked, retries=0)
    assert pids(place)
    until(lambda: not sleeping(), "the end of what the cell started", 10)


def sleeping() -> list[psutil.Process]:
    return [p for p in psutil.process_iter(["cmdline"]) if p.info["cmdline"] == ["sleep", "1234"]]


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_the_process_that_forks_is_killed_mid_report(place: Place, light: None) -> None:
    assert forks.can_fork()
    server = forks.Server.of_this_process()

    def kill() -> None:
        until(lambda: pids(place), "the report's begin")
        os.kill(server.pid, signal.SIGKILL)
        until(lambda: is_gone(pids(place)[0]), "the kernel's end")  # it must not reach the report's end earlier
        go_on.touch()

    go_on = place.folder / "go on"
    killer = threading.Thread(target=kill)
    killer.start()
    said, status = run(place, "", True, parameters={"wait_for": go_on.name})
    killer.join()
    assert said["state"] == "completed"
    assert status is not None
    assert status["attempts"] == 2
    assert forks.Server.of_this_process().pid != server.pid


def test_without_a_process_that_forks_kernels_are_programs(
    place: Place, light: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    forks.Server.end()
    monkeypatch.setenv("PYTHONPATH", str(place.folder))
    (place.folder / "altair.py").write_text("raise ImportError('no altair today')")
    assert not forks.can_fork()
    assert not forks.can_fork()  # starting it is not tried again for every report
    with pytest.raises(OSError, match="did not start"):
        forks.Server.of_this_process()
    forks.Server.end()


def test_stopped_from_another_thread_it_leaves_no_status(
    place: Place, forked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[kernels.Run] = []
    made = kernels.Run

    def noted() -> kernels.Run:
        runs.append(made())
        return runs[-1]

    monkeypatch.setattr(kernels, "Run", noted)

    def stop() -> None:
        until(lambda: pids(place), "the report's begin")
        runs[0].stop()

    stopper = threading.Thread(target=stop)
    stopper.start()
    said, status = run(place, f"{CHILDREN}; time.sleep(1000)", forked)
    stopper.join()
    assert said["state"] == "stopped"
    assert status is None
    assert len(runs) == 1  # the report is not run again
    until(lambda: not sleeping(), "the end of what the cell started", 10)
