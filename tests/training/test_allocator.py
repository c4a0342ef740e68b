"""The allocator's settings: the process keeps freed memory."""

import os
import subprocess
import sys

import pytest

from metawidgets.training.allocator import ENVIRONMENT

FAULTS = """
import resource, numpy as np
from metawidgets.training.allocator import keep_freed_memory
{call}
def step(): [np.ones(300_000) for _ in range(40)]
step(); step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5): step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(call: str, **environment: str) -> int:
    code = FAULTS.format(call=call)
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's allocator")
def test_arrays_of_a_size_are_not_asked_of_the_system_again():
    given_back = faults("")  # five times 40 arrays of 2.4 MB, in pages of 4 kB
    if given_back < 5 * 40 * 500:
        pytest.skip("this system hands out huge pages, of which there are few to fault")
    assert faults("assert keep_freed_memory()") < 0.1 * given_back
    assert faults("", **ENVIRONMENT) < 0.1 * given_back


def test_elsewhere_it_says_so(monkeypatch):
    from metawidgets.training import allocator

    monkeypatch.setattr(allocator.sys, "platform", "darwin")
    assert not allocator.keep_freed_memory()
