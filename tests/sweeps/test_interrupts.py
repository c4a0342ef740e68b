"""Ctrl-C at any moment: exit code 130, no traceback, no process left; the next call continues. METAWIDGETS_SEED chooses other moments."""

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from metawidgets.sweeps.interrupts import Interrupts, kept_from_children
from tests.sweeps.places import PATIENCE, Place, until

pytestmark = pytest.mark.skipif(os.name != "posix", reason="sends SIGINT")
SEED = int(os.environ.get("METAWIDGETS_SEED", "0"))
COMMAND = "import metawidgets; print('begun', flush=True); from metawidgets.__main__ import main; main()"

MOMENTS: dict[str, Callable[[Place, int], object]] = {
    "starts": lambda place, begun: True,
    "has a plan": lambda place, begun: list(place.out.glob("plans/*.json")),
    "starts its workers": lambda place, begun: place.named("spawn_main"),
    "starts a kernel": lambda place, begun: place.named("ipykernel"),
    "runs a report": lambda place, begun: len(place.lines("begin")) > begun,
    "has run one": lambda place, begun: len(place.lines("begin")) > begun + 1,
}


def start(place: Place, settings: Path) -> "subprocess.Popen[str]":
    """Start the command, and wait until our code handles Ctrl-C instead of Python's startup."""
    process = place.start("-c", COMMAND, "sweep", "run", str(settings), "--no-summary")
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    return process


def send(process: "subprocess.Popen[str]", whole_group: bool) -> None:
    """Send Ctrl-C to the whole process group as a terminal does, or to the process as `kill -INT` does."""
    (os.killpg if whole_group else os.kill)(process.pid, signal.SIGINT)


def end(process: "subprocess.Popen[str]", place: Place) -> None:
    out, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, (process.returncode, out, said)
    assert "Traceback" not in said
    assert "Error" not in said
    place.gone()
    place.check_whole()


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_ctrl_c_at_any_moment_is_130_and_the_next_call_goes_on(place: Place) -> None:
    draw, hurry, n = random.Random(SEED), place.folder / "hurry", 16
    do = f"time.sleep(0 if os.path.exists({str(hurry)!r}) else 0.5)"
    settings = place.settings(repeats=n, parameters={"do": do})
    before = place.files()
    for n_call in range(int(os.environ.get("METAWIDGETS_INTERRUPTS", "6"))):
        moment = list(MOMENTS)[n_call % len(MOMENTS)]
        begun = len(place.lines("begin"))
        process = start(place, settings)
        until(lambda moment=moment, begun=begun: MOMENTS[moment](place, begun), moment)
        time.sleep(draw.uniform(0, 0.7))
        send(process, whole_group=draw.random() < 0.5)
        end(process, place)
        assert place.files().items() >= before.items(), moment
        before = place.files()
    assert 0 < len(place.statuses()) < n
    hurry.touch()
    process = place.sweep(settings)
    _, said = process.communicate(timeout=PATIENCE)
    assert (process.returncode, "Traceback" in said) == (0, False), said
    assert place.files().items() >= before.items()
    assert [status["state"] for status in place.statuses().values()] == ["completed"] * n
    place.gone()


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("forked", [False, True], ids=["plain", "forked"])
def test_more_ctrl_c_while_it_closes(place: Place, forked: bool) -> None:
    settings = place.settings(repeats=3, workers=2, forked=forked, parameters={"do": "time.sleep(1000)"})
    process = start(place, settings)
    until(lambda: len(place.lines("begin")) == 2, "two reports that run")
    while process.poll() is None:
        send(process, whole_group=True)
        time.sleep(0.05)
    end(process, place)
    assert place.statuses() == {}


@pytest.fixture
def heard() -> Iterator[None]:
    """Let Python handle Ctrl-C, even if the tests run in the background, where SIGINT is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heard")
def test_ctrl_c_is_put_off_until_it_is_asked_for() -> None:
    woken, before = [], signal.getsignal(signal.SIGINT)

    def sweep(interrupts: Interrupts) -> None:
        interrupts.check()
        interrupts.wake(lambda: woken.append(1))
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        woken.append(2)
        interrupts.check()
        woken.append(3)

    with pytest.raises(KeyboardInterrupt), Interrupts() as interrupts:
        sweep(interrupts)
    assert woken == [1, 1, 2]
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.usefixtures("heard")
def test_ctrl_c_when_nothing_is_left_to_stop_is_not_lost() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), Interrupts():
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.usefixtures("heard")
def test_an_error_of_the_sweep_is_not_hidden_by_ctrl_c() -> None:
    with pytest.raises(ZeroDivisionError), Interrupts():
        print(1 // (signal.raise_signal(signal.SIGINT) or 0))  # noqa: T201


def test_under_nohup_ctrl_c_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Interrupts() as interrupts:
            signal.raise_signal(signal.SIGINT)
            interrupts.check()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_children_get_no_ctrl_c() -> None:
    show = "import signal; print(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, []))"
    with kept_from_children():
        kept = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True)
        # Starting this helper process used to unblock Ctrl-C.
        worker = multiprocessing.get_context("spawn").Process(target=signal.raise_signal, args=(signal.SIGINT,))
        worker.start()
    worker.join()
    assert worker.exitcode == 0
    assert (kept.stdout.strip(), signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])) == ("True", False)
