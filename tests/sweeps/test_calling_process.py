"""`run_sweep` leaves nothing behind in the process that calls it."""

import sys

import pytest

from metawidgets.training.allocator import ENVIRONMENT
from tests.sweeps.places import PATIENCE, Place

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

PROGRAM = """
import logging, os, signal, sys, threading
from metawidgets.sweeps import Plan, run_sweep
from metawidgets.sweeps.planning import Settings
import distributed

def state():
    level = logging.getLogger("distributed").level
    alive = sorted(t.name for t in threading.enumerate() if not t.daemon)
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    return level, alive, signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM), sorted(mask), os.getcwd()

def main():
    settings = Settings.read("sweep.toml")
    before, environment = state(), dict(os.environ)
    told = []
    for out in ("out", "again"):
        allocator = "print('trim', os.environ['MALLOC_TRIM_THRESHOLD_'])"
        plan = Plan.of(settings.model_copy(update={"out": out, "parameters": {**settings.parameters, "do": allocator}}))
        done = run_sweep(plan, on_progress=lambda p: told.append((p.left, p.seconds)))
        assert (done.completed, done.failed, done.left, done.running) == (2, 0, 0, 0), done
        assert state() == before, (state(), before)
        assert dict(os.environ) == environment, set(os.environ.items()) ^ set(environment.items())
    assert told[-1][0] == 0 and all(s >= 0 for _, s in told)
    children = open(f"/proc/self/task/{os.getpid()}/children").read().split()
    left = [c for c in children if b"resource_tracker" not in open(f"/proc/{c}/cmdline", "rb").read()]
    assert not left, left
    print("well")

MAIN
"""


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_run_sweep_leaves_the_process_as_it_was(place: Place) -> None:
    place.settings(repeats=2)
    (place.folder / "program.py").write_text(PROGRAM.replace("MAIN", 'if __name__ == "__main__": main()'))
    process = place.start("program.py")
    out, said = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, said) == (0, "well\n", ""), said
    # Dask makes its workers, and so their kernels, return freed memory at once, which slows a training by a third.
    executed = [path.read_text() for path in place.out.glob("reports/*/*.ipynb")]
    assert [f"trim {ENVIRONMENT['MALLOC_TRIM_THRESHOLD_']}" in text for text in executed] == [True, True]
    place.gone()
